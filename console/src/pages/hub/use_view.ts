// How busy a hub was, what rounds posted there, and what its hours to come cost. Pure.
import type { LineSeries } from '../../charts';
import { load_share, loaded_classes, pool_figures, slot_begin, type LoadPoint, type PoolSlots, type PriceParts, type RoundSlots, type SlotFigures } from '../../model';
import type { Column } from '../../ui';
import { approximate, format_count, format_money, format_part, format_time, wire_money, type Language, type Micro, type Moment } from '../../units';
import type { Key } from '../../words/index.svelte';

type Say = (key: Key) => string;

const gate_times = (points: readonly LoadPoint[]): number[] => points.map((point) => point.gate.unix + point.gate.zone);
const round_columns = (say: Say): Column<LoadPoint>[] => [
  { id: 'round', title: say('hub.round'), text: (point) => point.round },
  { id: 'gate', title: say('hub.gate'), text: (point) => format_time(point.gate), sort: (point) => point.gate.unix, width: 'minmax(184px, 1fr)' },
];

export function use_lines(points: readonly LoadPoint[], all: string): { times: number[]; lines: LineSeries[] } {
  const classes = loaded_classes(points);
  const line = (title: string, accelerator: string | null): LineSeries =>
    ({ title, stepped: true, area: accelerator === null, values: points.map((point) => load_share(point, accelerator)) });
  return {
    times: gate_times(points),
    lines: [line(all, null), ...(classes.length > 1 ? classes.map((name) => line(name, name)) : [])],
  };
}

export function use_columns(points: readonly LoadPoint[], language: Language, say: Say): Column<LoadPoint>[] {
  const share = (id: string, title: string, accelerator: string | null): Column<LoadPoint> => ({
    id, title, number: true, sort: (point) => load_share(point, accelerator),
    text: (point) => { const value = load_share(point, accelerator); return value === null ? say('state.none') : format_part(value, language); },
    csv: (point) => { const value = load_share(point, accelerator); return value === null ? '' : value.toFixed(6); },
  });
  const sum = (point: LoadPoint, of: 'up' | 'used') => [...point.classes.values()].reduce((total, one) => total + one[of], 0);
  const count = (id: 'up' | 'used', title: Key): Column<LoadPoint> =>
    ({ id, title: say(title), number: true, text: (point) => format_count(sum(point, id), language), csv: (point) => String(sum(point, id)), sort: (point) => sum(point, id) });
  return [
    ...round_columns(say),
    count('up', 'hub.up'), count('used', 'hub.busy'), share('share', say('map.use'), null),
    ...loaded_classes(points).map((name) => share(`class-${name}`, name, name)),
  ];
}

const posted_of = (point: LoadPoint, name: string): Micro | null => point.classes.get(name)?.posted ?? null;

export function posted_lines(points: readonly LoadPoint[]): { times: number[]; lines: LineSeries[] } {
  const lines = loaded_classes(points).map((title) => ({
    title, stepped: true, values: points.map((point) => { const price = posted_of(point, title); return price === null ? null : approximate(price); }),
  }));
  return { times: gate_times(points), lines };
}

export function posted_columns(points: readonly LoadPoint[], language: Language, say: Say): Column<LoadPoint>[] {
  const price = (name: string): Column<LoadPoint> => ({
    id: name, title: name, number: true, sort: (point) => posted_of(point, name),
    text: (point) => { const value = posted_of(point, name); return value === null ? say('state.none') : format_money(value, language); },
    csv: (point) => { const value = posted_of(point, name); return value === null ? '' : wire_money(value).amount; },
  });
  return [...round_columns(say), ...loaded_classes(points).map(price)];
}

/** A slot of one class at the hub. */
export interface AheadRow {
  readonly slot: number;
  readonly begin: Moment;
  readonly figures: SlotFigures;
}
export const ahead_rows = (slots: RoundSlots, pool: PoolSlots): AheadRow[] =>
  Array.from({ length: slots.count }, (_, slot) => ({ slot, begin: slot_begin(slots, slot), figures: pool_figures(pool, slot) }));

export function ahead_lines(rows: readonly AheadRow[], titles: readonly [string, string, string]): { times: number[]; lines: LineSeries[] } {
  const line = (title: string, id: 'price' | 'asked' | 'power', area: boolean): LineSeries =>
    ({ title, stepped: true, area, values: rows.map((row) => (row.figures.parts ? approximate(row.figures.parts[id]) : null)) });
  return {
    times: rows.map((row) => row.begin.unix + row.begin.zone),
    lines: [line(titles[0], 'price', true), line(titles[1], 'asked', false), line(titles[2], 'power', false)],
  };
}

export function ahead_columns(language: Language, say: Say): Column<AheadRow>[] {
  const part = (id: Exclude<keyof PriceParts, 'green'>, title: Key): Column<AheadRow> => {
    const of = (row: AheadRow): Micro | null => row.figures.parts?.[id] ?? null;
    return {
      id, title: say(title), sort: of, number: true,
      text: (row) => { const value = of(row); return value === null ? say('state.none') : format_money(value, language); },
      csv: (row) => { const value = of(row); return value === null ? '' : wire_money(value).amount; },
    };
  };
  const count = (id: 'offered' | 'awarded', title: Key): Column<AheadRow> =>
    ({ id, title: say(title), text: (row) => format_count(row.figures[id], language), csv: (row) => String(row.figures[id]), sort: (row) => row.figures[id], number: true });
  return [
    { id: 'begin', title: say('hours.begin'), text: (row) => format_time(row.begin), sort: (row) => row.begin.unix, width: 'minmax(184px, 1fr)' },
    count('offered', 'hours.offered'), count('awarded', 'hours.awarded'),
    part('price', 'hub.price'), part('asked', 'hours.asked'), part('scarcity', 'hours.scarcity'), part('power', 'hours.power'),
  ];
}
