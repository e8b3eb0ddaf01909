// What would have to be otherwise: trials of an order with other terms, which the exchange clears anew.
import type { wire } from '../api';
import { micro, money_of, time_of, wire_money, wire_time, type Micro, type Moment } from '../units';
import { limit_of } from './track';

/** The terms that a reader plays with. */
export interface Terms {
  readonly limit: Micro; // per device-hour of the first way
  readonly latest: Moment; // start
  readonly hubs: readonly string[]; // none: any
  readonly classes: readonly string[]; // the order's own first
}

export const terms_of = (order: wire.Order): Terms => ({
  limit: limit_of(order) ?? micro(0n),
  latest: time_of(order.latestStart),
  hubs: order.hubs,
  classes: [...new Set(order.ways.map((way) => way.class))],
});

const same = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((one) => b.includes(one));

/** Another class is taken to be as fast as the first: only its owner knows better. */
function ways_of(order: wire.Order, classes: readonly string[]): wire.Way[] {
  const [first] = order.ways;
  const kept = order.ways.filter((way) => classes.includes(way.class));
  const added = classes.filter((name) => !order.ways.some((way) => way.class === name));
  return [...kept, ...added.flatMap((name) => (first ? [{ ...first, class: name }] : []))];
}

/** Only what differs; null where nothing does. */
export function change_of(order: wire.Order, terms: Terms): wire.OrderChange | null {
  const before = terms_of(order);
  const [first] = order.ways;
  const change: wire.OrderChange = {};
  if (terms.limit !== before.limit && first) {
    // A limit may be finer than the value that it comes to.
    const value = micro((terms.limit * BigInt(first.devices) * BigInt(first.durationSeconds)) / 3600n);
    if (value !== money_of(order.value)) change.value = wire_money(value);
  }
  if (terms.latest.unix !== before.latest.unix) change.latestStart = wire_time(terms.latest);
  if (!same(terms.hubs, before.hubs)) change.hubs = [...terms.hubs];
  if (!same(terms.classes, before.classes)) change.ways = ways_of(order, terms.classes);
  return Object.keys(change).length ? change : null;
}

export type Change = wire.Why['changes'][number];

/** A change that the exchange found, as terms to try; null where no term of the order is it (a copy of the data). */
export function terms_of_change(order: wire.Order, change: Change): Terms | null {
  const terms = terms_of(order);
  const [first] = order.ways;
  switch (change.kind) {
    case 'limit':
    case 'value': {
      if (!first) return null;
      // Rounded up, so that the value is no less than what was found.
      const value = money_of(order.value) + money_of(change.extraCost);
      const hours = BigInt(first.devices) * BigInt(first.durationSeconds);
      return { ...terms, limit: micro((value * 3600n + hours - 1n) / hours) };
    }
    case 'window':
    case 'later':
      return { ...terms, latest: time_of(change.start).unix > terms.latest.unix ? time_of(change.start) : terms.latest };
    case 'hub':
      return { ...terms, hubs: terms.hubs.length ? [...new Set([...terms.hubs, change.hub])] : [] };
    case 'class':
      return { ...terms, classes: [...new Set([...terms.classes, change.way.class])] };
    case 'replica':
      return null;
  }
}

const kRows = ['capacity', 'nodes', 'zone', 'link', 'cap'] as const;
export interface Obstacle {
  readonly kind: (typeof kRows)[number] | 'other';
  readonly what: string;
}
/** "capacity guian/H800": the kind of row and which. */
export function obstacle_of(row: string): Obstacle {
  const [word = '', ...rest] = row.split(' ');
  const kind = kRows.find((one) => one === word);
  return kind ? { kind, what: rest.join(' ') } : { kind: 'other', what: row };
}
