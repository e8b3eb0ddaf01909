import { describe, expect, test } from 'vitest';

import type { wire } from '../api';
import { time_of } from '../units';
import { contract_of, lag_of, power_of, steps_of, type HubView, type WorkView } from '.';

const yuan = (amount: string): wire.Money => ({ amount, currency: 'CNY' });
const at = (clock: string) => time_of(`2026-04-13T${clock}+08:00`);

describe('a hub', () => {
  test('offers in steps, or all devices in one', () => {
    const offers: wire.Offer[] = [
      { hub: 'east', class: 'A', ask: yuan('1.00'), devices: 24, steps: [{ devices: 8, ask: yuan('1.00') }, { devices: 16, ask: yuan('2.50') }] },
      { hub: 'east', class: 'B', ask: yuan('3.00'), devices: 8 },
    ];
    expect(steps_of(offers).map((step) => [step.accelerator, step.step, step.devices, step.ask])).toEqual([['A', 1, 8, 1_000_000n], ['A', 2, 16, 2_500_000n], ['B', 1, 8, 3_000_000n]]);
  });
  test('draws what its busy devices and its cooling draw', () => {
    const pool = { accelerator: 'A', devices: 32, free: 6, down: 8, ask: 0n, posted: null } as unknown as HubView['pools'][number];
    expect(power_of({ pue: 1.25, pools: [pool] } as unknown as HubView, new Map([['A', 400]]))).toBe(9_000n); // 18 × 400 W × 1.25
  });
  test('lags as far as its agent is behind, to the end of a contract at most', () => {
    const work = (metered: string, until: string, live = true): WorkView => ({ contract: 'C-1', metered: at(metered), until: at(until), live });
    const now = at('10:00:00').unix;
    expect(lag_of([], now)).toBeNull();
    expect(lag_of([work('09:00:00', '12:00:00', false)], now)).toBeNull();
    expect(lag_of([work('09:59:30', '12:00:00'), work('09:50:00', '12:00:00')], now)).toBe(600);
    expect(lag_of([work('08:59:00', '09:00:00')], now)).toBe(60);
  });
  test('shows a contract with its expected end while it runs', () => {
    const contract: wire.Contract = {
      id: 'C-1', order: 'O-1', state: 'running', hub: 'east', class: 'A', devices: 8, nodes: ['0'], start: '2026-04-13T08:00:00+08:00', expectedEnd: '2026-04-13T10:00:00+08:00',
      price: yuan('3.90'), cost: yuan('62.40'), deliveredSeconds: '0', paid: yuan('0.00'), sequence: '5',
    };
    expect(contract_of(contract)).toMatchObject({ running: true, end: at('10:00:00'), missed: 0, phase: null });
    expect(contract_of({ ...contract, state: 'ended', end: '2026-04-13T09:00:00+08:00' }).end).toEqual(at('09:00:00'));
  });
});

