// Files are for machines: what is a number on the page is one in the file, without separators.
import { expect, test } from 'vitest';

import type { BillLine } from '../model';
import { micro } from '../units';
import type { Column } from '../ui';
import { group_columns } from './audit/audit_view';
import { entry_columns, type LabEntry } from './lab/lab_view';
import { bill_columns } from './ledger/ledger_view';
import { book_columns } from './rounds/round_view';

const say = (key: string) => key;
const cells = <T>(columns: readonly Column<T>[], row: T): Record<string, string> => Object.fromEntries(columns.map((column) => [column.id, (column.csv ?? column.text)(row)]));

test('counts and sizes of a file are plain numbers', () => {
  const bill: BillLine = {
    id: 'C-1', contract: 'C-1', order: 'O-1', name: null, role: 'buyer', running: false, hub: 'guian', accelerator: 'H800', devices: 4_096, from: null, end: null,
    delivered: 7_380_000n, missed: null, amounts: { parts: new Map(), net: micro(0n) },
  };
  expect(cells(bill_columns([bill], 'en', say), bill)).toMatchObject({ devices: '4096', delivered: '2050.00' });
  const shares = Array.from({ length: 1_000 }, (_, at) => ({ who: `P-${at}`, share: 0.001 }));
  expect(cells(group_columns('en', say, 'devices'), { name: 'H800', total: 12_345, shares, hhi: 10 })).toMatchObject({ many: '1000', total: '12345.00' });
  const entry: LabEntry = { load: 80, without: 'nothing', figure: 'net', unit: '', policy: 'p', seeds: 1_000, mean: 1, half: null, difference: null, difference_half: null, verdict: '', file: 'f', group: 0 };
  expect(cells(entry_columns('en', say, 1), entry)).toMatchObject({ seeds: '1000', mean: '1' });
});

test('of an order without a way nothing is said of its time', () => {
  const order = { name: 'o1', kind: 'curve', runs: [], hubs: null, begin: 0, end: 4, value: null } as const;
  const book = { slot_seconds: 3_600, slots: 4, orders: [order], offers: [], zones: 0, links: 0, caps: 0, node_pools: 0 };
  const columns = book_columns(book, { unix: 1_795_881_600, zone: 28_800 }, 'en', say, say);
  expect(cells(columns, { order, award: null })).toMatchObject({ time: '', devices: '', bid: '' });
  const block = { ...order, kind: 'order', runs: [{ accelerator: 'A', devices: 8, slots: 2 }] } as const;
  expect(cells(columns, { order: block, award: { hub: 'guian', start: 1, variant: 0 } })).toMatchObject({ time: '7200', start: '2026-11-29 01:00:00' });
});
