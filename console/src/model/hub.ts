// One hub as its visitors, its supplier and those who watch see it.
import { list_all, routes, type Client, type StreamMoment, type wire } from '../api';
import { money_of, time_of, type Micro, type Moment } from '../units';
import type { HubView } from './market';
import { find_reader, type Reader } from './reader';
import type { ReadingSource } from './reading.svelte';

export interface OfferStep {
  readonly accelerator: string;
  readonly step: number; // from 1
  readonly devices: number;
  readonly ask: Micro; // per device-hour
}
export interface ContractView {
  readonly id: string;
  readonly order: string;
  readonly accelerator: string;
  readonly devices: number;
  readonly running: boolean;
  readonly start: Moment;
  readonly end: Moment; // expected, while it runs
  readonly price: Micro;
  readonly paid: Micro;
  readonly phase: string | null;
  readonly detail: string | null;
  readonly missed: number; // seconds that were granted and not delivered
}
export interface Agent {
  readonly epoch: number;
  readonly until: Moment;
  readonly accepting: boolean;
  readonly detail: string | null;
}
export interface WorkView {
  readonly contract: string;
  readonly metered: Moment;
  readonly until: Moment;
  readonly live: boolean;
}
export interface HubStanding {
  readonly supplier: string | null;
  readonly agent: Agent | null;
  readonly watts: ReadonlyMap<string, number>; // of a device, by class
  readonly offers: readonly OfferStep[];
  readonly reader: Reader;
  readonly contracts: readonly ContractView[] | null; // null: this reader may not see them
  readonly complete: boolean; // false: there are more contracts than were read
  readonly work: readonly WorkView[] | null; // what the agent has to know; its supplier's only
}

const kContractsMax = 5_000;
const kWorkMax = 5_000;

export function steps_of(offers: readonly wire.Offer[]): OfferStep[] {
  return offers.flatMap((offer) =>
    (offer.steps ?? [{ devices: offer.devices, ask: offer.ask }]).map((step, at) => ({
      accelerator: offer.class, step: at + 1, devices: step.devices, ask: money_of(step.ask),
    })),
  );
}

export const contract_of = (contract: wire.Contract): ContractView => ({
  id: contract.id,
  order: contract.order,
  accelerator: contract.class,
  devices: contract.devices,
  running: contract.state === 'running',
  start: time_of(contract.start),
  end: time_of(contract.end ?? contract.expectedEnd),
  price: money_of(contract.price),
  paid: money_of(contract.paid),
  phase: contract.phase ?? null,
  detail: contract.detail ?? null,
  missed: contract.missedSeconds ?? 0,
});

const agent_of = (agent: NonNullable<wire.Hub['agent']>): Agent => ({
  epoch: agent.epoch,
  until: time_of(agent.until),
  accepting: agent.takesContracts,
  detail: agent.detail ?? null,
});

const work_of = (work: wire.HubWork): WorkView => ({ contract: work.contract, metered: time_of(work.metered), until: time_of(work.until), live: work.live });

/** Watts that devices in use draw, cooling included: nobody meters them here, this is reckoned. */
export function power_of(hub: HubView, watts: ReadonlyMap<string, number>): bigint {
  const busy = hub.pools.reduce((sum, pool) => sum + Math.max(0, pool.devices - pool.down - pool.free) * (watts.get(pool.accelerator) ?? 0), 0);
  return BigInt(Math.round(busy * hub.pue));
}

/** How far behind its agent tells of what runs, in seconds; null where nothing runs. A contract is told of up to its end only. */
export function lag_of(work: readonly WorkView[], now: number): number | null {
  const live = work.filter((one) => one.live);
  return live.length ? Math.max(0, ...live.map((one) => Math.min(now, one.until.unix) - one.metered.unix)) : null;
}

const kConcerns = /^(hub|contract|round|halt)\./;

export function hub_source(client: Client, hub: string): ReadingSource<HubStanding> {
  const at_hub = (event: wire.Event): boolean => kConcerns.test(event.type) && (!('hub' in event) || event.hub === hub);
  return {
    concerns: (moment: StreamMoment) => moment.events.some(at_hub),
    async read(signal) {
      const options = { signal };
      const [one, market, offers, reader] = await Promise.all([
        routes.getHub(client, { hub }, options),
        routes.getMarket(client, {}, options),
        list_all(client, routes.listOffers, { hub }, 4_096, options),
        find_reader(client, signal),
      ]);
      const supplier = one.value.supplier ?? null;
      const runs_it = reader.kind === 'one' && reader.participant === supplier;
      const seen = reader.kind === 'public' ? null : await list_all(client, routes.listContracts, { hub }, kContractsMax, options);
      const work = runs_it ? await list_all(client, routes.listWork, { hub }, kWorkMax, options) : null;
      return {
        supplier,
        agent: one.value.agent ? agent_of(one.value.agent) : null,
        watts: new Map(market.value.classes.map((each) => [each.class, each.watts])),
        offers: steps_of(offers.items),
        reader,
        contracts: seen && seen.items.map(contract_of),
        complete: seen?.complete ?? true,
        work: work && work.items.map(work_of),
      };
    },
  };
}
