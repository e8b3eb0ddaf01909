// Supply and demand of one class in one hour of a round, at a hub or over all of them.
//
// Supply is what was offered, cheapest first. Demand is, dearest first, each order that was given
// devices there, and each that was given none and could have run there, as one block: it comes whole
// or not at all, which is why some blocks above the price stay out.
import { micro, type Micro } from '../units';
import type { Book, BookOrder } from './book';
import type { Certificate } from './certificate';

export interface CurveBlock {
  readonly name: string; // of an order; of a hub for supply
  readonly devices: number;
  readonly price: Micro; // per device-hour
  readonly taken: boolean;
}
export interface Curves {
  readonly supply: readonly CurveBlock[];
  readonly demand: readonly CurveBlock[];
}
export interface CurveChoice {
  readonly accelerator: string;
  readonly hub: string | null;
  readonly slot: number;
}

/** What an order would give for a device-hour of one way to run. */
export function bid_of(order: BookOrder, at: number, slot_seconds: number): Micro | null {
  const run = order.runs[at];
  if (order.value === null || !run || run.devices * run.slots === 0) return null;
  return micro((order.value * 3600n) / (BigInt(run.devices * run.slots) * BigInt(slot_seconds)));
}

function demand_block(order: BookOrder, book: Book, certificate: Certificate, choice: CurveChoice): CurveBlock | null {
  const award = certificate.awards.get(order.name);
  const at = award ? award.variant : order.runs.findIndex((run) => run.accelerator === choice.accelerator);
  const run = order.runs[at];
  if (!run || run.accelerator !== choice.accelerator) return null;
  const [begin, end] = award ? [award.start, award.start + run.slots] : [order.begin, order.end];
  if (choice.slot < begin || choice.slot >= end) return null;
  const here = choice.hub === null || (award ? award.hub === choice.hub : order.hubs === null || order.hubs.includes(choice.hub));
  const price = bid_of(order, at, book.slot_seconds);
  return here && price !== null ? { name: order.name, devices: run.devices, price, taken: award !== undefined } : null;
}

const by_price = (side: 1 | -1) => (a: CurveBlock, b: CurveBlock): number => (a.price < b.price ? -side : a.price > b.price ? side : 0);

export function curves_of(book: Book, certificate: Certificate, choice: CurveChoice): Curves {
  const demand = book.orders.flatMap((order) => demand_block(order, book, certificate, choice) ?? []);
  const supply = book.offers
    .filter((offer) => offer.accelerator === choice.accelerator && (choice.hub === null || offer.hub === choice.hub) && offer.begin <= choice.slot && choice.slot < offer.end)
    .flatMap((offer) => offer.steps.map((step) => ({ name: offer.hub, devices: step.devices, price: step.price, taken: false })))
    .sort(by_price(1));
  // The cheapest devices are used first.
  let left = demand.reduce((sum, block) => sum + (block.taken ? block.devices : 0), 0);
  const used = supply.map((step) => {
    const taken = left > 0;
    left -= step.devices;
    return { ...step, taken };
  });
  return { supply: used, demand: [...demand].sort(by_price(-1)) };
}

/** The first hour in which this class has the most devices in use: where there is something to see. */
export function busiest_slot(book: Book, certificate: Certificate, accelerator: string, hub: string | null): number {
  const use = new Array<number>(book.slots).fill(0);
  for (const order of book.orders) {
    const award = certificate.awards.get(order.name);
    const run = award && order.runs[award.variant];
    if (!award || !run || run.accelerator !== accelerator || (hub !== null && award.hub !== hub)) continue;
    for (let slot = award.start; slot < Math.min(book.slots, award.start + run.slots); slot++) use[slot] = (use[slot] ?? 0) + run.devices;
  }
  return Math.max(0, use.indexOf(Math.max(0, ...use)));
}
