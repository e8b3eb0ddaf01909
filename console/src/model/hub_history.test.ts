import { expect, test } from 'vitest';

import { history_of, load_share, loaded_classes } from './hub_history';

const money = (amount: string) => ({ amount, currency: 'CNY' as const });
const load = (round: string, gate: string, pools: [string, number, number][]) => ({ round, gate, closed: gate, pools: pools.map(([name, up, used]) => ({ class: name, upDevices: up, usedDevices: used, posted: money('2.00') })) });

test('rounds come the oldest first, with shares of what is up', () => {
  const history = history_of({
    asOf: '9', remembering: true, knownFrom: '2026-11-28T08:00:00+08:00',
    items: [load('R-2', '2026-11-28T08:15:00+08:00', [['A', 8, 6], ['B', 0, 0]]), load('R-1', '2026-11-28T08:00:00+08:00', [['A', 8, 2]])],
  });
  expect(history.points.map((point) => point.round)).toEqual(['R-1', 'R-2']);
  expect([history.remembering, history.more]).toEqual([true, false]);
  expect(loaded_classes(history.points)).toEqual(['A', 'B']);
  const [first, second] = history.points;
  expect(first && load_share(first, null)).toBe(0.25);
  expect(first && load_share(first, 'B')).toBeNull();
  expect(second && load_share(second, 'B')).toBeNull(); // none is up
  expect(second && load_share(second, null)).toBe(0.75);
});
