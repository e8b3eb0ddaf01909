// What has become of an order: its contracts, their events, and the stages between sending and the
// last cent, as a picture that is read anew when something happens to it.
import { list_all, routes, type Client, type wire } from '../api';
import { micro, money_of, time_of, type Micro, type Moment } from '../units';
import type { ReadingSource } from './reading.svelte';

export interface Run {
  readonly contract: wire.Contract;
  readonly events: readonly wire.Event[];
}
export interface Track {
  readonly order: wire.Order;
  readonly etag: string | null;
  readonly runs: readonly Run[]; // the last is the one that runs
  readonly parts: readonly wire.Order[]; // of an order that was awarded
  readonly lines: readonly wire.StatementLine[]; // money of it, by time
  readonly lines_complete: boolean;
}

const kEventsMax = 10_000;
const kLinesMax = 20_000;
const kOrdersMax = 100_000;

export const orders_source = (client: Client): ReadingSource<readonly wire.Order[]> => ({
  concerns: (moment) => moment.events.some((event) => 'order' in event || event.type.startsWith('contract.')),
  read: async (signal) => (await list_all(client, routes.listOrders, { orderBy: '-submitted' }, kOrdersMax, { signal })).items,
});

async function run_of(client: Client, contract: string, options: { signal: AbortSignal }): Promise<Run> {
  const [one, events] = await Promise.all([
    routes.getContract(client, { contract }, options),
    list_all(client, routes.listContractEvents, { contract }, kEventsMax, options),
  ]);
  return { contract: one.value, events: events.items };
}

const is_about = (order: wire.Order) => (line: wire.StatementLine): boolean =>
  line.reason?.order === order.id || (line.reason?.contract !== undefined && order.contracts.includes(line.reason.contract));

// Of the money that was set aside for it, and of cash, since the order came.
async function lines_of(client: Client, order: wire.Order, options: { signal: AbortSignal }): Promise<{ lines: wire.StatementLine[]; complete: boolean }> {
  const list = async (asker: Parameters<typeof routes.getStatement>[0], page: Parameters<typeof routes.getStatement>[1], how?: { signal?: AbortSignal }) =>
    routes.getStatement(asker, page, how);
  const read = (purpose: wire.Purpose) => list_all(client, list, { participant: order.participant, purpose, from: order.submitted }, kLinesMax, options);
  const [held, cash] = await Promise.all([read('hold'), read('cash')]);
  // What goes from one to the other stands in both: it is shown once, as money that is set aside.
  const others = cash.items.filter((line) => line.other?.purpose !== 'hold');
  const lines = [...held.items, ...others].filter(is_about(order)).sort((a, b) => (BigInt(a.sequence) < BigInt(b.sequence) ? -1 : 1));
  return { lines, complete: held.complete && cash.complete };
}

export const track_source = (client: Client, id: string): ReadingSource<Track> => ({
  concerns: (moment) => moment.events.some((event) => ('order' in event && event.order === id) || event.type.startsWith('contract.')),
  async read(signal) {
    const options = { signal };
    const { value: order, etag } = await routes.getOrder(client, { order: id }, options);
    const [runs, parts, money] = await Promise.all([
      Promise.all(order.contracts.map((contract) => run_of(client, contract, options))),
      Promise.all((order.parts ?? []).map(async (part) => (await routes.getOrder(client, { order: part }, options)).value)),
      lines_of(client, order, options),
    ]);
    return { order, etag, runs, parts, lines: money.lines, lines_complete: money.complete };
  },
});

// ---- Stages

export const kStages = ['submitted', 'cleared', 'dispatched', 'running', 'metered', 'settled'] as const;
export type StageId = (typeof kStages)[number];
export interface Stage {
  readonly id: StageId;
  readonly state: 'done' | 'now' | 'ahead' | 'lost';
  readonly at: Moment | null;
}

const event_of = <T extends wire.Event['type']>(events: readonly wire.Event[], type: T, last = false): Extract<wire.Event, { type: T }> | null => {
  const is = (event: wire.Event): event is Extract<wire.Event, { type: T }> => event.type === type;
  return (last ? events.findLast(is) : events.find(is)) ?? null;
};

/** Of the run that is looked at; null before there is any. */
export function stages_of(order: wire.Order, run: Run | null): Stage[] {
  const events = run?.events ?? [];
  const started = event_of(events, 'contract.started');
  const running = events.find((event) => event.type === 'contract.reported' && event.phase === 'running');
  const metered = event_of(events, 'contract.metered', true);
  const settled = event_of(events, 'contract.settled') ?? event_of(events, 'contract.concluded');
  const at = (event: wire.Event | null | undefined) => (event ? time_of(event.at) : null);
  // A hub without an agent tells of no phases: there, a start is a run.
  const told = events.some((event) => event.type === 'contract.reported');
  const times: Record<StageId, Moment | null> = {
    submitted: time_of(order.submitted),
    cleared: at(started) ?? (order.block || order.state === 'awarded' ? time_of(order.submitted) : null),
    dispatched: at(started),
    running: told ? at(running) : run ? time_of(run.contract.start) : null,
    metered: metered ? time_of(metered.until) : null,
    settled: at(settled),
  };
  const over = order.state === 'cancelled' || order.state === 'left' || order.state === 'refused';
  const reached = kStages.findLastIndex((id) => times[id] !== null);
  const last = kStages[reached];
  const goes_on = !over && settled === null && order.state !== 'awarded';
  // Running and metering last; after the others comes the next one.
  const now = !goes_on ? -1 : last === 'running' || last === 'metered' ? reached : reached + 1;
  return kStages.map((id, index) => {
    const state = index === now ? 'now' : index <= reached ? 'done' : over ? 'lost' : 'ahead';
    return { id, state, at: times[id] };
  });
}

export interface RunMoney {
  readonly cost: Micro;
  readonly paid: Micro;
  readonly refund: Micro;
  readonly penalty: Micro;
}
export function money_of_run(run: Run): RunMoney {
  const total = (of: (event: wire.Event) => Micro | null) => micro(run.events.reduce((sum, event) => sum + (of(event) ?? 0n), 0n));
  return {
    cost: money_of(run.contract.cost),
    paid: money_of(run.contract.paid),
    refund: total((event) => (event.type === 'contract.concluded' ? money_of(event.refund) : null)),
    penalty: total((event) => (event.type === 'contract.settled' || event.type === 'contract.concluded' ? money_of(event.penalty) : null)),
  };
}

/** Can still be changed, and can be ended. */
export const is_amendable = (order: wire.Order): boolean => order.state === 'waiting' && order.kind === 'block' && order.parent === undefined;
export const is_cancellable = (order: wire.Order): boolean => order.state === 'waiting' || order.state === 'running';

/** What it would pay for a device-hour of its first way. */
export function limit_of(order: wire.Order): Micro | null {
  const [way] = order.ways;
  if (!way || way.devices * way.durationSeconds === 0) return null;
  return micro((money_of(order.value) * 3600n) / BigInt(way.devices * way.durationSeconds));
}
