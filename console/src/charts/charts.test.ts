import { describe, expect, test } from 'vitest';

import { bands_of } from './flows';
import { bow, lay_out } from './layout';
import { axis_end, linear, ticks, tone } from './scale';
import { beyond, block_path, line_path, reach_of } from './steps';
import type { Step } from './Steps.svelte';

test('ticks are round numbers inside', () => {
  expect(ticks(0, 10, 5)).toEqual([0, 2, 4, 6, 8, 10]);
  expect(ticks(-0.3, 0.32, 4)).toEqual([-0.2, 0, 0.2]);
  expect(ticks(5, 5, 4)).toEqual([5]);
  expect([axis_end(1.8, 5), axis_end(10, 5), axis_end(6.87, 5), axis_end(0, 5)]).toEqual([2, 10, 8, 0]);
  expect(linear(0, 10, 100, 200)(5)).toBe(150);
  expect([tone(0), tone(1), tone(-3)]).toEqual(['var(--scale-0)', 'var(--scale-5)', 'var(--scale-0)']);
});

test('places keep their distance and stay in the box, north up', () => {
  const box = { width: 800, height: 500, margin_x: 80, margin_y: 50, apart: 100 };
  const spots = [[40, 115], [40.1, 115.1], [25, 113], [30, 104], [31, 121], [31, 121]].map(([latitude, longitude], at) => ({ name: String(at), latitude: latitude ?? 0, longitude: longitude ?? 0 }));
  const placed = lay_out(spots, box);
  for (const [i, a] of placed.entries()) {
    expect(a.x).toBeGreaterThanOrEqual(80);
    expect(a.x).toBeLessThanOrEqual(720);
    for (const b of placed.slice(i + 1)) expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(95);
  }
  expect(placed[0]?.y).toBeLessThan(placed[2]?.y ?? 0);
  expect(lay_out(spots, box)).toEqual(placed);
  expect(lay_out([], box)).toEqual([]);
  expect(lay_out([{ name: 'a', latitude: 30, longitude: 110 }], box)).toEqual([{ name: 'a', x: 400, y: 250 }]);
});

test('there and back are two lines', () => {
  const [a, b] = [{ name: 'a', x: 0, y: 0 }, { name: 'b', x: 100, y: 0 }];
  expect(Math.sign(bow(a, b, 0, 0).middle.y)).toBe(-Math.sign(bow(b, a, 0, 0).middle.y));
});

test('bands are as wide as what flows, and fill both sides', () => {
  const flows = [{ from: 'a', to: 'x', size: 3 }, { from: 'b', to: 'x', size: 1 }, { from: 'a', to: 'y', size: 0 }];
  const { ends, bands } = bands_of(flows, { left: 0, right: 100, height: 108, gap: 8 });
  expect(bands.map((band) => band.width)).toEqual([75, 25]);
  expect(ends).toEqual([
    { side: 'from', name: 'a', y: 0, height: 75 },
    { side: 'from', name: 'b', y: 83, height: 25 },
    { side: 'to', name: 'x', y: 0, height: 100 },
  ]);
});

describe('steps', () => {
  const step = (id: string, quantity: number, price: number, taken: boolean): Step => ({ id, quantity, price, taken, title: id });
  const supply = [step('s', 10, 2, true), step('t', 10, 3, false)];
  const demand = [step('a', 8, 900, true), step('b', 4, 2.5, false), step('c', 100, 1, false), step('d', 1, 0.5, false)];
  test('reach as far as what is for sale, not as far as the dearest and last bid', () => {
    const reach = reach_of(supply, demand, 2);
    expect([reach.quantity, reach.price]).toEqual([25, 9.36]);
    expect(reach_of([], demand, null).price).toBeCloseTo(936);
    expect(beyond(supply, demand)).toBe(1);
  });
  test('of a book with more orders than a call has arguments', () => {
    const many = Array.from({ length: 300_000 }, (_, at) => step('m', 1, at % 7, false));
    expect(reach_of(many, many, null)).toEqual({ quantity: 300_000, price: 6 * 1.04 });
  });
  test('are blocks side by side, cut at the edges', () => {
    const place = { x: linear(0, 25, 0, 250), y: linear(0, 9, 90, 0), right: 250, top: 0, bottom: 90 };
    expect(block_path(demand, place, (one) => one.taken === true)).toBe('M0.0 90.0V0.0H80.0V90.0Z');
    expect(block_path(demand, place, (one) => one.id === 'c')).toBe('M120.0 90.0V80.0H250.0V90.0Z');
    expect(block_path(demand, place, (one) => one.id === 'd')).toBe('');
    expect(line_path(supply, place)).toBe('M0.0 70.0H100.0L100.0 60.0H200.0');
  });
});
