// What the page of a round shows of it. Pure: components only draw it.
import type { Step } from '../../charts';
import { bid_of, type Book, type BookRow, type CurveBlock, type Curves, type RoundFiles } from '../../model';
import { approximate, format_count, format_day, format_duration, format_money, format_time, wire_money, type Language, type Micro, type Moment } from '../../units';
import type { Column, Tone } from '../../ui';
import type { Key } from '../../words/index.svelte';
import type { wire } from '../../api';

type Say = (key: Key, values?: Record<string, string | number>) => string;

export const kRoundStates: Record<wire.RoundState, Key> = {
  collecting: 'rounds.collecting', clearing: 'rounds.clearing', cleared: 'rounds.cleared', empty: 'rounds.empty', unsolved: 'rounds.unsolved',
};
export const round_tone = (state: wire.RoundState): Tone => (state === 'cleared' ? 'good' : state === 'unsolved' ? 'bad' : state === 'clearing' ? 'warn' : 'plain');

const kKinds: Record<string, Key> = { order: 'rounds.kind_block', options: 'rounds.kind_options', curve: 'rounds.kind_curve', profile: 'rounds.kind_profile', service: 'rounds.kind_service' };

/** "o1caa886e…": names are long, and the table has them whole. */
export const short_name = (name: string): string => (name.length > 12 ? `${name.slice(0, 10)}…` : name);

/** Slot 0 of a book begins at the gate of its round. */
export const slot_time = (gate: Moment, slot: number, slot_seconds: number): Moment => ({ unix: gate.unix + slot * slot_seconds, zone: gate.zone });

export const steps_of = (blocks: readonly CurveBlock[], language: Language, say: Say): Step[] =>
  blocks.map((block) => ({
    id: block.name,
    quantity: block.devices,
    price: approximate(block.price),
    taken: block.taken,
    title: say(block.taken ? 'rounds.block_in' : 'rounds.block_out', { name: short_name(block.name), devices: format_count(block.devices, language), price: format_money(block.price, language) }),
  }));

/** What was agreed for a device-hour in this hour at this hub; null over all hubs, or where it is not known. */
export function agreed_price(files: RoundFiles, accelerator: string, hub: string | null, slot: number): Micro | null {
  const lane = hub === null ? undefined : files.lanes?.get(`${hub}/${accelerator}`);
  return (lane === undefined ? undefined : files.certificate.payments[lane]?.[slot]) ?? null;
}

export interface CurveRow {
  readonly id: string;
  readonly side: 'supply' | 'demand';
  readonly block: CurveBlock;
}
/** Offers may be alike, so a row is its place. */
export const curve_rows = (curves: Curves): CurveRow[] =>
  (['demand', 'supply'] as const).flatMap((side) => curves[side].map((block, at) => ({ id: `${side} ${at}`, side, block })));

export function curve_columns(language: Language, say: Say): Column<CurveRow>[] {
  return [
    { id: 'side', title: say('rounds.side'), text: (row) => say(row.side === 'supply' ? 'rounds.supply' : 'rounds.demand'), sort: (row) => row.side, width: '104px' },
    { id: 'name', title: say('rounds.name'), text: (row) => row.block.name, sort: (row) => row.block.name, width: 'minmax(176px, 2fr)' },
    { id: 'devices', title: say('rounds.devices'), text: (row) => format_count(row.block.devices, language), csv: (row) => String(row.block.devices), sort: (row) => row.block.devices, number: true },
    { id: 'price', title: say('rounds.bid'), text: (row) => format_money(row.block.price, language), csv: (row) => wire_money(row.block.price).amount, sort: (row) => row.block.price, number: true },
    { id: 'taken', title: say('rounds.outcome'), text: (row) => say(row.block.taken ? 'rounds.taken' : 'rounds.not_taken'), sort: (row) => (row.block.taken ? 0 : 1) },
  ];
}

const way_of = (row: BookRow) => row.order.runs[row.award?.variant ?? 0] ?? null;

export function book_columns(book: Book, gate: Moment, language: Language, say: Say, title_of: (hub: string) => string): Column<BookRow>[] {
  const none = say('state.none');
  const start = (row: BookRow) => (row.award && row.order.kind === 'order' ? slot_time(gate, row.award.start, book.slot_seconds) : null);
  const bid = (row: BookRow) => bid_of(row.order, row.award?.variant ?? 0, book.slot_seconds);
  return [
    { id: 'name', title: say('rounds.name'), text: (row) => row.order.name, sort: (row) => row.order.name, width: 'minmax(168px, 2fr)' },
    { id: 'state', title: say('rounds.outcome'), text: (row) => say(row.award ? 'rounds.awarded' : 'rounds.rejected'), sort: (row) => (row.award ? 0 : 1), width: '104px' },
    { id: 'kind', title: say('rounds.kind'), text: (row) => say(kKinds[row.order.kind] ?? 'rounds.kind_block'), sort: (row) => row.order.kind, width: '88px' },
    { id: 'class', title: say('rounds.class'), text: (row) => way_of(row)?.accelerator ?? none, sort: (row) => way_of(row)?.accelerator ?? null, width: '120px' },
    { id: 'devices', title: say('rounds.devices'), text: (row) => { const way = way_of(row); return way ? format_count(way.devices, language) : none; }, csv: (row) => String(way_of(row)?.devices ?? ''), sort: (row) => way_of(row)?.devices ?? null, number: true, width: '80px' },
    { id: 'time', title: say('rounds.duration'), text: (row) => { const way = way_of(row); return way ? format_duration(way.slots * book.slot_seconds, language) : none; }, csv: (row) => { const way = way_of(row); return way ? String(way.slots * book.slot_seconds) : ''; }, sort: (row) => way_of(row)?.slots ?? null, number: true, width: '112px' },
    { id: 'bid', title: say('rounds.bid'), text: (row) => { const price = bid(row); return price === null ? none : format_money(price, language); }, csv: (row) => { const price = bid(row); return price === null ? '' : wire_money(price).amount; }, sort: bid, number: true, width: '132px' },
    { id: 'hub', title: say('hub.title'), text: (row) => (row.award?.hub ? title_of(row.award.hub) : none), sort: (row) => row.award?.hub ?? null, width: 'minmax(136px, 1fr)' },
    { id: 'start', title: say('rounds.start'), text: (row) => { const at = start(row); return at ? format_day(at, language) : none; }, csv: (row) => { const at = start(row); return at ? format_time(at) : ''; }, sort: (row) => start(row)?.unix ?? null, width: '136px' },
  ];
}
