// What the green page shows. Pure.
import { cheapest, green_days, type EnergyBook, type GreenRun } from '../../model';
import type { Column } from '../../ui';
import { format_decimal, format_share, format_time, type Language } from '../../units';
import type { Key } from '../../words/index.svelte';

type Say = (key: Key, values?: Record<string, string | number>) => string;

/** A row of a heat map: a day or a zone, with a value for each hour. */
export interface HeatRow {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

export const day_rows = (run: GreenRun, say: Say): HeatRow[] => green_days(run.hours).map((values, at) => ({ name: say('green.day', { day: at + 1 }), values }));
/** "90 nothing": a load, and what was off. Runs of other worlds are no repetitions. */
export const run_world = (run: GreenRun): string => `${run.load} ${run.without}`;
export function run_world_text(world: string, say: Say): string {
  const [load = '', ...without] = world.split(' ');
  return without.join(' ') === 'nothing' ? `${load} %` : `${load} % · ${say('lab.without')} ${without.join(' ')}`;
}

/** Of all runs of a policy in one world: the mean of what was matched and drawn in each hour. */
export function mean_run(runs: readonly GreenRun[], policy: string): GreenRun | null {
  const mine = runs.filter((run) => run.policy === policy);
  const [first] = mine;
  if (!first) return null;
  const hours = first.hours.map((_, at) => mine.reduce((sum, run) => ({ energy: sum.energy + (run.hours[at]?.energy ?? 0), matched: sum.matched + (run.hours[at]?.matched ?? 0) }), { energy: 0, matched: 0 }));
  return { ...first, hours };
}

export const zone_rows = (book: EnergyBook, hours: number): HeatRow[] =>
  book.zones.filter((zone) => zone.commodity === 'power').map((zone) => ({ name: zone.name.replace(/^power-/, ''), values: cheapest(book, zone.name).slice(0, hours) }));

/** Slots of the book as "12-01 23" ("12-01 23:15" where they are no hours), or counted from its beginning where it does not say when that is. */
export const hour_names = (book: EnergyBook, slots: number): string[] =>
  Array.from({ length: Math.min(slots, book.slots) }, (_, at) =>
    book.begin ? format_time({ ...book.begin, unix: book.begin.unix + at * book.slot_seconds }).slice(5, book.slot_seconds % 3600 === 0 ? 13 : 16) : `+${at}`);
/** What of such a name stands below a column: the day is in the table. */
export const hour_mark = (name: string): string => name.slice(name.lastIndexOf(' ') + 1);

export function extent_of(rows: readonly HeatRow[]): [number, number] {
  const values = rows.flatMap((row) => row.values.filter((one) => one !== null));
  return [Math.min(...values), Math.max(...values)];
}

export function heat_columns(name: string, columns: readonly string[], text: (value: number | null) => string): Column<HeatRow>[] {
  return [
    { id: 'name', title: name, text: (row) => row.name, width: 'minmax(128px, 2fr)' },
    ...columns.map((title, at): Column<HeatRow> => ({
      id: `h${at}`, title, text: (row) => text(row.values[at] ?? null), csv: (row) => { const value = row.values[at] ?? null; return value === null ? '' : String(value); }, sort: (row) => row.values[at] ?? null, number: true, width: 'minmax(80px, 1fr)',
    })),
  ];
}
export const share_text = (language: Language, say: Say) => (value: number | null): string => (value === null ? say('state.none') : format_share(value, language, 0));
export const price_text = (language: Language, say: Say) => (value: number | null): string => (value === null ? say('state.none') : format_decimal(value, language, 0));
