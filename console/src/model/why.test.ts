import { describe, expect, test } from 'vitest';

import type { wire } from '../api';
import { micro, money_of, time_of } from '../units';
import { stages_of, type Run } from './track';
import { obstacle_of, change_of, terms_of, terms_of_change, type Change } from './why';

const yuan = (amount: string): wire.Money => ({ amount, currency: 'CNY' });
const order: wire.Order = {
  id: 'O-1', participant: 'P-1', kind: 'block', state: 'waiting', submitted: '2026-11-28T01:00:00+08:00', ways: [{ class: 'H800', devices: 8, durationSeconds: 7200 }],
  hubs: ['guian'], earliest: '2026-11-28T01:00:00+08:00', latestStart: '2026-11-28T09:00:00+08:00', value: yuan('64.00'), contracts: [], sequence: '7',
};
const found = (change: Partial<Change>): Change => ({
  kind: 'limit', change: '', extraCost: yuan('0.00'), hub: 'horinger', way: { class: 'H20', devices: 8, durationSeconds: 7200 }, start: '2026-11-28T12:00:00+08:00', end: '2026-11-28T14:00:00+08:00', payment: yuan('60.00'), ...change,
});

describe('a terms', () => {
  test('that changes nothing asks for nothing', () => {
    expect(terms_of(order).limit).toBe(4_000_000n);
    expect(change_of(order, terms_of(order))).toBeNull();
  });
  test('that is finer than money changes nothing', () => {
    const half = { ...order, value: yuan('2.000001'), ways: [{ class: 'H800', devices: 1, durationSeconds: 1800 }] };
    const limit = micro(terms_of(half).limit + 1n); // half a micro-yuan more for half an hour
    expect(change_of(half, { ...terms_of(half), limit })).toBeNull();
    expect(change_of(half, { ...terms_of(half), limit: micro(limit + 1n) })).toEqual({ value: yuan('2.000002') });
  });
  test('says only what differs', () => {
    const terms = { ...terms_of(order), limit: micro(4_500_000n), hubs: [], classes: ['H800', 'H20'] };
    expect(change_of(order, terms)).toEqual({
      value: yuan('72.00'), hubs: [], ways: [{ class: 'H800', devices: 8, durationSeconds: 7200 }, { class: 'H20', devices: 8, durationSeconds: 7200 }],
    });
    expect(change_of(order, { ...terms_of(order), latest: time_of('2026-11-28T10:00:00+08:00') })).toEqual({ latestStart: '2026-11-28T10:00:00+08:00' });
  });
  test('is what the exchange found', () => {
    const tried = (change: Partial<Change>) => { const terms = terms_of_change(order, found(change)); return terms && change_of(order, terms); };
    // No less than was found, though a limit is rounded to a millionth of a yuan.
    expect(money_of(tried({ extraCost: yuan('1.000001') })?.value ?? yuan('0'))).toBeGreaterThanOrEqual(65_000_001n);
    expect(tried({ kind: 'window' })).toEqual({ latestStart: '2026-11-28T12:00:00+08:00' });
    expect(tried({ kind: 'hub' })).toEqual({ hubs: ['guian', 'horinger'] });
    expect(tried({ kind: 'class' })?.ways).toHaveLength(2);
    expect(tried({ kind: 'replica' })).toBeNull();
  });
});

test('rows have a kind and a place', () => {
  expect(obstacle_of('capacity guian/H800')).toEqual({ kind: 'capacity', what: 'guian/H800' });
  expect(obstacle_of('moon')).toEqual({ kind: 'other', what: 'moon' });
});

describe('stages', () => {
  const head = { sequence: '1', part: 0 };
  const contract = { id: 'C-1', order: 'O-1', state: 'running', start: '2026-11-28T02:00:00+08:00' } as wire.Contract;
  const start: wire.Event = { ...head, type: 'contract.started', at: '2026-11-28T02:00:00+08:00', contract: 'C-1', order: 'O-1', hub: 'guian', class: 'H800', devices: 8, price: yuan('3.00'), expectedEnd: '2026-11-28T04:00:00+08:00' };
  const report: wire.Event = { ...head, type: 'contract.reported', at: '2026-11-28T02:01:00+08:00', contract: 'C-1', phase: 'staging' };
  const settled: wire.Event = { ...head, type: 'contract.settled', at: '2026-11-28T04:00:00+08:00', contract: 'C-1', penalty: yuan('0.00') };
  const states = (of: wire.Order, run: Run | null) => stages_of(of, run).map((stage) => stage.state).join(' ');
  test('go on with what happens', () => {
    expect(states(order, null)).toBe('done now ahead ahead ahead ahead');
    expect(states({ ...order, state: 'running' }, { contract, events: [start] })).toBe('done done done now ahead ahead');
    expect(states({ ...order, state: 'running' }, { contract, events: [start, report] })).toBe('done done done now ahead ahead');
    expect(states({ ...order, state: 'done' }, { contract, events: [start, settled] })).toBe('done done done done done done');
    expect(states({ ...order, state: 'cancelled' }, null)).toBe('done lost lost lost lost lost');
  });
  test('a hub whose agent tells of phases runs when it says so', () => {
    const running: wire.Event = { ...report, at: '2026-11-28T02:05:00+08:00', phase: 'running' };
    expect(stages_of(order, { contract, events: [start, report, running] })[3]?.at).toEqual(time_of('2026-11-28T02:05:00+08:00'));
    expect(stages_of(order, { contract, events: [start, report] })[3]?.at).toBeNull();
  });
});
