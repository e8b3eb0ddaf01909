import { describe, expect, test, vi } from 'vitest';

import { Failure, type Client, type wire } from '../api';
import { micro } from '../units';
import { bought_of, check_money, check_order, check_text, continues, filtered, groups_of, hhi_of, JournalReader, moved_by, named_group, parts_of, row_of, rule_hits } from '.';

const yuan = (amount: string): wire.Money => ({ amount, currency: 'CNY' });
const head = (sequence: number, part = 0, second = 0) => ({ sequence: String(sequence), part, at: `2026-04-13T08:00:${String(second).padStart(2, '0')}+08:00` });
const moved = (sequence: number, from: wire.Purpose, to: wire.Purpose, amount: string): wire.Event => ({
  ...head(sequence), type: 'money.moved', from: { participant: 'P-1', purpose: from }, to: { participant: 'P-2', purpose: to }, amount: yuan(amount), reason: {},
});
const answered = (sequence: number, code: string, part = 0, second = 0): wire.Event => ({ ...head(sequence, part, second), type: 'request.answered', command: 'c', code });

describe('the journal', () => {
  test('is in order, or says where it is not', () => {
    expect(check_order([answered(1, 'done'), answered(1, 'done', 2), answered(4, 'done', 0, 1)])).toEqual({ events: 3, first: '1', last: '4', faults: [] });
    expect(check_order([answered(4, 'done'), answered(3, 'done')]).faults).toEqual([{ kind: 'back', sequence: '3' }]);
    expect(check_order([answered(4, 'done', 1), answered(4, 'done', 1)]).faults).toEqual([{ kind: 'part', sequence: '4' }]);
    expect(check_order([answered(4, 'done', 0, 9), answered(5, 'done', 0, 8)]).faults).toEqual([{ kind: 'time', sequence: '5' }]);
  });
  test('has heads that continue each other', () => {
    const at = (sequence: bigint, epoch: bigint, hash: string) => ({ sequence, epoch, hash });
    expect(continues(at(5n, 1n, 'a'), at(5n, 1n, 'a'))).toBe(true);
    expect(continues(at(5n, 1n, 'a'), at(7n, 2n, 'b'))).toBe(true);
    expect(continues(at(5n, 1n, 'a'), at(5n, 1n, 'b'))).toBe(false); // two pasts of one command
    expect(continues(at(5n, 1n, 'a'), at(4n, 1n, 'b'))).toBe(false);
    expect(continues(at(5n, 2n, 'a'), at(6n, 1n, 'b'))).toBe(false);
  });
  test('moves money that the balances have', () => {
    const sums = moved_by([moved(1, 'rail', 'cash', '10.00'), moved(2, 'cash', 'hold', '3.00')]);
    expect([...sums]).toEqual([['rail', -10_000_000n], ['cash', 7_000_000n], ['hold', 3_000_000n]]);
    const before = new Map([['cash' as const, micro(1_000_000n)]]);
    const told = new Map([['rail' as const, micro(-10_000_000n)], ['cash' as const, micro(8_000_000n)], ['hold' as const, micro(3_000_001n)]]);
    expect(check_money(before, sums, told).map((row) => [row.purpose, row.reckoned, row.holds])).toEqual([['cash', 8_000_000n, true], ['rail', -10_000_000n, true], ['hold', 3_000_000n, false]]);
  });
  test('becomes rows that can be filtered', () => {
    const rows = [moved(1, 'cash', 'hold', '3.00'), answered(2, 'collar')].map(row_of);
    expect(rows[0]).toMatchObject({ id: '1.0', topic: 'money', actors: ['P-1', 'P-2'], text: 'from P-1 cash · to P-2 hold · amount ¥3.00 · reason {}' });
    const none = { topic: '', type: '', actor: '', text: '' };
    expect(filtered(rows, none)).toBe(rows);
    expect(filtered(rows, { ...none, topic: 'request' }).map((row) => row.id)).toEqual(['2.0']);
    expect(filtered(rows, { ...none, actor: 'p-2' }).map((row) => row.id)).toEqual(['1.0']);
    expect(filtered(rows, { ...none, actor: 'P' })).toEqual([]); // a whole name
    expect(filtered(rows, { ...none, text: 'COLLAR' }).map((row) => row.id)).toEqual(['2.0']);
  });
  test('tells which rules bit', () => {
    const hits = rule_hits([answered(1, 'done'), answered(2, 'collar'), answered(3, 'limit'), answered(4, 'collar'), { ...head(5), type: 'halt.changed', scope: 'hub', hub: 'east', halted: true }]);
    expect(hits.map((hit) => [hit.kind, hit.rule, hit.count, hit.sequence])).toEqual([['refused', 'collar', 2, '4'], ['refused', 'limit', 1, '3'], ['halted', 'hub', 1, '5']]);
  });
  test('gives a text the hash that it has', async () => {
    const hash = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(await check_text('R-1', 'book', hash, 'abc')).toMatchObject({ holds: true, bytes: 3, found: hash });
    expect(await check_text('R-1', 'book', hash, 'abd')).toMatchObject({ holds: false });
  });
});

test('an event is read once, however often the events are looked at', () => {
  let reads = 0;
  const event = { ...answered(1, 'done'), get at() { reads++; return '2026-04-13T08:00:00+08:00'; } } as wire.Event;
  const row = row_of(event);
  check_order([event]);
  const before = reads;
  for (let at = 0; at < 3; at++) {
    check_order([event, answered(2, 'done')]);
    expect(row_of(event)).toBe(row);
  }
  expect(reads).toBe(before);
});
test('a journal that is begun again has each event once, whatever was being read', async () => {
  const waiting: { from: string; answer: () => void }[] = [];
  const last = 3;
  const call = ({ query }: { query: { from: string; pageSize: number } }) => new Promise((done) => {
    const next = Math.min(last + 1, Number(query.from) + Math.min(2, query.pageSize));
    const items = Array.from({ length: next - Number(query.from) }, (_, at) => answered(Number(query.from) + at, 'done'));
    waiting.push({ from: query.from, answer: () => done({ value: { items, next: String(next), head: { sequence: String(last), epoch: '1', hash: 'h' } }, sequence: null, etag: null }) });
  });
  const reader = new JournalReader({ call } as unknown as Client);
  void reader.begin(null);
  waiting.shift()?.answer(); // how long it is
  await Promise.resolve();
  await vi.waitFor(() => expect(waiting).toHaveLength(1));
  const again = reader.begin('2');
  while (waiting.length || reader.reading) {
    waiting.shift()?.answer();
    await new Promise((done) => setTimeout(done, 0));
  }
  await again;
  expect(reader.events.map((event) => event.sequence)).toEqual(['2', '3']);
});
test('a journal that could not be read is read when it is begun again', async () => {
  const answers = [() => Promise.reject(new Failure('rate-limited', { status: 429, title: '' }))];
  const page = { items: [], next: '5', head: { sequence: '4', epoch: '1', hash: 'h' } };
  const reader = new JournalReader({ call: async () => (answers.shift() ?? (() => Promise.resolve({ value: page, sequence: null, etag: null })))() } as unknown as Client);
  await reader.begin(null);
  expect([reader.failure?.code, reader.head]).toEqual(['rate-limited', null]);
  await reader.begin('5');
  expect([reader.failure, reader.head?.sequence, reader.reading]).toEqual([null, 4n, false]);
});

describe('concentration', () => {
  test('is of participants, though two have one name', () => {
    const holdings = ['P-1', 'P-2'].map((who) => ({ who, hub: 'east', accelerator: 'A', amount: 1 }));
    const names = new Map([['P-1', 'Lab'], ['P-2', 'Lab']]);
    expect(groups_of(holdings, 'all').map((group) => named_group(group, names))).toEqual([{ name: '', total: 2, hhi: 5_000, shares: [{ who: 'Lab', share: 0.5 }, { who: 'Lab', share: 0.5 }] }]);
  });
  const holding = (who: string, hub: string, accelerator: string, amount: number) => ({ who, hub, accelerator, amount });
  test('is 10,000 where one has it all, and falls with their number', () => {
    expect(hhi_of([{ who: 'a', share: 1 }])).toBe(10_000);
    expect(hhi_of([0, 1, 2, 3].map((at) => ({ who: String(at), share: 0.25 })))).toBe(2_500);
    expect(hhi_of([])).toBe(0);
  });
  test('is told by hub, by class and in all', () => {
    const all = [holding('a', 'east', 'A', 30), holding('b', 'east', 'A', 10), holding('a', 'west', 'B', 10)];
    expect(groups_of(all, 'hub').map((group) => [group.name, group.total, group.hhi])).toEqual([['east', 40, 6_250], ['west', 10, 10_000]]);
    expect(groups_of(all, 'all')[0]?.shares).toEqual([{ who: 'a', share: 0.8 }, { who: 'b', share: 0.2 }]);
    const [east] = groups_of(all, 'class');
    expect(east && parts_of(east, 3)).toEqual([0.75, 0.25, 0, 0]);
  });
  test('counts device-hours that were granted, for the owner of their buyer', () => {
    const started = (contract: string, order: string): wire.Event => ({ ...head(3), type: 'contract.started', contract, order, hub: 'east', class: 'A', devices: 4, price: yuan('1.00'), expectedEnd: '2026-04-13T10:00:00+08:00' });
    const granted = (contract: string, from: string, until: string): wire.Event => ({ ...head(3, 1), type: 'contract.granted', contract, cost: yuan('1.00'), from: `2026-04-13T${from}:00+08:00`, until: `2026-04-13T${until}:00+08:00` });
    const bought = bought_of([
      { ...head(1), type: 'participant.opened', participant: 'P-2', name: 'daughter', role: 'participant', owner: 'P-1' },
      { ...head(2), type: 'order.accepted', order: 'O-1', participant: 'P-2' },
      started('C-1', 'O-1'), granted('C-1', '08:00', '09:00'), granted('C-1', '09:00', '09:30'),
      granted('C-0', '08:00', '09:00'), // it began before these events
    ]);
    expect(bought).toEqual({ holdings: [{ who: 'P-1', hub: 'east', accelerator: 'A', amount: 6 }], contracts: 2, unknown: 1 });
  });
});
