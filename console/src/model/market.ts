// The picture of the market: what everybody may see, as of one sequence.
//
// It is read once and then folded: `fold` takes a moment of the stream and gives the next picture.
// What events do not carry (free devices, posted prices) is read anew when a round closes.
import type { StreamMoment, wire } from '../api';
import { approximate, micro, money_of, time_of, type Micro, type Moment } from '../units';

export interface Pool {
  readonly accelerator: string;
  readonly devices: number;
  readonly free: number;
  readonly down: number;
  readonly ask: Micro;
  readonly posted: Micro | null;
}
export interface HubView {
  readonly name: string;
  readonly title: { readonly en: string; readonly zh: string };
  readonly region: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly pue: number;
  readonly halted: boolean;
  readonly power_zone: string | null;
  readonly pools: readonly Pool[];
}
export interface LinkView {
  readonly from: string;
  readonly to: string;
  readonly megabytes_per_second: bigint;
  readonly price: Micro; // per terabyte
  readonly moved: bigint; // megabytes
  readonly busy_until: Moment | null;
}
export interface Picture {
  readonly sequence: bigint;
  readonly name: string;
  readonly time: Moment;
  readonly state: wire.Market['state'];
  readonly round: string;
  readonly last_round: string | null;
  readonly lock: Moment;
  readonly gate: Moment;
  readonly classes: readonly string[];
  readonly hubs: readonly HubView[];
  readonly links: readonly LinkView[];
}

const pool_of = (pool: wire.HubPool): Pool => ({
  accelerator: pool.class,
  devices: pool.nodes * pool.nodeDevices,
  free: pool.freeDevices,
  down: pool.downNodes * pool.nodeDevices,
  ask: money_of(pool.ask),
  posted: pool.posted ? money_of(pool.posted) : null,
});

const hub_of = (hub: wire.Hub): HubView => ({
  name: hub.hub,
  title: hub.title,
  region: hub.region,
  latitude: Number(hub.latitude),
  longitude: Number(hub.longitude),
  pue: Number(hub.pue),
  halted: hub.halted,
  power_zone: hub.powerZone ?? null,
  pools: hub.pools.map(pool_of),
});

const link_of = (link: wire.Link): LinkView => ({
  from: link.from,
  to: link.to,
  megabytes_per_second: BigInt(link.mbPerSecond),
  price: money_of(link.price),
  moved: BigInt(link.movedMb),
  busy_until: link.busyUntil ? time_of(link.busyUntil) : null,
});

export function picture_of(sequence: string, market: wire.Market, hubs: wire.Hub[], links: wire.Link[]): Picture {
  return {
    sequence: BigInt(sequence),
    name: market.name,
    time: time_of(market.time),
    state: market.state,
    round: market.round,
    last_round: market.lastRound ?? null,
    lock: time_of(market.lock),
    gate: time_of(market.gate),
    classes: market.classes.map((one) => one.class),
    hubs: hubs.map(hub_of),
    links: links.map(link_of),
  };
}

const at_hub = (picture: Picture, name: string, change: (hub: HubView) => HubView): Picture => ({
  ...picture,
  hubs: picture.hubs.map((hub) => (hub.name === name ? change(hub) : hub)),
});
const at_pool = (picture: Picture, hub: string, accelerator: string, change: (pool: Pool) => Pool): Picture =>
  at_hub(picture, hub, (view) => ({ ...view, pools: view.pools.map((pool) => (pool.accelerator === accelerator ? change(pool) : pool)) }));

function fold_event(picture: Picture, event: wire.Event): Picture {
  switch (event.type) {
    case 'hub.ask-changed':
      return at_pool(picture, event.hub, event.class, (pool) => ({ ...pool, ask: money_of(event.ask) }));
    case 'data.transfer-started':
      return {
        ...picture,
        links: picture.links.map((link) => (link.from === event.from && link.to === event.to ? { ...link, busy_until: time_of(event.ready) } : link)),
      };
    case 'halt.changed':
      if (event.scope === 'hub' && event.hub) return at_hub(picture, event.hub, (hub) => ({ ...hub, halted: event.halted }));
      return event.scope === 'market' ? { ...picture, state: event.halted ? 'halted' : 'open' } : picture;
    case 'round.closed':
      return { ...picture, last_round: event.round };
    default:
      return picture; // types that are not known yet are skipped
  }
}

/** Moments that the picture has already are skipped. */
export function fold(picture: Picture, moment: StreamMoment): Picture {
  const sequence = BigInt(moment.sequence);
  if (sequence <= picture.sequence) return picture;
  let next: Picture = { ...picture, sequence };
  for (const event of moment.events) next = { ...fold_event(next, event), time: time_of(event.at) };
  return next;
}

/** After these the picture is read anew. */
const kRenewing: ReadonlySet<string> = new Set([
  'round.gate-closed', 'round.closed', 'rules.changed', 'calendar.changed', 'hub.nodes-changed', 'data.transfer-ended',
]);
export const renews = (moment: StreamMoment): boolean => moment.events.some((event) => kRenewing.has(event.type));

// ---- What pages ask of a hub, over all its classes or one

export interface HubFigures {
  readonly devices: number;
  readonly free: number;
  readonly down: number;
  readonly busy_share: number | null; // null: no devices that are up
  readonly price: Micro | null; // posted, else asked; by devices weighed over classes
}

export function figures_of(hub: HubView, accelerator: string | null): HubFigures {
  const pools = hub.pools.filter((pool) => accelerator === null || pool.accelerator === accelerator);
  const sum = (of: (pool: Pool) => number) => pools.reduce((total, pool) => total + of(pool), 0);
  const [devices, free, down] = [sum((pool) => pool.devices), sum((pool) => pool.free), sum((pool) => pool.down)];
  const up = devices - down;
  const paid = pools.reduce((total, pool) => total + (pool.posted ?? pool.ask) * BigInt(pool.devices), 0n);
  return {
    devices,
    free,
    down,
    busy_share: up > 0 ? Math.min(1, Math.max(0, (up - free) / up)) : null,
    price: devices > 0 ? micro(paid / BigInt(devices)) : null,
  };
}

/** A link is full while what was asked for keeps it busy. */
export const is_full = (link: LinkView, unix: number): boolean => link.busy_until !== null && link.busy_until.unix > unix;

/** Where a price lies between the lowest and the highest, from 0 to 1. */
export function price_place(price: Micro, all: readonly Micro[]): number {
  const [low, high] = all.reduce(([l, h], one) => [one < l ? one : l, one > h ? one : h], [price, price]);
  return high === low ? 0.5 : approximate(micro(price - low)) / approximate(micro(high - low));
}
