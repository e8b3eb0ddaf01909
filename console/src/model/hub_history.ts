// How busy a hub was when rounds closed.
import { routes, type Client, type wire } from '../api';
import { money_of, time_of, type Micro, type Moment } from '../units';
import type { ReadingSource } from './reading.svelte';

export interface ClassLoad {
  readonly up: number;
  readonly used: number;
  readonly posted: Micro;
}
export interface LoadPoint {
  readonly round: string;
  readonly gate: Moment;
  readonly classes: ReadonlyMap<string, ClassLoad>;
}
export interface HubHistory {
  readonly points: readonly LoadPoint[]; // the oldest first
  readonly known_from: Moment | null;
  readonly remembering: boolean; // more of the past is being read
  readonly more: boolean; // there is more than was read
}

const kRounds = 500;

export const load_of = (load: wire.HubLoad): LoadPoint => ({
  round: load.round,
  gate: time_of(load.gate),
  classes: new Map(load.pools.map((pool) => [pool.class, { up: pool.upDevices, used: pool.usedDevices, posted: money_of(pool.posted) }])),
});

export const history_of = (page: wire.HubHistoryPage): HubHistory => ({
  points: page.items.map(load_of).reverse(),
  known_from: page.knownFrom ? time_of(page.knownFrom) : null,
  remembering: page.remembering,
  more: page.nextPageToken !== undefined,
});

export const loaded_classes = (points: readonly LoadPoint[]): string[] => [...new Set(points.flatMap((point) => [...point.classes.keys()]))].sort();

/** Share of the devices that are up, over all classes or of one; null where none is up. */
export function load_share(point: LoadPoint, accelerator: string | null): number | null {
  const loads = accelerator === null ? [...point.classes.values()] : [point.classes.get(accelerator)].filter((one) => one !== undefined);
  const [up, used] = [loads.reduce((sum, one) => sum + one.up, 0), loads.reduce((sum, one) => sum + one.used, 0)];
  return up > 0 ? used / up : null;
}

export const history_source = (client: Client, hub: string): ReadingSource<HubHistory> => ({
  concerns: (moment) => moment.events.some((event) => event.type === 'round.closed'),
  read: async (signal) => history_of((await routes.listHubHistory(client, { hub, pageSize: kRounds }, { signal })).value),
});
