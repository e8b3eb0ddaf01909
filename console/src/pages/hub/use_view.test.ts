import { expect, test } from 'vitest';

import type { LoadPoint } from '../../model';
import { micro, time_of } from '../../units';
import { posted_columns, posted_lines } from './use_view';

const point = (round: string, hour: string, posted: Record<string, bigint>): LoadPoint => ({
  round, gate: time_of(`2026-04-13T${hour}:00:00+08:00`),
  classes: new Map(Object.entries(posted).map(([name, price]) => [name, { up: 8, used: 4, posted: micro(price) }])),
});
// B came with the second round.
const points = [point('R-1', '08', { A: 1_500_000n }), point('R-2', '09', { A: 1_600_000n, B: 4_000_000n })];

test('posted prices are a line for each class, with gaps where a class had none', () => {
  const { times, lines } = posted_lines(points);
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBe(3_600);
  expect(lines.map((line) => [line.title, line.values])).toEqual([['A', [1.5, 1.6]], ['B', [null, 4]]]);
});

test('and a column for each class in the table and its CSV', () => {
  const columns = posted_columns(points, 'en', (key) => key);
  expect(columns.map((one) => one.id)).toEqual(['round', 'gate', 'A', 'B']);
  const last = columns.at(-1);
  expect(points.map((one) => last?.csv?.(one))).toEqual(['', '4.00']);
  expect(points.map((one) => last?.text(one))[0]).toBe('state.none');
});
