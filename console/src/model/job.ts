// A job file (docs/jobfile.md) as an order: the same rules as `tongsuan submit`, for jobs that run once.
//
// What the console makes no order of (services, options, profiles, curves, elastic sizes) is a fault
// that says so, never left out in silence: such a file is for the command line. A fault is a code with
// the key it is about, the line and the writer's own value; pages have the words.
import type { wire } from '../api';
import { micro, money_of, parse_money, parse_time, wire_money, wire_time, type Micro, type Moment } from '../units';
import { line_of, parse_yaml, with_value, yaml_at, YamlFault, type YamlFaultCode, type YamlMap, type YamlNode } from './yaml';

export type JobFaultCode =
  | YamlFaultCode
  | 'no-mapping' | 'scalar' | 'duration' | 'money' | 'both-prices' | 'time' | 'number' | 'truth' | 'share' | 'name' | 'hub' | 'unknown-key' | 'not-here'
  | 'no-accelerators' | 'no-work' | 'no-price' | 'one-data' | 'late' | 'large';
export interface JobFault {
  readonly code: JobFaultCode;
  readonly key: string; // market.limit
  readonly value: string;
  readonly line: number;
}
export type JobNoteCode = 'no-variant' | 'no-throughput' | 'after-deadline' | 'market-price' | 'other-tools' | 'not-run';
export interface JobNote {
  readonly code: JobNoteCode;
  readonly value: string;
}
export interface JobReading {
  readonly tree: YamlNode | null;
  readonly faults: readonly JobFault[];
  readonly notes: readonly JobNote[];
  readonly order: wire.BlockOrder | null; // null where there are faults
}
/** What the market says, where the job does not. */
export interface JobWorld {
  readonly now: Moment;
  /** The price of this class where it may run, per device-hour. */
  readonly price: (accelerator: string, hubs: readonly string[]) => Micro | null;
}

const kDevicesMax = 1_000_000;
const kSecondsMax = 10_000_000_000;
const kValueMax = 1_000_000_000_000_000_000n; // 10^12 yuan
const kUnits: Record<string, number> = { s: 1, m: 60, min: 60, h: 3600, d: 86_400 };

/** "1h30m": seconds; null where it is none. */
export function parse_duration(text: string): number | null {
  if (!/^(\d+(\.\d{1,6})?\s*(min|[smhd])\s*)+$/.test(text.trim())) return null;
  let millionths = 0n;
  for (const [, number = '', unit = ''] of text.matchAll(/(\d+(?:\.\d{1,6})?)\s*(min|[smhd])/g)) {
    const value = parse_money(number);
    if (value === null) return null;
    millionths += value * BigInt(kUnits[unit] ?? 0);
  }
  if (millionths % 1_000_000n !== 0n) return null;
  const seconds = millionths / 1_000_000n;
  return seconds <= BigInt(kSecondsMax) ? Number(seconds) : null;
}

/** As a job file has it: 1h30m, 40h, 45s. */
export function duration_text(seconds: number): string {
  const parts: string[] = [];
  for (const [size, unit] of [[3600, 'h'], [60, 'm'], [1, 's']] as const) {
    const count = Math.floor(seconds / size);
    seconds -= count * size;
    if (count) parts.push(`${count}${unit}`);
  }
  return parts.join('') || '0s';
}

/** "14.50 CNY/gpu-h", "40000 CNY", "5 CNY/h". */
export function parse_job_money(text: string, per: '' | 'gpu-h' | 'h'): Micro | null {
  const found = /^(\d+(?:\.\d+)?)\s*CNY\s*(?:\/\s*([a-z-]+))?$/.exec(text.trim());
  if (!found) return null;
  const unit = found[2] ?? '';
  const same = per === 'gpu-h' ? ['gpu-h', 'device-h', 'card-h'].includes(unit) : unit === per;
  return same ? parse_money(found[1] ?? '') : null;
}

/** A date is its midnight; what has no zone is in that of the exchange. */
export function parse_job_time(text: string, zone: Moment): Moment | null {
  const whole = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00` : text.replace(/^(\d{4}-\d{2}-\d{2}) /, '$1T');
  if (/(Z|[+-]\d{2}:\d{2})$/.test(whole.slice(11))) return parse_time(whole);
  const moment = parse_time(`${whole}Z`);
  return moment ? { unix: moment.unix - zone.zone, zone: zone.zone } : null;
}

/** To the minute: 2026-12-01T08:00+08:00. */
export const job_time = (moment: Moment): string => wire_time(moment).replace(/:\d{2}(?=[+-])/, '');

interface Accelerator {
  name: string;
  per_node: number;
  throughput: Micro | null;
  setup: number;
  variant: { script: string | null; image: string | null } | null;
}

const kRootKnown = ['name', 'num_nodes', 'resources', 'market', 'setup', 'run'];
const kRootOfOthers = ['workdir', 'envs', 'secrets', 'file_mounts', 'cpus', 'memory', 'disk_size', 'use_spot'];
const kMarketKnown = [
  'account', 'work', 'throughput', 'variants', 'window', 'limit', 'budget', 'delay_cost', 'grace', 'premium', 'preempt', 'data', 'green', 'purpose', 'hubs', 'whole_nodes',
];
const kNotHere = ['times', 'options', 'legs', 'minimum', 'steps', 'elastic', 'profile'];
const kName = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u;

class Job {
  readonly faults: JobFault[] = [];
  readonly notes: JobNote[] = [];
  constructor(private readonly text: string, private readonly root: YamlNode, private readonly world: JobWorld) {}

  fail(code: JobFaultCode, path: readonly string[], value = ''): null {
    let [node, at] = [this.root, path.length] as [YamlNode, number];
    for (; at > 0; at--) {
      const found = yaml_at(this.root, path.slice(0, at));
      if (found) { node = found; break; }
    }
    this.faults.push({ code, key: path.join('.'), value, line: line_of(this.text, at ? node.begin : 0) });
    return null;
  }
  scalar(path: readonly string[]): string | null {
    const node = yaml_at(this.root, path);
    if (!node || (node.kind === 'scalar' && node.text === '' && node.plain)) return null;
    if (node.kind === 'scalar') return node.text;
    return this.fail('scalar', path);
  }
  read<V>(path: readonly string[], parse: (text: string) => V | null, code: JobFaultCode): V | null {
    const text = this.scalar(path);
    if (text === null) return null;
    return parse(text) ?? this.fail(code, path, text);
  }
  map(path: readonly string[]): YamlMap | null {
    const node = yaml_at(this.root, path);
    if (!node || (node.kind === 'scalar' && node.text === '')) return null;
    return node.kind === 'map' ? node : this.fail('no-mapping', path);
  }
  duration = (path: readonly string[]): number | null => this.read(path, parse_duration, 'duration');
  truth = (path: readonly string[]): boolean => this.read(path, (text) => (/^true$/i.test(text) ? 'yes' : /^false$/i.test(text) ? 'no' : null), 'truth') === 'yes';
  time = (path: readonly string[]): Moment | null => this.read(path, (text) => parse_job_time(text, this.world.now), 'time');

  keys(): void {
    if (this.root.kind !== 'map') { this.fail('no-mapping', []); return; }
    for (const { key } of this.root.entries) {
      if (kRootKnown.includes(key) || kRootOfOthers.includes(key)) continue;
      this.notes.push({ code: 'other-tools', value: key });
    }
    for (const { key } of this.map(['market'])?.entries ?? []) {
      if (kNotHere.includes(key)) this.fail('not-here', ['market', key], key);
      else if (!kMarketKnown.includes(key)) this.fail('unknown-key', ['market', key], key);
    }
  }

  accelerators(): Accelerator[] {
    const path = ['resources', 'accelerators'];
    const node = yaml_at(this.root, path);
    if (!node) return [];
    const pairs: [string, string][] = node.kind === 'map'
      ? node.entries.map((entry) => [entry.key, this.scalar([...path, entry.key]) ?? ''])
      : (node.kind === 'list' ? node.items : [node]).map((item) => {
        const [name = '', count = '1'] = (item.kind === 'scalar' ? item.text : '').split(':');
        return [name.trim(), count.trim()];
      });
    const list = pairs.flatMap(([name, count], at) => {
      const per_node = /^\d{1,4}$/.test(count) ? Number(count) : 0;
      if (!kName.test(name)) { this.fail('name', path, name); return []; }
      if (per_node < 1) { this.fail('number', path, count); return []; }
      if (pairs.findIndex(([other]) => other === name) < at) { this.fail('twice', path, name); return []; }
      return [this.accelerator(name, per_node)];
    });
    return list.filter((one, at) => {
      if (at > 0 && !one.variant) this.notes.push({ code: 'no-variant', value: one.name });
      return at === 0 || one.variant;
    });
  }
  accelerator(name: string, per_node: number): Accelerator {
    const own = ['market', 'variants', name];
    const variant = this.map(own);
    return {
      name, per_node,
      throughput: this.read(['market', 'throughput', name], (text) => { const value = parse_money(text); return value !== null && value > 0n ? value : null; }, 'number'),
      setup: variant ? (this.duration([...own, 'setup_cost']) ?? 0) : 0,
      variant: variant ? { script: this.scalar([...own, 'run']), image: this.scalar([...own, 'image']) } : null,
    };
  }

  hubs(): string[] {
    const path = yaml_at(this.root, ['market', 'hubs']) ? ['market', 'hubs'] : ['resources', 'infra'];
    const node = yaml_at(this.root, path);
    if (!node) return [];
    const names = (node.kind === 'list' ? node.items : [node]).map((item) => (item.kind === 'scalar' ? item.text : ''));
    return [...new Set(names.flatMap((text) => {
      const name = text.replace(/^hub\//, '');
      if (text === '' || name === '*') return [];
      if (!kName.test(name)) this.fail('hub', path, text);
      return [name];
    }))];
  }

  data(): string | null {
    const node = yaml_at(this.root, ['market', 'data']);
    if (!node || node.kind === 'scalar') return this.scalar(['market', 'data']);
    const items = node.kind === 'list' ? node.items : [node];
    if (items.length > 1) return this.fail('one-data', ['market', 'data'], String(items.length));
    const [first] = items;
    const name = first?.kind === 'map' ? yaml_at(first, ['name']) : (first ?? null);
    return name?.kind === 'scalar' && name.text ? name.text : this.fail('name', ['market', 'data']);
  }

  green(): number | null {
    return this.read(['market', 'green', 'min_share'], (text) => {
      const percent = /^(\d{1,3}(?:\.\d+)?)%$/.exec(text);
      const share = percent ? Number(percent[1]) : /^[01](\.\d+)?$/.test(text) ? Number(text) * 100 : Number.NaN;
      return share >= 0 && share <= 100 ? Math.ceil(share - 1e-9) : null;
    }, 'share');
  }

  work(accelerators: readonly Accelerator[]): wire.Work | null {
    const setup = this.scalar(['setup']);
    const script_of = (run: string | null) => run === null ? null : `#!/bin/sh\nset -e\n${[setup, run].flatMap((part) => (part ? [part.endsWith('\n') ? part : `${part}\n`] : [])).join('')}`;
    const script = script_of(this.scalar(['run']));
    if (script === null) { this.notes.push({ code: 'not-run', value: '' }); return null; }
    const image = this.scalar(['resources', 'image_id']);
    const variants: Record<string, unknown> = {};
    for (const one of accelerators) {
      const own = one.variant && script_of(one.variant.script);
      if (one.variant && (own || one.variant.image)) variants[one.name] = { ...(own ? { script: own } : {}), ...(one.variant.image ? { image: one.variant.image } : {}) };
    }
    return {
      script, ...(image ? { image } : {}), ...(Object.keys(variants).length ? { variants } : {}),
      service: this.truth(['market', 'preempt', 'allowed']) ? 'spot' : 'firm',
    };
  }

  ways(accelerators: readonly Accelerator[], nodes: number, work: number): wire.Way[] {
    const [reference] = accelerators;
    if (!reference) return [];
    const speed = (one: Accelerator) => BigInt(one.per_node) * (one.throughput ?? 1_000_000n);
    return accelerators.flatMap((one, at) => {
      if (at > 0 && one.throughput === null) { this.notes.push({ code: 'no-throughput', value: one.name }); return []; }
      const [wanted, has] = [BigInt(work) * speed(reference), speed(one)];
      return [{ class: one.name, devices: nodes * one.per_node, durationSeconds: Number((wanted + has - 1n) / has) + one.setup }];
    });
  }

  // Null where the first way is late; others that are late are left out.
  in_time(ways: wire.Way[], earliest: Moment | null, deadline: Moment): { ways: wire.Way[]; latest: Moment } | null {
    const room = deadline.unix - (earliest ?? this.world.now).unix;
    const [first] = ways;
    if (!first || first.durationSeconds > room) return this.fail('late', ['market', 'window', 'deadline'], duration_text(Math.max(0, room)));
    const kept = ways.filter((way) => way.durationSeconds <= room);
    for (const way of ways) if (!kept.includes(way)) this.notes.push({ code: 'after-deadline', value: way.class });
    return { ways: kept, latest: { unix: deadline.unix - Math.max(...kept.map((way) => way.durationSeconds)), zone: deadline.zone } };
  }

  price(reference: Accelerator, devices: number, work: number, hubs: readonly string[]): Pick<wire.BlockOrder, 'value' | 'limit'> | null {
    const limit = this.read(['market', 'limit'], (text) => parse_job_money(text, 'gpu-h'), 'money');
    const budget = this.read(['market', 'budget'], (text) => parse_job_money(text, ''), 'money');
    const says = (key: string) => this.scalar(['market', key]) !== null;
    if (says('limit') && says('budget')) return this.fail('both-prices', ['market', 'budget']);
    if (budget !== null) return { value: wire_money(budget) };
    if (limit === null && says('limit')) return null;
    const bid = limit ?? this.world.price(reference.name, hubs);
    if (bid === null) return this.fail('no-price', ['market', 'limit'], reference.name);
    if (limit === null) this.notes.push({ code: 'market-price', value: wire_money(bid).amount });
    const value = micro((bid * BigInt(devices) * BigInt(work)) / 3600n);
    if (value > kValueMax / 2n) return this.fail('large', ['market', 'limit']);
    // The limit pays for work, not for setting up.
    return reference.setup === 0 ? { limit: wire_money(bid) } : { value: wire_money(value) };
  }

  order(): wire.BlockOrder | null {
    this.keys();
    if (this.root.kind !== 'map') return null;
    const name = this.scalar(['name']);
    const nodes = this.read(['num_nodes'], (text) => (/^[1-9]\d{0,6}$/.test(text) ? Number(text) : null), 'number') ?? 1;
    const accelerators = this.accelerators();
    const [reference] = accelerators;
    if (!reference) { if (!this.faults.some((one) => one.key === 'resources.accelerators')) this.fail('no-accelerators', ['resources', 'accelerators']); return null; }
    const hubs = this.hubs();
    const duration = this.duration(['market', 'work']);
    if (duration === null && this.scalar(['market', 'work']) === null) this.fail('no-work', ['market', 'work']);
    const work = Math.max(1, duration ?? 1);
    const devices = nodes * reference.per_node;
    if (devices > kDevicesMax) this.fail('large', ['num_nodes'], String(devices));
    const price = this.price(reference, devices, work, hubs);
    const [earliest, deadline] = [this.time(['market', 'window', 'earliest']), this.time(['market', 'window', 'deadline'])];
    let ways = this.ways(accelerators, nodes, work);
    const timed = deadline ? this.in_time(ways, earliest, deadline) : null;
    if (timed) ways = timed.ways;
    const delay = this.read(['market', 'delay_cost'], (text) => parse_job_money(text, 'h'), 'money');
    const grace = this.duration(['market', 'grace']);
    const premium = this.read(['market', 'premium'], (text) => parse_job_money(text, ''), 'money');
    const [data, green, work_] = [this.data(), this.green(), this.work(accelerators)];
    const whole = this.truth(['market', 'whole_nodes']);
    if (this.faults.length || !price) return null;
    return {
      kind: 'block', ...(name ? { name } : {}), ...(work_ ? { work: work_ } : {}), ways, ...(hubs.length ? { hubs } : {}),
      ...(earliest ? { earliest: wire_time(earliest) } : {}), ...(timed ? { latestStart: wire_time(timed.latest) } : {}), ...price,
      ...(delay ? { delayCostPerHour: wire_money(delay) } : {}), ...(grace ? { graceSeconds: grace } : {}), ...(premium ? { premium: wire_money(premium) } : {}),
      ...(whole ? { wholeNodes: true } : {}), ...(data ? { data } : {}), ...(green ? { greenPercent: green } : {}),
    };
  }
}

/** Never throws: a text that is no YAML has one fault. */
export function read_job(text: string, world: JobWorld): JobReading {
  let tree: YamlNode;
  try {
    tree = parse_yaml(text);
  } catch (error) {
    if (!(error instanceof YamlFault)) throw error;
    return { tree: null, faults: [{ code: error.code, key: '', value: '', line: error.line }], notes: [], order: null };
  }
  const job = new Job(text, tree, world);
  const order = job.order();
  return { tree, faults: job.faults, notes: job.notes, order };
}

/** What it is worth, whichever way it says so. */
export function value_of_order(order: wire.BlockOrder): Micro {
  if (order.value) return money_of(order.value);
  const [way] = order.ways;
  return order.limit && way ? micro((money_of(order.limit) * BigInt(way.devices) * BigInt(way.durationSeconds)) / 3600n) : micro(0n);
}

/** The classes that a text names with the devices of a node, the reference first. */
export function accelerators_of(tree: YamlNode | null): [string, string][] {
  const node = tree && yaml_at(tree, ['resources', 'accelerators']);
  if (!node) return [];
  if (node.kind === 'map') return node.entries.map((entry) => [entry.key, entry.value.kind === 'scalar' ? entry.value.text : '']);
  return (node.kind === 'list' ? node.items : [node]).map((item) => {
    const [name = '', count = '1'] = (item.kind === 'scalar' ? item.text : '').split(':');
    return [name.trim(), count.trim()];
  });
}

/** The text with another reference class; substitutes stay. */
export function with_reference(text: string, tree: YamlNode | null, name: string, per_node: string): string {
  const others = accelerators_of(tree).slice(1).filter(([other]) => other !== name);
  // Text that is no number is kept, in quotes: it is a fault of the job, not of the file.
  const quoted = (count: string, text: string) => (/^\d+$/.test(count) ? text : JSON.stringify(text));
  const raw = others.length ? `{${[[name, per_node] as [string, string], ...others].map(([one, count]) => `${one}: ${quoted(count, count)}`).join(', ')}}` : quoted(per_node, `${name}:${per_node}`);
  return with_value(text, ['resources', 'accelerators'], { raw });
}

/** A job that any market of this class can run, so that nobody begins with an empty page. */
export const sample_job = (accelerator: string): string => `name: hello
num_nodes: 1
resources:
  accelerators: ${accelerator}:1
market:
  work: 2h
run: |
  echo "hello from $(hostname)"
`;
