// How much of a market is in few hands: shares of device-hours and the Herfindahl-Hirschman index.
//
// Buyers and suppliers of one beneficial owner count as one. Device-hours are those that were granted
// to contracts (contract.started names devices and place, contract.granted the time). What of a contract is
// not in the events, because they begin later, is counted as unknown and said.
import type { wire } from '../api';
import { time_of } from '../units';
import type { HubView } from './market';

export type Side = 'buyers' | 'suppliers';
export type Grouping = 'hub' | 'class' | 'all';

export interface Holding {
  readonly who: string;
  readonly hub: string;
  readonly accelerator: string;
  readonly amount: number; // device-hours, or devices
}
export interface Share {
  readonly who: string;
  readonly share: number; // of 1
}
export interface Group {
  readonly name: string; // of a hub or class; '' is all of it
  readonly total: number;
  readonly shares: readonly Share[]; // the largest first
  readonly hhi: number; // 0 to 10,000
}

/** 10,000 where one has it all. */
export const hhi_of = (shares: readonly Share[]): number => Math.round(shares.reduce((sum, one) => sum + (one.share * 100) ** 2, 0));

export function groups_of(holdings: readonly Holding[], grouping: Grouping): Group[] {
  const groups = new Map<string, Map<string, number>>();
  for (const one of holdings) {
    const name = grouping === 'all' ? '' : grouping === 'hub' ? one.hub : one.accelerator;
    const group = groups.get(name) ?? new Map<string, number>();
    groups.set(name, group.set(one.who, (group.get(one.who) ?? 0) + one.amount));
  }
  return [...groups].map(([name, amounts]) => {
    const total = [...amounts.values()].reduce((sum, one) => sum + one, 0);
    const shares = [...amounts]
      .map(([who, amount]) => ({ who, share: total > 0 ? amount / total : 0 }))
      .sort((a, b) => b.share - a.share || (a.who < b.who ? -1 : 1));
    return { name, total, shares, hhi: hhi_of(shares) };
  }).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The same, with names that people know: only behind the counting, for two may have one name. */
export const named_group = (group: Group, names: ReadonlyMap<string, string>): Group => ({ ...group, shares: group.shares.map((one) => ({ ...one, who: names.get(one.who) ?? one.who })) });

/** The largest, and the rest as one: for a bar of a few parts. */
export function parts_of(group: Group, largest: number): number[] {
  const first = Array.from({ length: largest }, (_, at) => group.shares[at]?.share ?? 0);
  return [...first, Math.max(0, 1 - first.reduce((sum, one) => sum + one, 0))];
}

/** What suppliers have, from what anybody may see. */
export function capacity_of(hubs: readonly HubView[], supplier: ReadonlyMap<string, string>, owners: ReadonlyMap<string, string> = new Map()): Holding[] {
  return hubs.flatMap((hub) => {
    const who = supplier.get(hub.name);
    return who ? hub.pools.map((pool) => ({ who: owners.get(who) ?? who, hub: hub.name, accelerator: pool.accelerator, amount: pool.devices })) : [];
  });
}

export interface Bought {
  readonly holdings: readonly Holding[];
  readonly contracts: number;
  readonly unknown: number; // contracts whose beginning or owner the events do not tell
}

/** Beneficial owners, as participants were admitted with. */
export function owners_of(events: readonly wire.Event[]): Map<string, string> {
  const owners = new Map<string, string>();
  for (const event of events) if (event.type === 'participant.opened' && event.owner) owners.set(event.participant, event.owner);
  return owners;
}

/** As they were admitted under, where the events tell. */
export function names_of(events: readonly wire.Event[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const event of events) if (event.type === 'participant.opened') names.set(event.participant, event.name);
  return names;
}

export function bought_of(events: readonly wire.Event[]): Bought {
  const owners = owners_of(events);
  const buyer = new Map<string, string>(); // of an order
  const begun = new Map<string, { order: string; hub: string; accelerator: string; devices: number }>();
  const hours = new Map<string, number>();
  for (const event of events) {
    if (event.type === 'order.accepted') buyer.set(event.order, event.participant);
    else if (event.type === 'order.awarded') for (const part of event.parts) buyer.set(part.order, buyer.get(event.order) ?? '');
    else if (event.type === 'contract.started') begun.set(event.contract, { order: event.order, hub: event.hub, accelerator: event.class, devices: event.devices });
    else if (event.type === 'contract.granted') {
      const span = (time_of(event.until).unix - time_of(event.from).unix) / 3600;
      hours.set(event.contract, (hours.get(event.contract) ?? 0) + span * (begun.get(event.contract)?.devices ?? 0));
    }
  }
  let unknown = 0;
  const holdings = [...hours].flatMap(([contract, amount]): Holding[] => {
    const one = begun.get(contract);
    const who = one && buyer.get(one.order);
    if (!one || !who) {
      unknown++;
      return [];
    }
    return [{ who: owners.get(who) ?? who, hub: one.hub, accelerator: one.accelerator, amount }];
  });
  return { holdings, contracts: hours.size, unknown };
}
