// What the book of a round says of energy: who could sell how much of it, where, in which hour, and
// at which price. Market text is docs/formats/market.md; only its offers at zones are read here.
import { parse_time, type Moment } from '../units';
import { length_of, range_of } from './book';

export interface EnergyHour {
  readonly zone: string;
  readonly slot: number; // from the beginning of the book
  readonly price: number; // yuan per MWh, of the cheapest step
}
export interface EnergyBook {
  readonly begin: Moment | null; // of its first slot; null: it does not say
  readonly slots: number;
  readonly slot_seconds: number;
  readonly zones: readonly { name: string; commodity: 'power' | 'green' }[];
  readonly hours: readonly EnergyHour[];
  readonly green_orders: number; // that ask for a share of green energy
}

const field = (line: string, name: string): string | null => new RegExp(` ${name}=(\\S+)`).exec(line)?.[1] ?? null;

export function energy_of(book: string): EnergyBook {
  const zones: EnergyBook['zones'][number][] = [];
  const hours: EnergyHour[] = [];
  let [slots, slot_seconds, green_orders] = [0, 3600, 0];
  let begin: Moment | null = null;
  for (const line of book.split('\n')) {
    if (line.startsWith('calendar ')) {
      slots = Number(field(line, 'slots') ?? 0);
      slot_seconds = length_of(field(line, 'slot') ?? '1h');
      begin = parse_time(field(line, 'start') ?? '');
    }
    if (line.startsWith('zone ')) {
      const name = line.split(' ')[1];
      if (name) zones.push({ name, commodity: field(line, 'commodity') === 'green' ? 'green' : 'power' });
    } else if (line.startsWith('offer ')) hours.push(...offer_of(line, slots));
    else if (/^(order|options|profile) /.test(line) && /^[1-9]/.test(field(line, 'green') ?? '0')) green_orders++;
  }
  return { begin, slots, slot_seconds, zones, hours, green_orders };
}

function offer_of(line: string, slots: number): EnergyHour[] {
  const zone = field(line, 'zone');
  const [begin, end] = range_of(field(line, 'slots') ?? undefined, slots);
  const price = Number(/@(-?[\d.]+)/.exec(field(line, 'steps') ?? '')?.[1] ?? Number.NaN);
  if (!zone || !Number.isFinite(price)) return [];
  const list: EnergyHour[] = [];
  for (let slot = begin; slot < Math.min(end, slots); slot++) list.push({ zone, slot, price });
  return list;
}

/** The cheapest of a zone in each slot; null where nobody sells. */
export function cheapest(book: EnergyBook, zone: string): (number | null)[] {
  const list: (number | null)[] = Array.from({ length: book.slots }, () => null);
  for (const hour of book.hours) {
    if (hour.zone === zone) list[hour.slot] = Math.min(list[hour.slot] ?? Infinity, hour.price);
  }
  return list;
}
