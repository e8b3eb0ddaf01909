// What a browser can check of a journal that it is handed, and what follows from it: nothing here
// believes the exchange where it can count for itself.
import type { wire } from '../api';
import { micro, money_of, time_of, type Micro, type Moment } from '../units';

// ---- Order

export interface OrderFault {
  readonly kind: 'back' | 'part' | 'time'; // a sequence or part that does not rise, a time that falls
  readonly sequence: string;
}
export interface OrderCheck {
  readonly events: number;
  readonly first: string | null;
  readonly last: string | null;
  readonly faults: readonly OrderFault[];
}

const kFaultsMax = 100;

interface Place {
  readonly sequence: bigint;
  readonly part: number;
  readonly unix: number;
}
const kPlaces = new WeakMap<wire.Event, Place>();

function place_of(event: wire.Event): Place {
  const place = kPlaces.get(event) ?? { sequence: BigInt(event.sequence), part: event.part, unix: time_of(event.at).unix };
  kPlaces.set(event, place);
  return place;
}

/** Sequences never fall, parts of one rise, time does not run back. Sequences may be left out: whoever reads may not see all. */
export function check_order(events: readonly wire.Event[]): OrderCheck {
  const faults: OrderFault[] = [];
  let before: Place | null = null;
  for (const event of events) {
    const here = place_of(event);
    if (before && faults.length < kFaultsMax) {
      if (here.sequence < before.sequence) faults.push({ kind: 'back', sequence: event.sequence });
      else if (here.sequence === before.sequence && here.part <= before.part) faults.push({ kind: 'part', sequence: event.sequence });
      if (here.unix < before.unix) faults.push({ kind: 'time', sequence: event.sequence });
    }
    before = here;
  }
  return { events: events.length, first: events[0]?.sequence ?? null, last: events.at(-1)?.sequence ?? null, faults };
}

// ---- The head of the chain

export interface Head {
  readonly sequence: bigint;
  readonly epoch: bigint;
  readonly hash: string;
}
export const head_of = (head: wire.JournalPage['head']): Head => ({ sequence: BigInt(head.sequence), epoch: BigInt(head.epoch), hash: head.hash });

/** A head that was seen later continues an earlier one: it never falls, and one sequence has one hash. */
export const continues = (before: Head, after: Head): boolean =>
  after.sequence >= before.sequence && after.epoch >= before.epoch && (after.sequence !== before.sequence || after.hash === before.hash);

// ---- Money

type ByPurpose = ReadonlyMap<wire.Purpose, Micro>;

/** What events moved, by purpose. A move takes as much as it gives, so it adds up to nothing. */
export function moved_by(events: readonly wire.Event[]): ByPurpose {
  const sums = new Map<wire.Purpose, Micro>();
  const add = (purpose: wire.Purpose, amount: bigint) => sums.set(purpose, micro((sums.get(purpose) ?? 0n) + amount));
  for (const event of events) {
    if (event.type !== 'money.moved') continue;
    const amount = money_of(event.amount);
    add(event.from.purpose, -amount);
    add(event.to.purpose, amount);
  }
  return sums;
}

export interface MoneyRow {
  readonly purpose: wire.Purpose;
  readonly before: Micro;
  readonly moved: Micro;
  readonly reckoned: Micro; // before + moved
  readonly told: Micro; // by the exchange, as of the last event
  readonly holds: boolean;
}

export function check_money(before: ByPurpose, moved: ByPurpose, told: ByPurpose): MoneyRow[] {
  const zero = micro(0n);
  return [...new Set([...before.keys(), ...moved.keys(), ...told.keys()])].map((purpose) => {
    const row = { purpose, before: before.get(purpose) ?? zero, moved: moved.get(purpose) ?? zero, told: told.get(purpose) ?? zero };
    const reckoned = micro(row.before + row.moved);
    return { ...row, reckoned, holds: reckoned === row.told };
  });
}

// ---- The feed

export interface EventRow {
  readonly id: string;
  readonly sequence: bigint;
  readonly at: Moment;
  readonly topic: string;
  readonly type: string;
  readonly actors: readonly string[]; // participants
  readonly text: string; // the rest, name by name
}

const kCommon: ReadonlySet<string> = new Set(['type', 'sequence', 'part', 'at', 'participant', 'owner']);

function plain(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(plain).join(', ')}]`;
  if (value === null || typeof value !== 'object') return String(value);
  const fields = value as Record<string, unknown>;
  if (typeof fields.amount === 'string' && fields.currency === 'CNY') return `¥${fields.amount}`;
  if (typeof fields.participant === 'string' && typeof fields.purpose === 'string') return `${fields.participant} ${fields.purpose}`;
  return `{${Object.entries(fields).map(([name, one]) => `${name} ${plain(one)}`).join(', ')}}`;
}

function actors_of(event: wire.Event): string[] {
  const fields = event as unknown as Record<string, unknown>;
  const all = [fields.participant, fields.supplier, fields.owner, (fields.from as wire.Account | undefined)?.participant, (fields.to as wire.Account | undefined)?.participant];
  return [...new Set(all.filter((one): one is string => typeof one === 'string'))];
}

// Events come four times a second on top of a hundred thousand: each is written out once.
const kRows = new WeakMap<wire.Event, EventRow>();

export function row_of(event: wire.Event): EventRow {
  const row = kRows.get(event) ?? made_row(event);
  kRows.set(event, row);
  return row;
}
const made_row = (event: wire.Event): EventRow => ({
  id: `${event.sequence}.${event.part}`,
  sequence: BigInt(event.sequence),
  at: time_of(event.at),
  topic: event.type.split('.')[0] ?? event.type,
  type: event.type,
  actors: actors_of(event),
  text: Object.entries(event).filter(([name]) => !kCommon.has(name)).map(([name, value]) => `${name} ${plain(value)}`).join(' · '),
});

export interface FeedFilter {
  readonly topic: string; // '': all
  readonly type: string;
  readonly actor: string;
  readonly text: string;
}

export function filtered(rows: readonly EventRow[], filter: FeedFilter): readonly EventRow[] {
  const needle = filter.text.toLowerCase();
  const actor = filter.actor.toLowerCase();
  if (!filter.topic && !filter.type && !needle && !actor) return rows;
  return rows.filter((row) =>
    (!filter.topic || row.topic === filter.topic) &&
    (!filter.type || row.type === filter.type) &&
    (!actor || row.actors.some((one) => one.toLowerCase() === actor)) &&
    (!needle || `${row.type} ${row.actors.join(' ')} ${row.text} ${row.sequence}`.toLowerCase().includes(needle)),
  );
}

// ---- Rules that bit

export type RuleKind = 'refused' | 'halted' | 'missed' | 'penalty' | 'unsolved' | 'broken';
export interface RuleHit {
  readonly kind: RuleKind;
  readonly rule: string; // a code of a problem where a request was refused
  readonly count: number;
  readonly last: Moment;
  readonly sequence: string; // of the last
}

function rule_of(event: wire.Event): { kind: RuleKind; rule: string } | null {
  switch (event.type) {
    case 'request.answered':
      return event.code === 'done' ? null : { kind: 'refused', rule: event.code };
    case 'halt.changed':
      return event.halted ? { kind: 'halted', rule: event.scope } : null;
    case 'contract.missed':
      return { kind: 'missed', rule: 'delivery' };
    case 'contract.settled':
      return money_of(event.penalty) > 0n ? { kind: 'penalty', rule: 'delivery' } : null;
    case 'contract.concluded':
      return money_of(event.penalty) > 0n ? { kind: 'penalty', rule: 'delivery' } : null;
    case 'round.closed':
      return event.state === 'unsolved' ? { kind: 'unsolved', rule: 'certificate' } : null;
    case 'block.released':
      return event.reason === 'node-down' ? { kind: 'broken', rule: 'node-down' } : null;
    default:
      return null;
  }
}

export function rule_hits(events: readonly wire.Event[]): RuleHit[] {
  const hits = new Map<string, RuleHit>();
  for (const event of events) {
    const rule = rule_of(event);
    if (!rule) continue;
    const key = `${rule.kind} ${rule.rule}`;
    hits.set(key, { ...rule, count: (hits.get(key)?.count ?? 0) + 1, last: time_of(event.at), sequence: event.sequence });
  }
  return [...hits.values()].sort((a, b) => b.count - a.count);
}
