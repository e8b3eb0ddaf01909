// What would have to be otherwise: trials of an order with other terms, which the exchange clears anew.
import type { wire } from '../api';
import { micro, money_of, time_of, wire_money, wire_time, type Micro, type Moment } from '../units';
import { limit_of } from './track';

/** The terms that a reader plays with. */
export interface Trial {
  readonly limit: Micro; // per device-hour of the first way
  readonly latest: Moment; // start
  readonly hubs: readonly string[]; // none: any
  readonly classes: readonly string[]; // the order's own first
}

export const trial_of = (order: wire.Order): Trial => ({
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
export function change_of_trial(order: wire.Order, trial: Trial): wire.OrderChange | null {
  const before = trial_of(order);
  const [first] = order.ways;
  const change: wire.OrderChange = {};
  if (trial.limit !== before.limit && first) {
    change.value = wire_money(micro((trial.limit * BigInt(first.devices) * BigInt(first.durationSeconds)) / 3600n));
  }
  if (trial.latest.unix !== before.latest.unix) change.latestStart = wire_time(trial.latest);
  if (!same(trial.hubs, before.hubs)) change.hubs = [...trial.hubs];
  if (!same(trial.classes, before.classes)) change.ways = ways_of(order, trial.classes);
  return Object.keys(change).length ? change : null;
}

export type Change = wire.Why['changes'][number];

/** A change that the exchange found, as terms to try; null where no term of the order is it (a copy of the data). */
export function trial_of_change(order: wire.Order, change: Change): Trial | null {
  const trial = trial_of(order);
  const [first] = order.ways;
  switch (change.kind) {
    case 'limit':
    case 'value': {
      if (!first) return null;
      // Rounded up, so that the value is no less than what was found.
      const value = money_of(order.value) + money_of(change.extraCost);
      const hours = BigInt(first.devices) * BigInt(first.durationSeconds);
      return { ...trial, limit: micro((value * 3600n + hours - 1n) / hours) };
    }
    case 'window':
    case 'later':
      return { ...trial, latest: time_of(change.start).unix > trial.latest.unix ? time_of(change.start) : trial.latest };
    case 'hub':
      return { ...trial, hubs: trial.hubs.length ? [...new Set([...trial.hubs, change.hub])] : [] };
    case 'class':
      return { ...trial, classes: [...new Set([...trial.classes, change.way.class])] };
    case 'replica':
      return null;
  }
}

const kRows = ['capacity', 'nodes', 'zone', 'link', 'cap'] as const;
export interface Binding {
  readonly kind: (typeof kRows)[number] | 'other';
  readonly what: string;
}
/** "capacity guian/H800": the kind of row and which. */
export function binding_of(row: string): Binding {
  const [word = '', ...rest] = row.split(' ');
  const kind = kRows.find((one) => one === word);
  return kind ? { kind, what: rest.join(' ') } : { kind: 'other', what: row };
}
