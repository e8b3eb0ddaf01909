// What is drawn comes from data, and data may say the same thing twice: that is drawn twice.
import { flushSync, mount, unmount, type Component } from 'svelte';
import { expect, test } from 'vitest';

import { Bars, Heat, Intervals, Signed } from '../charts';
import { Table } from '../ui';

function drawn<P extends Record<string, unknown>>(what: Component<P>, props: P, marks: string): number {
  const target = document.createElement('div');
  document.body.append(target);
  const made = mount(what, { target, props });
  flushSync();
  const count = target.querySelectorAll(marks).length;
  void unmount(made);
  target.remove();
  return count;
}

test('rows of one name are drawn one below the other', () => {
  const text = () => '';
  expect(drawn(Bars, { label: 'l', bars: [{ title: 'delivery', parts: [1] }, { title: 'delivery', parts: [2] }], parts: ['a', 'a'], format: String }, '.bar')).toBe(2);
  expect(drawn(Signed, { label: 'l', bars: [{ title: 'x', value: 1, text: '1' }, { title: 'x', value: -1, text: '-1' }] }, '.bar')).toBe(2);
  expect(drawn(Heat, { label: 'l', rows: ['x', 'x'], columns: ['0'], share: () => 1, text }, 'rect')).toBe(2);
  const row = { title: 'pool', group: 0, mean: 1, half: null, text: '1' };
  expect(drawn(Intervals, { label: 'l', rows: [row, row], format: String }, 'g')).toBe(2);
});

const StringTable = Table as unknown as Component<Record<string, unknown>>;
const kTable = { label: 'l', rows: ['b', 'a', 'b'], id: (row: string) => row };

test('a table has each of its rows', () => {
  expect(drawn(StringTable, { ...kTable, columns: [{ id: 'c', title: 'c', text: (row: string) => row }] }, '.row')).toBe(3);
});

test('a column is sorted by whatever its name is', () => {
  const column = { id: 'class-RTX-4090', title: 'c', text: (row: string) => row, sort: (row: string) => row };
  for (const [order, says] of [['class-RTX-4090', 'ascending'], ['-class-RTX-4090', 'descending']] as const) {
    expect(drawn(StringTable, { ...kTable, columns: [column], order }, `[aria-sort="${says}"]`), order).toBe(1);
  }
});
