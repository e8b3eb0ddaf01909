// A cleared round slot by slot, as the exchange tells it: what was offered and awarded in each, what
// it costs, and of which parts. Amounts stay whole micro-yuan; means over classes are divided once,
// and their parts add up.
import { routes, type Client, type Failure, type wire } from '../api';
import { micro, parse_money, time_of, type Micro, type Moment } from '../units';
import type { HubView } from './market';
import type { ReadingSource } from './reading.svelte';

export interface PoolSlots {
  readonly hub: string;
  readonly accelerator: string;
  readonly offered: readonly number[];
  readonly awarded: readonly number[];
  readonly price: readonly Micro[]; // capacity + power
  readonly capacity: readonly Micro[];
  readonly scarcity: readonly Micro[]; // of capacity
  readonly power: readonly Micro[];
  readonly green: readonly Micro[] | null; // on top, for who asks for it
  readonly node: readonly Micro[] | null; // on top, per node-hour
}
export interface LinkSlots {
  readonly from: string;
  readonly to: string;
  readonly room: readonly bigint[]; // megabytes
  readonly moved: readonly bigint[];
  readonly price: readonly Micro[]; // per terabyte
  readonly congestion: readonly Micro[]; // of price
  readonly full: ReadonlySet<number>;
}
export interface ZoneSlots {
  readonly zone: string;
  readonly commodity: 'power' | 'green';
  readonly used: readonly bigint[]; // watt-hours
  readonly green: readonly bigint[];
  readonly matched: readonly bigint[];
  readonly price: readonly Micro[]; // per megawatt-hour
}
export interface RoundSlots {
  readonly round: string;
  readonly from: Moment; // when its first slot begins
  readonly seconds: number;
  readonly count: number; // slots that are known here
  readonly pools: readonly PoolSlots[];
  readonly links: readonly LinkSlots[];
  readonly zones: readonly ZoneSlots[];
  readonly drawn: readonly bigint[];
  readonly matched: readonly bigint[];
}

const amount = (text: string): Micro => {
  const value = parse_money(text);
  if (value === null) throw new RangeError(`not an amount: ${text}`);
  return value;
};
const amounts = (texts: readonly string[]): Micro[] => texts.map(amount);
const wholes = (texts: readonly string[]): bigint[] => texts.map(BigInt);

export const slots_of = (told: wire.RoundSlots): RoundSlots => ({
  round: told.round,
  from: time_of(told.from),
  seconds: told.slotSeconds,
  count: told.count,
  pools: told.pools.map((pool) => ({
    hub: pool.hub, accelerator: pool.class, offered: pool.offered, awarded: pool.awarded,
    price: amounts(pool.price), capacity: amounts(pool.capacity), scarcity: amounts(pool.scarcity), power: amounts(pool.power),
    green: pool.green ? amounts(pool.green) : null, node: pool.node ? amounts(pool.node) : null,
  })),
  links: told.links.map((link) => ({
    from: link.from, to: link.to, room: wholes(link.roomMb), moved: wholes(link.movedMb),
    price: amounts(link.price), congestion: amounts(link.congestion), full: new Set(link.full),
  })),
  zones: told.zones.map((zone) => ({
    zone: zone.zone, commodity: zone.commodity, used: wholes(zone.usedWh), green: wholes(zone.greenWh), matched: wholes(zone.matchedWh), price: amounts(zone.price),
  })),
  drawn: wholes(told.energy.drawnWh),
  matched: wholes(told.energy.matchedWh),
});

// ---- Time

export const slot_begin = (slots: RoundSlots, slot: number): Moment => ({ unix: slots.from.unix + slot * slots.seconds, zone: slots.from.zone });
/** The slot that holds this second, or the nearest. */
export const slot_at = (slots: RoundSlots, unix: number): number =>
  Math.max(0, Math.min(slots.count - 1, Math.floor((unix - slots.from.unix) / slots.seconds)));

// ---- Prices and their parts

/** Micro-yuan per device-hour: `asked` + `scarcity` + `power` = `price`. */
export interface PriceParts {
  readonly asked: Micro;
  readonly scarcity: Micro;
  readonly power: Micro;
  readonly price: Micro;
  readonly green: Micro | null; // on top, for who asks for it
}
export interface SlotFigures {
  readonly offered: number;
  readonly awarded: number;
  readonly parts: PriceParts | null; // null: nothing was offered, so nothing had a price
}

export function pool_figures(pool: PoolSlots, slot: number): SlotFigures {
  const [offered = 0, awarded = 0] = [pool.offered[slot], pool.awarded[slot]];
  const [price, capacity, scarcity, power] = [pool.price[slot], pool.capacity[slot], pool.scarcity[slot], pool.power[slot]];
  if (offered <= 0 || price === undefined || capacity === undefined || scarcity === undefined || power === undefined) return { offered, awarded, parts: null };
  return { offered, awarded, parts: { asked: micro(capacity - scarcity), scarcity, power, price, green: pool.green?.[slot] ?? null } };
}

/** Means by devices offered: each is divided once, down, and what that leaves of the price is asked. */
export function mean_figures(all: readonly SlotFigures[]): SlotFigures {
  const sum = (of: (one: SlotFigures) => number) => all.reduce((total, one) => total + of(one), 0);
  const [offered, awarded] = [sum((one) => one.offered), sum((one) => one.awarded)];
  const weight = BigInt(offered);
  if (weight <= 0n) return { offered, awarded, parts: null };
  const mean = (of: (parts: PriceParts) => bigint): Micro =>
    micro(all.reduce((total, one) => total + (one.parts ? of(one.parts) * BigInt(one.offered) : 0n), 0n) / weight);
  const [price, scarcity, power] = [mean((one) => one.price), mean((one) => one.scarcity), mean((one) => one.power)];
  const green = all.some((one) => one.parts !== null && one.parts.green !== null) ? mean((one) => one.green ?? 0n) : null;
  return { offered, awarded, parts: { asked: micro(price - scarcity - power), scarcity, power, price, green } };
}

/** Of a hub, over all its classes or one. */
export const hub_figures = (slots: RoundSlots, hub: string, accelerator: string | null, slot: number): SlotFigures =>
  mean_figures(slots.pools.filter((pool) => pool.hub === hub && (accelerator === null || pool.accelerator === accelerator)).map((pool) => pool_figures(pool, slot)));

/** Which share of the devices that are up now would be in use: what is not offered is taken already. */
export function planned_share(up: number, figures: SlotFigures): number | null {
  if (up <= 0) return null;
  return Math.min(1, Math.max(0, (up - (figures.offered - figures.awarded)) / up));
}

// ---- Energy

export interface Match {
  readonly drawn: bigint; // watt-hours
  readonly matched: bigint;
}
/** A share of 1; null where nothing is drawn. */
export const match_share = (match: Match): number | null => (match.drawn > 0n ? Number((match.matched * 1_000_000n) / match.drawn) / 1_000_000 : null);

const kWhole: Match = { drawn: 0n, matched: 0n };
const add = (a: Match, b: Match): Match => ({ drawn: a.drawn + b.drawn, matched: a.matched + b.matched });

/** By slots: of a power zone, or of everything where none is named. */
export function matches_of(slots: RoundSlots, zone: string | null): Match[] {
  const found = zone === null ? null : slots.zones.find((one) => one.zone === zone);
  const [drawn, matched] = zone === null ? [slots.drawn, slots.matched] : [found?.used ?? [], found?.matched ?? []];
  return Array.from({ length: slots.count }, (_, slot) => ({ drawn: drawn[slot] ?? 0n, matched: matched[slot] ?? 0n }));
}
export const match_sum = (matches: readonly Match[]): Match => matches.reduce(add, kWhole);

export interface MatchDay {
  readonly day: string; // 2026-11-28
  readonly hours: readonly (Match | null)[]; // by the hour of the clock in which a slot begins; null: none does
}
/** Hours across, days down, in the zone of the exchange. */
export function match_days(slots: RoundSlots, zone: string | null): MatchDay[] {
  const days = new Map<string, (Match | null)[]>();
  for (const [slot, match] of matches_of(slots, zone).entries()) {
    const begin = slot_begin(slots, slot);
    const local = new Date((begin.unix + begin.zone) * 1000);
    const day = local.toISOString().slice(0, 10);
    const hours = days.get(day) ?? Array.from({ length: 24 }, () => null);
    days.set(day, hours);
    const hour = local.getUTCHours();
    hours[hour] = add(hours[hour] ?? kWhole, match);
  }
  return [...days].map(([day, hours]) => ({ day, hours }));
}

/** Zones with green energy in this book, or from which anything is drawn. */
export const matched_zones = (slots: RoundSlots): ZoneSlots[] =>
  slots.zones.filter((zone) => zone.used.some((one) => one > 0n) || zone.green.some((one) => one > 0n));

// ---- Reading

/** Rounds do not change: each is asked for once. A market too large for one answer tells its first slots. */
const kFewSlots = 24;
export class SlotsReader {
  #kept: RoundSlots | null = null;
  constructor(private readonly client: Client) {}

  /** Of the last round that was cleared; null: there is none yet. */
  async last(signal: AbortSignal): Promise<RoundSlots | null> {
    const { value } = await routes.listRounds(this.client, { state: 'cleared', pageSize: 1 }, { signal });
    const round = value.items[0]?.id;
    if (round === undefined) return null;
    if (this.#kept?.round === round) return this.#kept;
    this.#kept = slots_of(await this.#read(round, signal));
    return this.#kept;
  }
  async #read(round: string, signal: AbortSignal): Promise<wire.RoundSlots> {
    try {
      return (await routes.getRoundSlots(this.client, { round }, { signal })).value;
    } catch (error) {
      if ((error as Failure).code !== 'answer-too-large') throw error;
      return (await routes.getRoundSlots(this.client, { round, count: kFewSlots }, { signal })).value;
    }
  }
}

/** What the last round cleared says of the hours ahead; null: none was cleared. */
export interface Ahead {
  readonly slots: RoundSlots | null;
}

export function slots_source(client: Client): ReadingSource<Ahead> {
  const reader = new SlotsReader(client);
  return {
    concerns: (moment) => moment.events.some((event) => event.type === 'round.closed'),
    read: async (signal) => ({ slots: await reader.last(signal) }),
  };
}

/** Devices of a hub that are up, over all its classes or one. */
export const devices_up = (hub: HubView, accelerator: string | null): number =>
  hub.pools.reduce((sum, pool) => sum + (accelerator === null || pool.accelerator === accelerator ? pool.devices - pool.down : 0), 0);
