import { describe, expect, test } from 'vitest';

import { micro, time_of } from '../units';
import { accelerators_of, duration_text, parse_duration, parse_job_money, parse_job_time, read_job, sample_job, value_of_order, with_reference } from './job';

const now = time_of('2026-11-28T00:00:00+08:00');
const world = { now, price: (accelerator: string) => (accelerator === 'H800' ? micro(4_200_000n) : null) };
const codes = (text: string) => read_job(text, world).faults.map((fault) => `${fault.code} ${fault.key} ${fault.line}`);

const kWhole = `name: qwen-sft
num_nodes: 4
resources:
  accelerators: {H100: 8, Ascend910B: 8, H20: 8}
  infra: [hub/guian, hub/horinger]
market:
  work: 40h
  throughput: {H100: 1.0, Ascend910B: 0.55}
  variants:
    Ascend910B: {image: train-cann:8, run: torchrun --npu train.py, setup_cost: 2h}
  window: {earliest: 2026-12-01T00:00+08:00, deadline: 2026-12-06}
  limit: 14.50 CNY/gpu-h
  delay_cost: 5 CNY/h
  preempt: {allowed: true, checkpoint_every: 30m}
  data: [{name: corpus-v3, size: 4TB, at: [hub/guian]}]
  green: {min_share: 0.7, matching: hourly}
  purpose: internal
run: torchrun train.py
`;

describe('a job is an order', () => {
  test('as the command line makes it', () => {
    const { order, notes, faults } = read_job(kWhole, world);
    expect(faults).toEqual([]);
    expect(order).toEqual({
      kind: 'block', name: 'qwen-sft',
      work: {
        script: '#!/bin/sh\nset -e\ntorchrun train.py\n', service: 'spot',
        variants: { Ascend910B: { script: '#!/bin/sh\nset -e\ntorchrun --npu train.py\n', image: 'train-cann:8' } },
      },
      // 40 h / 0.55 rounded up, and two hours of setting up.
      ways: [{ class: 'H100', devices: 32, durationSeconds: 144_000 }, { class: 'Ascend910B', devices: 32, durationSeconds: 269_019 }],
      hubs: ['guian', 'horinger'], earliest: '2026-12-01T00:00:00+08:00', latestStart: '2026-12-02T21:16:21+08:00', limit: { amount: '14.50', currency: 'CNY' },
      delayCostPerHour: { amount: '5.00', currency: 'CNY' }, data: 'corpus-v3', greenPercent: 70,
    });
    expect(notes).toEqual([{ code: 'no-variant', value: 'H20' }]);
  });
  test('at the price of the market where it names none', () => {
    const { order, notes } = read_job('resources:\n  accelerators: H800:8\nmarket:\n  work: 2h\n', world);
    expect(order).toMatchObject({ ways: [{ class: 'H800', devices: 8, durationSeconds: 7200 }], limit: { amount: '4.20', currency: 'CNY' } });
    expect(notes.map((note) => note.code)).toEqual(['market-price', 'not-run']);
  });
});

describe('a job with a fault is none', () => {
  const job = (market: string) => `resources: {accelerators: H800:8}\nrun: x\nmarket:\n  work: 1h\n${market}`;
  test.each([
    ['', ['no-accelerators resources.accelerators 1']],
    ['resources: {accelerators: H800:8}\nrun: x', ['no-work market.work 1']],
    ['resources: {accelerators: "H800:0"}\nmarket: {work: 1h}', ['number resources.accelerators 1']],
    ['resources: {accelerators: X1:8}\nrun: x\nmarket: {work: 1h}', ['no-price market.limit 3']],
    ['resources: {accelerators: [H800:8, H800:4]}\nmarket: {work: 1h}', ['twice resources.accelerators 1']],
    [job('  limit: 14.50 CNY'), ['money market.limit 5']],
    [job('  limit: 1 CNY/gpu-h\n  budget: 5 CNY'), ['both-prices market.budget 6']],
    [job('  limt: 1 CNY/gpu-h'), ['unknown-key market.limt 5']],
    [job('  elastic: {min_nodes: 1}'), ['not-here market.elastic 5']],
    [job('  window: {deadline: 2026-11-28T00:30}'), ['late market.window.deadline 5']],
    [job('  window: {deadline: soon}'), ['time market.window.deadline 5']],
    [job('  hubs: [a b]'), ['hub market.hubs 5']],
    [job('  whole_nodes: perhaps'), ['truth market.whole_nodes 5']],
    [job('  data: [a, b]'), ['one-data market.data 5']],
    [job('  grace: soon'), ['duration market.grace 5']],
    ['- a', ['no-mapping  1']],
    ['a: [', ['flow  1']],
  ])('%j', (text, faults) => {
    expect(codes(text)).toEqual(faults);
    expect(read_job(text, world).order).toBeNull();
  });
});

test('values have the forms of job files', () => {
  expect(['40h', '1h30m', '90s', '2d', '1.5h', '', '5', '1w', '0.0000001h'].map(parse_duration)).toEqual([144_000, 5400, 90, 172_800, 5400, null, null, null, null]);
  expect([5400, 90, 0, 144_000].map(duration_text)).toEqual(['1h30m', '1m30s', '0s', '40h']);
  expect(parse_job_money('14.50 CNY/device-h', 'gpu-h')).toBe(14_500_000n);
  expect([parse_job_money('5 CNY/h', 'gpu-h'), parse_job_money('5 USD', ''), parse_job_money('-5 CNY', '')]).toEqual([null, null, null]);
  expect(parse_job_time('2026-12-01', now)).toEqual(time_of('2026-12-01T00:00:00+08:00'));
  expect(parse_job_time('2026-12-01T08:00Z', now)?.unix).toBe(time_of('2026-12-01T08:00:00Z').unix);
});

test('the sample is a job, and another reference keeps its substitutes', () => {
  const { order, faults, tree } = read_job(sample_job('H800'), world);
  expect(faults).toEqual([]);
  expect(order && value_of_order(order)).toBe(8_400_000n);
  expect(accelerators_of(read_job(with_reference(sample_job('H800'), tree, 'H20', '4'), world).tree)).toEqual([['H20', '4']]);
  const whole = read_job(kWhole, world);
  const changed = read_job(with_reference(kWhole, whole.tree, 'H800', '4'), world);
  expect(accelerators_of(changed.tree)).toEqual([['H800', '4'], ['Ascend910B', '8'], ['H20', '8']]);
});
