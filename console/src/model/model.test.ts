import { describe, expect, test, vi } from 'vitest';

import type { Client, wire } from '../api';
import { money_of } from '../units';
import { address_text, choice_of, figures_of, fold, is_full, Keyboard, Live, MarketClock, packed, parse_address, picture_of, price_place, renews, sorted, unpacked, window_of, with_query } from '.';

const yuan = (amount: string): wire.Money => ({ amount, currency: 'CNY' });
const kMarket: wire.Market = {
  name: 'm', currency: 'CNY', time: '2026-04-13T08:00:00+08:00', state: 'open', round: 'R-2', lastRound: 'R-1', lock: '2026-04-13T08:14:00+08:00', gate: '2026-04-13T08:15:00+08:00',
  classes: [{ class: 'A', watts: 400, nodeDevices: 8 }, { class: 'B', watts: 300, nodeDevices: 8 }], prices: [], halts: [],
};
const kHub: wire.Hub = {
  hub: 'east', title: { en: 'East', zh: '东' }, region: 'east', latitude: '30', longitude: '110', pue: '1.2', halted: false,
  pools: [
    { class: 'A', nodes: 4, nodeDevices: 8, freeDevices: 6, downNodes: 1, ask: yuan('3.00'), posted: yuan('4.00') },
    { class: 'B', nodes: 1, nodeDevices: 8, freeDevices: 8, downNodes: 0, ask: yuan('1.00') },
  ],
};
const kLink: wire.Link = { from: 'east', to: 'west', mbPerSecond: '10', price: yuan('1.00'), movedMb: '0' };
const picture = picture_of('10', kMarket, [kHub], [kLink]);
const head = { sequence: '11', part: 0, at: '2026-04-13T08:00:05+08:00' } as const;

describe('the picture of the market', () => {
  test('has figures over all classes, or one', () => {
    const [east] = picture.hubs;
    if (!east) throw new Error('no hub');
    // 24 of 32 devices of A are up; prices are weighed by devices.
    expect(figures_of(east, null)).toEqual({ devices: 40, free: 14, down: 8, busy_share: (32 - 14) / 32, price: money_of(yuan('3.40')) });
    expect(figures_of(east, 'B')).toMatchObject({ devices: 8, busy_share: 0, price: money_of(yuan('1.00')) });
    expect(figures_of(east, 'C')).toEqual({ devices: 0, free: 0, down: 0, busy_share: null, price: null });
  });
  test('folds what events say, and none of them twice', () => {
    const asked = fold(picture, { sequence: '11', events: [{ ...head, type: 'hub.ask-changed', hub: 'east', class: 'B', ask: yuan('1.50') }] });
    expect(asked.hubs[0]?.pools[1]?.ask).toBe(1_500_000n);
    expect([asked.sequence, asked.time.unix - picture.time.unix]).toEqual([11n, 5]);
    expect(fold(asked, { sequence: '11', events: [{ ...head, type: 'halt.changed', scope: 'market', halted: true }] })).toBe(asked);
    const moving = fold(picture, { sequence: '11', events: [{ ...head, type: 'data.transfer-started', data: 'd', from: 'east', to: 'west', ready: '2026-04-13T08:10:00+08:00' }] });
    const [link] = moving.links;
    if (!link) throw new Error('no link');
    expect([is_full(link, link.busy_until?.unix ?? 0), is_full(link, (link.busy_until?.unix ?? 0) - 1)]).toEqual([false, true]);
    const halted = fold(picture, { sequence: '11', events: [{ ...head, type: 'halt.changed', scope: 'hub', hub: 'east', halted: true }] });
    expect(halted.hubs[0]?.halted).toBe(true);
    expect(picture.hubs[0]?.halted).toBe(false);
  });
  test('is read anew after a round, and skips events that nobody knows yet', () => {
    const odd = { ...head, type: 'moon.rose' } as unknown as wire.Event;
    expect(fold(picture, { sequence: '11', events: [odd] }).sequence).toBe(11n);
    expect(renews({ sequence: '11', events: [odd] })).toBe(false);
    expect(renews({ sequence: '11', events: [{ ...head, type: 'round.gate-closed', round: 'R-2' }] })).toBe(true);
  });
  test('places prices between the lowest and the highest', () => {
    const [low, high] = [money_of(yuan('1.00')), money_of(yuan('3.00'))];
    expect([price_place(low, [low, high]), price_place(high, [low, high]), price_place(low, [low])]).toEqual([0, 1, 0.5]);
  });
});

describe('what is live', () => {
  // A stream that stays open and says nothing.
  const silent = { open: async () => new Response(new ReadableStream()) } as unknown as Client;
  test('reads once at a time, and once more for a wish in between', async () => {
    let reads = 0;
    const load = vi.fn(async () => ({ picture: ++reads, sequence: String(reads) }));
    const live = new Live<number>(silent, { load, fold: (now) => now, renews: () => false, topics: ['round'] });
    await live.start();
    await Promise.all([live.renew(), live.renew(), live.renew()]);
    await vi.waitFor(() => expect(live.picture).toBe(3));
    expect(load).toHaveBeenCalledTimes(3);
    live.stop();
  });
  test('never goes back, and keeps its picture when a later reading fails', async () => {
    const answers = [{ picture: 'new', sequence: '9' }, { picture: 'old', sequence: '8' }];
    const live = new Live<string>(silent, {
      load: async () => { const next = answers.shift(); if (!next) throw new Error('gone'); return next; },
      fold: (now) => now, renews: () => false, topics: [],
    });
    await live.start();
    await live.renew();
    expect([live.picture, live.sequence]).toEqual(['new', '9']);
    await live.renew();
    expect([live.picture, live.failure?.code]).toEqual(['new', 'unreadable']);
    live.stop();
  });
});

test('addresses hold what is looked at', () => {
  const address = parse_address('/rounds/R-1', '?view=table&hub=%E4%B8%9C');
  expect(address).toEqual({ path: ['rounds', 'R-1'], query: { view: 'table', hub: '东' } });
  expect(address_text(address)).toBe('/rounds/R-1?hub=%E4%B8%9C&view=table');
  expect(address_text(with_query(address, { view: null, hub: 'a b' }))).toBe('/rounds/R-1?hub=a+b');
  expect(choice_of(address, 'view', ['chart', 'table'])).toBe('table');
  expect(choice_of(address, 'none', ['chart', 'table'])).toBe('chart');
  expect(parse_address('/%zz', '').path).toEqual(['%zz']);
});

test('the clock follows the pace of the exchange', () => {
  const clock = new MarketClock();
  expect(clock.at(0)).toBeNull();
  clock.note(0, 1000);
  expect(clock.at(2000)).toBe(1002);
  clock.note(10_000, 1600);
  clock.note(10_500, 1400); // a reply that was late
  expect(clock.pace).toBe(60);
  expect(clock.at(11_000)).toBe(1660);
});

test('keys come alone or in twos', () => {
  const done: string[] = [];
  const bindings = ['g m', 'm', '/'].map((keys) => ({ keys, run: () => done.push(keys) }));
  const keyboard = new Keyboard();
  expect([keyboard.press('g', 0, bindings), keyboard.press('m', 500, bindings)]).toEqual([true, true]);
  keyboard.press('g', 1000, bindings);
  keyboard.press('m', 2500, bindings);
  expect(keyboard.press('x', 2600, bindings)).toBe(false);
  expect(done).toEqual(['g m', 'm']);
});

test('of 100,000 rows only those on the screen are drawn', () => {
  expect(window_of(0, 480, 32, 100_000)).toEqual({ begin: 0, end: 23 });
  expect(window_of(32 * 50_000, 480, 32, 100_000)).toEqual({ begin: 49_992, end: 50_023 });
  expect(window_of(32 * 100_000, 480, 32, 100_000).end).toBe(100_000);
  expect(window_of(0, 480, 32, 0)).toEqual({ begin: 0, end: 0 });
  const rows = [{ v: null }, { v: 2n }, { v: 10n }];
  expect(sorted(rows, (row) => row.v, false).map((row) => row.v)).toEqual([2n, 10n, null]);
  expect(sorted(rows, (row) => row.v, true).map((row) => row.v)).toEqual([10n, 2n, null]);
});

test('text of several lines goes through an address unharmed', () => {
  for (const text of ['', 'a: b\n  统算: "x"\n', '\u0000?&=+']) expect(unpacked(packed(text))).toBe(text);
  expect(packed('a: b\n??>')).toMatch(/^[\w-]*$/);
  expect([unpacked('%'), unpacked('_w')]).toEqual([null, null]);
});
