// What the page of a hub shows of its standing. Pure: the page only draws it.
import type { Bar, Step } from '../../charts';
import type { ContractView, HubView, OfferStep, Pool } from '../../model';
import type { Column } from '../../ui';
import { approximate, format_count, format_duration, format_money, format_part, format_time, wire_money, type Language } from '../../units';
import type { Key } from '../../words/index.svelte';

type Say = (key: Key) => string;
const busy = (pool: Pool): number => Math.max(0, pool.devices - pool.down - pool.free);

export const use_bars = (hub: HubView): Bar[] => hub.pools.map((pool) => ({ title: pool.accelerator, parts: [busy(pool), Math.min(pool.free, pool.devices - pool.down), pool.down] }));

export function pool_columns(language: Language, say: Say): Column<Pool>[] {
  const count = (value: number) => format_count(value, language);
  const column = (id: string, title: Key, of: (pool: Pool) => number): Column<Pool> => ({ id, title: say(title), text: (pool) => count(of(pool)), csv: (pool) => String(of(pool)), sort: of, number: true });
  const up = (pool: Pool) => pool.devices - pool.down;
  return [
    { id: 'class', title: say('hub.class'), text: (pool) => pool.accelerator, sort: (pool) => pool.accelerator },
    column('devices', 'hub.devices', (pool) => pool.devices),
    column('busy', 'hub.busy', busy),
    column('free', 'hub.free', (pool) => pool.free),
    column('down', 'hub.down', (pool) => pool.down),
    { id: 'use', title: say('map.use'), text: (pool) => (up(pool) > 0 ? format_part(busy(pool) / up(pool), language) : say('state.none')), sort: (pool) => (up(pool) > 0 ? busy(pool) / up(pool) : null), number: true },
    { id: 'ask', title: say('hub.ask'), text: (pool) => format_money(pool.ask, language), csv: (pool) => wire_money(pool.ask).amount, sort: (pool) => pool.ask, number: true },
    { id: 'posted', title: say('hub.price'), text: (pool) => (pool.posted === null ? say('state.none') : format_money(pool.posted, language)), csv: (pool) => (pool.posted === null ? '' : wire_money(pool.posted).amount), sort: (pool) => pool.posted, number: true },
  ];
}

export const supply_of = (offers: readonly OfferStep[], accelerator: string): Step[] =>
  offers.filter((offer) => offer.accelerator === accelerator).map((offer) => ({ quantity: offer.devices, price: approximate(offer.ask), title: offer.accelerator }));

export const offer_columns = (language: Language, say: Say): Column<OfferStep>[] => [
  { id: 'class', title: say('hub.class'), text: (row) => row.accelerator, sort: (row) => row.accelerator },
  { id: 'step', title: say('hub.step'), text: (row) => String(row.step), sort: (row) => row.step, number: true },
  { id: 'devices', title: say('hub.devices'), text: (row) => format_count(row.devices, language), csv: (row) => String(row.devices), sort: (row) => row.devices, number: true },
  { id: 'ask', title: say('hub.ask'), text: (row) => format_money(row.ask, language), csv: (row) => wire_money(row.ask).amount, sort: (row) => row.ask, number: true },
];

export type ContractFilter = 'running' | 'undelivered' | 'all';
export const kContractFilters = ['running', 'undelivered', 'all'] as const;
export const of_filter = (contracts: readonly ContractView[], filter: ContractFilter): readonly ContractView[] =>
  filter === 'all' ? contracts : contracts.filter((one) => (filter === 'running' ? one.running : one.missed > 0));

export function contract_columns(language: Language, say: Say): Column<ContractView>[] {
  return [
    { id: 'id', title: say('hub.contract'), text: (row) => row.id, width: '88px' },
    { id: 'order', title: say('hub.order'), text: (row) => row.order, width: '88px' },
    { id: 'class', title: say('hub.class'), text: (row) => row.accelerator, sort: (row) => row.accelerator, width: '120px' },
    { id: 'devices', title: say('hub.devices'), text: (row) => format_count(row.devices, language), csv: (row) => String(row.devices), sort: (row) => row.devices, number: true },
    { id: 'state', title: say('hub.state'), text: (row) => (row.phase ? row.phase : say(row.running ? 'hub.running' : 'hub.ended')), sort: (row) => row.phase ?? '' },
    { id: 'start', title: say('hub.start'), text: (row) => format_time(row.start), sort: (row) => row.start.unix, width: '184px' },
    { id: 'end', title: say('hub.end'), text: (row) => format_time(row.end), sort: (row) => row.end.unix, width: '184px' },
    { id: 'price', title: say('hub.price'), text: (row) => format_money(row.price, language), csv: (row) => wire_money(row.price).amount, sort: (row) => row.price, number: true },
    { id: 'paid', title: say('hub.paid'), text: (row) => format_money(row.paid, language, [2, 2]), csv: (row) => wire_money(row.paid).amount, sort: (row) => row.paid, number: true },
    { id: 'missed', title: say('hub.missed'), text: (row) => (row.missed ? format_duration(row.missed, language) : say('state.none')), csv: (row) => String(row.missed), sort: (row) => row.missed, number: true, width: 'minmax(112px, 1fr)' },
    { id: 'detail', title: say('hub.detail'), text: (row) => row.detail ?? '', width: 'minmax(120px, 2fr)' },
  ];
}
