// The published book of a round (docs/formats/market.md), as far as pages draw it: calendar, device
// offers, and orders that are one block. Pseudonymised, public, and the same for ever, so it is read
// once. Lines that a page does not draw are counted and skipped; the verifier reads all of them.
import { micro, parse_money, type Micro } from '../units';

export interface BookRun {
  readonly accelerator: string;
  readonly devices: number;
  readonly slots: number;
}
export interface BookOrder {
  readonly name: string;
  readonly kind: 'order' | 'options' | 'curve' | 'profile' | 'service';
  readonly runs: readonly BookRun[];
  readonly hubs: readonly string[] | null; // null: any
  readonly begin: number; // slots of its window
  readonly end: number;
  readonly value: Micro | null; // null: of several alternatives or steps
}
export interface BookOffer {
  readonly hub: string;
  readonly accelerator: string;
  readonly begin: number;
  readonly end: number;
  readonly steps: readonly { readonly devices: number; readonly price: Micro }[];
}
export interface Book {
  readonly slot_seconds: number;
  readonly slots: number;
  readonly orders: readonly BookOrder[];
  readonly offers: readonly BookOffer[];
  readonly zones: number;
  readonly links: number;
  readonly caps: number;
  readonly node_pools: number; // pairs of hub and class
}

const kOrders: ReadonlySet<string> = new Set(['order', 'options', 'curve', 'profile', 'service']);
const kSeconds: Record<string, number> = { s: 1, min: 60, h: 3600 };

// Without quotes: the fields that are read here never have any.
function fields_of(words: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>();
  for (const word of words) {
    const at = word.indexOf('=');
    if (at > 0) fields.set(word.slice(0, at), word.slice(at + 1));
  }
  return fields;
}

/** "8..10", or "8" for the one slot; all of them where nothing is said. */
export function range_of(text: string | undefined, slots: number): [number, number] {
  if (!text) return [0, slots];
  const [first = '0', last] = text.split('..');
  return [Number(first), last === undefined ? Number(first) + 1 : Number(last)];
}

/** Seconds of "15min"; 0 where it is no length. */
export function length_of(text: string): number {
  const found = /^(\d+)(s|min|h)$/.exec(text);
  return found ? Number(found[1]) * (kSeconds[found[2] ?? ''] ?? 0) : 0;
}

const money = (text: string): Micro => parse_money(text) ?? micro(0n);

function runs_of(fields: Map<string, string>): BookRun[] {
  const gang = fields.get('gang');
  return (fields.get('run') ?? '').split(',').filter(Boolean).map((one) => {
    const [what = '', slots = '0'] = one.split(':');
    const cut = gang === undefined ? what.lastIndexOf('x') : -1;
    return {
      accelerator: cut < 0 ? what : what.slice(0, cut),
      devices: cut < 0 ? Number(gang) : Number(what.slice(cut + 1)),
      slots: Number(slots),
    };
  });
}

// `limit` is per device-hour of the first way to run; fractions of a micro-yuan are dropped.
function value_of(fields: Map<string, string>, runs: readonly BookRun[], slot_seconds: number): Micro | null {
  const value = fields.get('value');
  if (value !== undefined) return money(value);
  const limit = fields.get('limit');
  const [first] = runs;
  if (limit === undefined || !first) return null;
  return micro((money(limit) * BigInt(first.devices * first.slots) * BigInt(slot_seconds)) / 3600n);
}

function order_of(kind: BookOrder['kind'], name: string, fields: Map<string, string>, book: { slots: number; slot_seconds: number }): BookOrder {
  const runs = kind === 'order' ? runs_of(fields) : [];
  const [begin, end] = range_of(fields.get('window') ?? fields.get('slots'), book.slots);
  const hubs = fields.get('hubs') ?? fields.get('hub');
  return { name, kind, runs, hubs: hubs === undefined || hubs === '*' ? null : hubs.split(','), begin, end, value: value_of(fields, runs, book.slot_seconds) };
}

function offer_of(fields: Map<string, string>, slots: number): BookOffer | null {
  const [hub, accelerator] = [fields.get('hub'), fields.get('class')];
  if (hub === undefined || accelerator === undefined) return null; // of energy
  const [begin, end] = range_of(fields.get('slots'), slots);
  const steps = (fields.get('steps') ?? '').split(',').map((step) => {
    const [devices = '0', price = '0'] = step.split('@');
    return { devices: Number(devices), price: money(price) };
  });
  return { hub, accelerator, begin, end, steps };
}

/** Null where it is no market text of version 1. */
export function parse_book(text: string): Book | null {
  const lines = text.split('\n');
  if (lines[0]?.trim() !== 'tongsuan-market 1') return null;
  const calendar = { slots: 0, slot_seconds: 0 };
  const orders: BookOrder[] = [];
  const offers: BookOffer[] = [];
  const counts = { zones: 0, links: new Set<string>(), caps: 0, pools: new Set<string>() };
  for (const line of lines) {
    const words = line.trim().split(/\s+/);
    const [kind = '', first = '', second = ''] = words;
    if (kind === 'calendar') {
      const fields = fields_of(words);
      calendar.slots = Number(fields.get('slots') ?? 0);
      calendar.slot_seconds = length_of(fields.get('slot') ?? '1h');
    } else if (kind === 'offer') {
      const offer = offer_of(fields_of(words), calendar.slots);
      if (offer) offers.push(offer);
    } else if (kOrders.has(kind)) orders.push(order_of(kind as BookOrder['kind'], first, fields_of(words), calendar));
    else if (kind === 'zone') counts.zones++;
    else if (kind === 'link') counts.links.add(`${first} ${second}`);
    else if (kind === 'cap') counts.caps++;
    else if (kind === 'nodes') counts.pools.add(`${first} ${second}`);
  }
  if (!calendar.slots || !calendar.slot_seconds) return null;
  return { ...calendar, orders, offers, zones: counts.zones, links: counts.links.size, caps: counts.caps, node_pools: counts.pools.size };
}
