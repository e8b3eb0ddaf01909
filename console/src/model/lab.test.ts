import { describe, expect, test } from 'vitest';

import { time_of } from '../units';
import { cheapest, energy_of, green_days, interval_of, read_lab, t_quantile, type LabFault, type LabFile } from '.';

const run = (policy: string, seed: number, served: number, more: Record<string, unknown> = {}) =>
  JSON.stringify({ tongsuan_replay: 1, scenario: 'week', scenario_sha256: 'h', options: 'o', load_percent: 90, without: 'nothing', seed, policy, served, ...more });
const file = (text: string): LabFile => {
  const read = read_lab('runs.jsonl', text);
  if ('fault' in read) throw new Error(`${read.fault} in line ${read.line}`);
  return read;
};
const fault = (text: string): LabFault | null => { const read = read_lab('f', text); return 'fault' in read ? read : null; };

describe('intervals', () => {
  test('are those of Student', () => {
    expect(t_quantile(1)).toBe(12.7062);
    expect(Math.abs(t_quantile(60) - 2.0003)).toBeLessThan(1e-3);
    expect(interval_of([5])).toEqual({ mean: 5, half: null });
    const { mean, half } = interval_of([1, 2, 3]);
    expect(mean).toBe(2);
    expect(half).toBeCloseTo(4.3027 / Math.sqrt(3), 9);
  });
});

describe('files of replays', () => {
  test('of runs become means, and differences of pairs', () => {
    const read = file([run('pool-value', 1, 0.5), run('pool-value', 2, 0.7), run('market', 1, 0.6), run('market', 2, 0.8), run('market', 3, 0.1)].join('\n') + '\n');
    const rows = read.rows.filter((row) => row.figure === 'served');
    expect(rows.map((row) => [row.policy, row.seeds, row.mean.toFixed(6)])).toEqual([['pool-value', 2, '60.000000'], ['market', 3, '50.000000']]);
    // Seed 3 has no pair. Both differences are 10: their interval has no width.
    expect(rows[1]?.difference).toBeCloseTo(10, 9);
    expect(rows[1]?.difference_half).toBeCloseTo(0, 9);
    expect([rows[0]?.difference, rows[1]?.verdict, read.scenario]).toEqual([null, 'better', 'week']);
  });
  test('of figures are taken as they are', () => {
    const row = { load_percent: 90, without: 'nothing', metric: 'net', unit: 'k CNY', policy: 'market', seeds: 3, mean: 2, half_width: 1, pairs: 3, difference: 1, difference_half_width: 0.5, verdict: 'better', best: 'yes' };
    expect(file(JSON.stringify([row])).rows).toEqual([{ load: 90, without: 'nothing', figure: 'net', unit: 'k CNY', policy: 'market', seeds: 3, mean: 2, half: 1, difference: 1, difference_half: 0.5, verdict: 'better' }]);
    expect(file(`${JSON.stringify(row)}\n${JSON.stringify({ ...row, mean: null })}\n`).rows).toHaveLength(1); // one a line, and a figure that is not there
  });
  test('are refused with the line that is at fault', () => {
    expect(fault(' \n')).toEqual({ fault: 'empty', line: 1 });
    expect(fault(`${run('market', 1, 1)}\n{"x":\n${run('market', 2, 1)}`)).toEqual({ fault: 'not-json', line: 2 });
    expect(fault('{"hello":1}')).toEqual({ fault: 'not-replay', line: 1 });
    expect(fault(run('market', 1, 1).replace('"tongsuan_replay":1', '"tongsuan_replay":2'))).toEqual({ fault: 'version', line: 1 });
    expect(fault(`${run('market', 1, 1)}\n${run('market', 2, 1).replace('"options":"o"', '"options":"p"')}`)).toEqual({ fault: 'mixed', line: 2 });
    expect(file(`${run('market', 1, 1)}\n${run('market', 2, 1).slice(0, 40)}`).rows.filter((row) => row.figure === 'served')).toMatchObject([{ seeds: 1 }]); // torn off while written
  });
  test('have green hours by day', () => {
    const energy_mwh = Array.from({ length: 30 }, (_, at) => (at === 1 ? 0 : 2));
    const read = file(run('market', 1, 1, { hours: { energy_mwh, green_mwh: energy_mwh.map((one) => one / 2) } }));
    const days = green_days(read.runs[0]?.hours ?? []);
    expect(days.map((day) => day.length)).toEqual([24, 6]);
    expect(days[0]?.slice(0, 3)).toEqual([0.5, null, 0.5]);
  });
});

test('slots of energy are as long as the calendar says, and may be single', () => {
  const book = energy_of(['tongsuan-market 1', 'calendar start=2026-01-01T00:00+08:00 slot=15min slots=3', 'zone power-a commodity=power', 'offer s1 seller=x zone=power-a slots=1 steps=1kWh@300'].join('\n'));
  expect([book.slot_seconds, cheapest(book, 'power-a')]).toEqual([900, [null, 300, null]]);
});

test('a book says what energy costs where', () => {
  const book = energy_of([
    'tongsuan-market 1', 'calendar start=2026-01-01T00:00+08:00 slot=1h slots=4', 'zone power-a commodity=power disposal=free', 'zone wind commodity=green disposal=free',
    'offer s1 seller=x zone=power-a slots=0..2 steps=3.5kWh@300,1000GWh@600', 'offer s2 seller=x zone=power-a slots=1..9 steps=1GWh@-20.5',
    'offer s3 seller=x hub=h class=A slots=0..4 steps=2@2', 'order o1 account=b gang=2 green=80%', 'order o2 account=b gang=2 green=0%',
  ].join('\n'));
  expect(book.begin).toEqual(time_of('2026-01-01T00:00+08:00'));
  expect([book.slots, book.green_orders, book.zones]).toEqual([4, 1, [{ name: 'power-a', commodity: 'power' }, { name: 'wind', commodity: 'green' }]]);
  expect(cheapest(book, 'power-a')).toEqual([300, -20.5, -20.5, -20.5]);
  expect(cheapest(book, 'wind')).toEqual([null, null, null, null]);
});
