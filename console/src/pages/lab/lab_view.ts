// What the lab shows of opened files: the figures of policies, side by side. Pure.
import type { IntervalRow } from '../../charts';
import type { LabFile, LabRow } from '../../model';
import type { Column } from '../../ui';
import { format_count, format_decimal, format_figures, type Language } from '../../units';
import type { Key } from '../../words/index.svelte';

type Say = (key: Key) => string;

export const kFigures: Record<string, Key> = {
  served: 'figure.served', utilisation: 'figure.utilisation', utilisation_bound: 'figure.utilisation_bound', offered: 'figure.offered', rack_rate: 'figure.rack_rate', value: 'figure.value', net: 'figure.net', net_bound: 'figure.net_bound',
  value_served: 'figure.value_served', cost: 'figure.cost', cost_share: 'figure.cost_share', wait_mean: 'figure.wait_mean', wait_p50: 'figure.wait_half', wait_p95: 'figure.wait_most', wait_p99: 'figure.wait_all', wait_p95_small: 'figure.wait_small',
  wait_p95_medium: 'figure.wait_medium', wait_p95_large: 'figure.wait_large', bounded_slowdown: 'figure.bounded_slowdown', flow: 'figure.flow', green_hourly: 'figure.green_hourly', green_annual: 'figure.green_annual', energy: 'figure.energy',
  emissions_market: 'figure.emissions_market', intensity_market: 'figure.intensity_market', emissions_location: 'figure.emissions_location', intensity_location: 'figure.intensity_location', moved: 'figure.moved', small_served: 'figure.small_served',
  fairness: 'figure.fairness', hhi: 'figure.hhi', held_idle: 'figure.held_idle', lost: 'figure.lost', left: 'figure.left', unfinished: 'figure.unfinished', refused: 'figure.refused', cancelled: 'figure.cancelled', stops: 'figure.stops', moves: 'figure.moves',
  forward: 'figure.forward', forward_on_time: 'figure.forward_on_time', blocks_booked: 'figure.blocks_booked', blocks_kept: 'figure.blocks_kept', blocks_broken: 'figure.blocks_broken', premium: 'figure.premium', rounds: 'figure.rounds', gap: 'figure.gap', gap_p95: 'figure.gap_most',
};
export function figure_text(figure: string, say: Say, unit = ''): string {
  const key = kFigures[figure];
  const text = key ? say(key) : figure;
  return unit ? `${text}${say('lab.unit_before')}${unit}${say('lab.unit_after')}` : text;
}

export interface LabEntry extends LabRow {
  readonly file: string;
  readonly group: number; // which file
}

export const entries_of = (files: readonly LabFile[]): LabEntry[] => files.flatMap((file, group) => file.rows.map((row) => ({ ...row, file: file.name, group })));
/** "90 nothing": a load and a world. */
export const world_of = (row: LabRow): string => `${row.load} ${row.without}`;
export const worlds_of = (entries: readonly LabEntry[]): string[] => [...new Set(entries.map(world_of))].sort((a, b) => Number.parseFloat(a) - Number.parseFloat(b) || (a < b ? -1 : 1));
export const figures_in = (entries: readonly LabEntry[]): string[] => { const there = new Set(entries.map((row) => row.figure)); return Object.keys(kFigures).filter((one) => there.has(one)).concat([...there].filter((one) => !kFigures[one])); };

export function world_text(world: string, say: Say): string {
  const [load = '', ...without] = world.split(' ');
  return without.join(' ') === 'nothing' ? `${load} %` : `${load} % · ${say('lab.without')} ${without.join(' ')}`;
}

const minus = (text: string): string => text.replace('-', '−');
/** Four figures: more than a mean over a few seeds deserves. */
export const number_text = (value: number, language: Language): string => minus(format_figures(value, language, 4));
export const interval_text = (mean: number, half: number | null, unit: string, language: Language): string => {
  const decimals = Math.abs(mean) >= 100 ? 1 : Math.abs(mean) >= 1 ? 2 : 3;
  const text = minus(format_decimal(mean, language, decimals));
  return `${text}${half === null ? '' : ` ± ${format_decimal(half, language, decimals)}`}${unit ? ` ${unit}` : ''}`;
};

export function bars_of(entries: readonly LabEntry[], what: 'mean' | 'difference', language: Language, files: number): IntervalRow[] {
  return entries.flatMap((row): IntervalRow[] => {
    const [mean, half] = what === 'mean' ? [row.mean, row.half] : [row.difference, row.difference_half];
    if (mean === null) return [];
    return [{ title: files > 1 ? `${row.policy} · ${row.file}` : row.policy, group: row.group, mean, half, text: interval_text(mean, half, row.unit, language) }];
  });
}

export function entry_columns(language: Language, say: Say, files: number): Column<LabEntry>[] {
  const verdicts = { better: 'lab.better', worse: 'lab.worse' } as const;
  return [
    ...(files > 1 ? [{ id: 'file', title: say('lab.file'), text: (row: LabEntry) => row.file, sort: (row: LabEntry) => row.file, width: 'minmax(128px, 1fr)' }] : []),
    { id: 'figure', title: say('lab.figure'), text: (row) => figure_text(row.figure, say, row.unit), csv: (row) => row.figure, sort: (row) => row.figure, width: 'minmax(216px, 2fr)' },
    { id: 'world', title: say('lab.world'), text: (row) => world_text(world_of(row), say), csv: world_of, sort: (row) => row.load, width: 'minmax(120px, 1fr)' },
    { id: 'policy', title: say('lab.policy'), text: (row) => row.policy, sort: (row) => row.policy, width: 'minmax(112px, 1fr)' },
    { id: 'seeds', title: say('lab.seeds'), text: (row) => format_count(row.seeds, language), csv: (row) => String(row.seeds), sort: (row) => row.seeds, number: true, width: '80px' },
    { id: 'mean', title: say('lab.mean'), text: (row) => number_text(row.mean, language), csv: (row) => String(row.mean), sort: (row) => row.mean, number: true },
    { id: 'half', title: say('lab.half'), text: (row) => (row.half === null ? say('state.none') : number_text(row.half, language)), csv: (row) => String(row.half ?? ''), sort: (row) => row.half, number: true },
    { id: 'difference', title: say('lab.difference'), text: (row) => (row.difference === null ? say('state.none') : number_text(row.difference, language)), csv: (row) => String(row.difference ?? ''), sort: (row) => row.difference, number: true },
    { id: 'difference_half', title: say('lab.half'), text: (row) => (row.difference_half === null ? say('state.none') : number_text(row.difference_half, language)), csv: (row) => String(row.difference_half ?? ''), sort: (row) => row.difference_half, number: true },
    { id: 'verdict', title: say('lab.verdict'), text: (row) => (row.verdict ? say(verdicts[row.verdict]) : ''), csv: (row) => row.verdict, sort: (row) => row.verdict },
  ];
}
