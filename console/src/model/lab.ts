// Files of `tongsuan replay`, opened from disk: --format json (figures of policies) and --results
// (one run a line). Both become the same rows: a mean and its 95 % interval for each figure.
export interface LabRow {
  readonly load: number; // per cent
  readonly without: string; // parts of the world that were off
  readonly figure: string;
  readonly unit: string;
  readonly policy: string;
  readonly seeds: number;
  readonly mean: number;
  readonly half: number | null; // of the interval; null: one seed has none
  readonly difference: number | null; // paired, from the reference
  readonly difference_half: number | null;
  readonly verdict: 'better' | 'worse' | '';
}
/** An hour of a run, over all its hubs. */
export interface GreenHour {
  readonly energy: number; // MWh
  readonly matched: number; // of it, with green energy of the same hour
}
export interface GreenRun {
  readonly policy: string;
  readonly load: number;
  readonly without: string;
  readonly seed: number;
  readonly hours: readonly GreenHour[];
}
export interface LabFile {
  readonly name: string;
  readonly scenario: string | null;
  readonly options: string | null;
  readonly rows: readonly LabRow[];
  readonly runs: readonly GreenRun[];
}
export type LabFault = { readonly fault: 'empty' | 'not-json' | 'not-replay' | 'version' | 'mixed'; readonly line: number };

type Fields = Record<string, unknown>;
type Good = 'high' | 'low' | null;
interface Figure {
  name: string;
  unit: string;
  good: Good;
  of: (run: Fields) => number | null;
}

const number_at = (fields: Fields | undefined, name: string): number | null => {
  const value = fields?.[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
};
const inside = (fields: Fields, name: string): Fields | undefined => {
  const value = fields[name];
  return value !== null && typeof value === 'object' ? (value as Fields) : undefined;
};
const scaled = (value: number | null, by: number): number | null => (value === null ? null : value * by);
const some = (value: number | null): number | null => (value !== null && value > 0 ? value : null);
const ratio = (part: number | null, whole: number | null, by: number): number | null => (part === null || whole === null || whole <= 0 ? null : (part / whole) * by);
const plain = (name: string, unit: string, good: Good, by = 1, member = name): Figure => ({ name, unit, good, of: (run) => scaled(number_at(run, member), by) });
const wait = (name: string, member: string): Figure => ({ name, unit: 'h', good: 'low', of: (run) => number_at(inside(run, 'waits'), member) });
const with_energy = (name: string, unit: string, good: Good, by: number): Figure => ({
  name, unit, good, of: (run) => (some(number_at(run, 'energy_mwh')) === null ? null : scaled(number_at(run, name), by)),
});
function gang(name: string, at: number): Figure {
  const of = (run: Fields) => {
    const list = run.waits_by_gang;
    const waits = Array.isArray(list) ? (list[at] as Fields | undefined) : undefined;
    return some(number_at(waits, 'count')) === null ? null : number_at(waits, 'p95');
  };
  return { name, unit: 'h', good: 'low', of };
}

/** As the command computes them from a run (docs/replay.md), in its order. */
const kFigures: readonly Figure[] = [
  plain('served', '%', 'high', 100),
  plain('utilisation', '%', 'high', 100),
  { name: 'utilisation_bound', unit: '%', good: null, of: (run) => scaled(some(number_at(run, 'utilisation_bound')), 100) },
  plain('offered', '%', null, 100),
  plain('rack_rate', '%', 'high', 100),
  plain('value', '%', 'high', 100),
  plain('net', 'k CNY', 'high', 1e-3, 'net_yuan'),
  { name: 'net_bound', unit: 'k CNY', good: null, of: (run) => scaled(some(number_at(run, 'net_bound_yuan')), 1e-3) },
  plain('value_served', 'k CNY', 'high', 1e-3, 'value_yuan'),
  plain('cost', 'k CNY', null, 1e-3, 'cost_yuan'),
  { name: 'cost_share', unit: '%', good: 'low', of: (run) => ratio(number_at(run, 'cost_yuan'), number_at(run, 'value_yuan'), 100) },
  wait('wait_mean', 'mean'),
  wait('wait_p50', 'p50'),
  wait('wait_p95', 'p95'),
  wait('wait_p99', 'p99'),
  gang('wait_p95_small', 0),
  gang('wait_p95_medium', 1),
  gang('wait_p95_large', 2),
  plain('bounded_slowdown', '', 'low'),
  plain('flow', 'h', 'low', 1 / 3600, 'flow_seconds'),
  with_energy('green_hourly', '%', 'high', 100),
  with_energy('green_annual', '%', 'high', 100),
  { name: 'energy', unit: 'MWh', good: null, of: (run) => some(number_at(run, 'energy_mwh')) },
  { name: 'intensity_market', unit: 'g/kWh', good: 'low', of: (run) => ratio(number_at(run, 'emissions_market_t'), number_at(run, 'energy_mwh'), 1000) },
  { name: 'intensity_location', unit: 'g/kWh', good: 'low', of: (run) => ratio(number_at(run, 'emissions_location_t'), number_at(run, 'energy_mwh'), 1000) },
  plain('moved', 'TB', null, 1, 'moved_tb'),
  plain('small_served', '%', 'high', 100),
  plain('fairness', '', 'high'),
  plain('hhi', '', null),
  plain('held_idle', '%', 'low', 100),
  plain('lost', '%', 'low', 100),
  plain('left', '', 'low'),
  plain('unfinished', '', 'low'),
  plain('refused', '', 'low'),
  plain('moves', '', null),
];

// ---- Intervals

// Two-sided 95 % quantiles of Student's t for 1 to 30 degrees of freedom.
const kT95 = [
  12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281, 2.201, 2.1788, 2.1604, 2.1448, 2.1314,
  2.1199, 2.1098, 2.1009, 2.093, 2.086, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
];
const kNormal95 = 1.96;

export function t_quantile(degrees: number): number {
  const last = kT95.length;
  // Beyond the table it is nearly linear in 1 / degrees.
  return kT95[degrees - 1] ?? kNormal95 + (((kT95[last - 1] ?? kNormal95) - kNormal95) * last) / degrees;
}

export function interval_of(values: readonly number[]): { mean: number; half: number | null } {
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
  if (values.length < 2) return { mean, half: null };
  const squares = values.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  return { mean, half: t_quantile(values.length - 1) * Math.sqrt(squares / (values.length - 1) / values.length) };
}

// ---- Reading

const lines_of = (text: string): string[] => text.split('\n').map((line) => line.trim());

export function read_lab(name: string, text: string, reference = 'pool-value'): LabFile | LabFault {
  const whole = text.trim();
  if (!whole) return { fault: 'empty', line: 1 };
  if (whole.startsWith('[')) return read_rows(name, whole);
  const runs: Fields[] = [];
  const lines = lines_of(text);
  for (const [at, line] of lines.entries()) {
    if (!line) continue;
    const fields = parse(line);
    // A last line that was torn off while it was written is what --resume leaves out, too.
    if (!fields && at === lines.length - 1 && runs.length) break;
    if (!fields) return { fault: 'not-json', line: at + 1 };
    if (runs.length === 0 && typeof fields.metric === 'string') return read_rows(name, `[${lines.filter(Boolean).join(',')}]`);
    if (!('tongsuan_replay' in fields)) return { fault: 'not-replay', line: at + 1 };
    if (fields.tongsuan_replay !== 1) return { fault: 'version', line: at + 1 };
    const [first] = runs;
    if (first && (first.scenario_sha256 !== fields.scenario_sha256 || first.options !== fields.options)) return { fault: 'mixed', line: at + 1 };
    runs.push(fields);
  }
  return file_of_runs(name, runs, reference);
}

function parse(line: string): Fields | null {
  try {
    const value: unknown = JSON.parse(line);
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : null;
  } catch {
    return null;
  }
}

function read_rows(name: string, text: string): LabFile | LabFault {
  let list: Fields[];
  try {
    list = JSON.parse(text) as Fields[];
  } catch {
    return { fault: 'not-json', line: 1 };
  }
  const rows: LabRow[] = [];
  for (const [at, one] of list.entries()) {
    if (typeof one?.metric !== 'string' || typeof one.policy !== 'string') return { fault: 'not-replay', line: at + 1 };
    const mean = number_at(one, 'mean');
    if (mean === null) continue; // a figure that does not exist here
    rows.push({
      load: number_at(one, 'load_percent') ?? 0, without: String(one.without ?? 'nothing'), figure: one.metric, unit: String(one.unit ?? ''),
      policy: one.policy, seeds: number_at(one, 'seeds') ?? 1, mean, half: number_at(one, 'half_width'),
      difference: number_at(one, 'difference'), difference_half: number_at(one, 'difference_half_width'),
      verdict: one.verdict === 'better' || one.verdict === 'worse' ? one.verdict : '',
    });
  }
  return rows.length ? { name, scenario: null, options: null, rows, runs: [] } : { fault: 'empty', line: 1 };
}

interface Run {
  fields: Fields;
  load: number;
  without: string;
  policy: string;
  seed: number;
}

function file_of_runs(name: string, list: readonly Fields[], reference: string): LabFile {
  const runs = list.map((fields): Run => ({
    fields, load: number_at(fields, 'load_percent') ?? 0, without: String(fields.without ?? 'nothing'), policy: String(fields.policy), seed: number_at(fields, 'seed') ?? 0,
  }));
  const worlds = new Map<string, Run[]>();
  for (const run of runs) {
    const key = `${run.load} ${run.without}`;
    worlds.set(key, [...(worlds.get(key) ?? []), run]);
  }
  const rows = [...worlds.values()].flatMap((world) => kFigures.flatMap((figure) => rows_of(world, figure, reference)));
  const [first] = list;
  return { name, scenario: first ? String(first.scenario) : null, options: first ? String(first.options) : null, rows, runs: runs.flatMap(green_of) };
}

function rows_of(world: readonly Run[], figure: Figure, reference: string): LabRow[] {
  const values = (policy: string) => new Map(world.filter((run) => run.policy === policy).flatMap((run) => {
    const value = figure.of(run.fields);
    return value === null ? [] : [[run.seed, value] as const];
  }));
  const of_reference = values(reference);
  const [first] = world;
  return [...new Set(world.map((run) => run.policy))].flatMap((policy): LabRow[] => {
    const mine = values(policy);
    if (!first || !mine.size) return [];
    const { mean, half } = interval_of([...mine.values()]);
    const pairs = policy === reference ? [] : [...mine].flatMap(([seed, value]) => { const other = of_reference.get(seed); return other === undefined ? [] : [value - other]; });
    const paired = pairs.length ? interval_of(pairs) : null;
    return [{
      load: first.load, without: first.without, figure: figure.name, unit: figure.unit, policy, seeds: mine.size, mean, half,
      difference: paired?.mean ?? null, difference_half: paired?.half ?? null, verdict: verdict_of(figure.good, paired),
    }];
  });
}

// Only where the interval excludes zero.
function verdict_of(good: Good, paired: { mean: number; half: number | null } | null): LabRow['verdict'] {
  if (!good || !paired || paired.half === null || Math.abs(paired.mean) <= paired.half) return '';
  return paired.mean > 0 === (good === 'high') ? 'better' : 'worse';
}

function green_of(run: Run): GreenRun[] {
  const hours = inside(run.fields, 'hours');
  const [energy, matched] = [hours?.energy_mwh, hours?.green_mwh];
  if (!Array.isArray(energy) || !Array.isArray(matched) || energy.length === 0) return [];
  return [{ policy: run.policy, load: run.load, without: run.without, seed: run.seed, hours: energy.map((one, at) => ({ energy: Number(one), matched: Number(matched[at] ?? 0) })) }];
}

/** Days down, hours across; null where nothing was drawn. */
export function green_days(hours: readonly GreenHour[]): (number | null)[][] {
  const days: (number | null)[][] = [];
  for (const [at, hour] of hours.entries()) {
    const day = Math.floor(at / 24);
    (days[day] ??= [])[at % 24] = hour.energy > 0 ? Math.min(1, hour.matched / hour.energy) : null;
  }
  return days;
}
