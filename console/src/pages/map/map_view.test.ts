import { expect, test } from 'vitest';

import { slots_of, type Picture } from '../../model';
import { micro, time_of } from '../../units';
import { day_marks, legend_of, link_rows, nodes_of, rows_of, slot_links, slot_of_text, slot_text } from './map_view';
import { part_bars, part_rows } from './parts_view';

const count = 30;
const all = <T>(value: T): T[] => Array.from({ length: count }, () => value);
const pool = (hub: string, price: string, offered: number) => ({
  hub, class: 'A', deviceWh: '1', offered: all(offered), awarded: all(1), capacity: all(price), scarcity: all('0.00'), power: all('0.00'), price: all(price),
});
const slots = slots_of({
  round: 'R-5', currency: 'CNY', from: '2026-11-28T22:30:00+08:00', slotSeconds: 3600, first: 0, count, slots: count,
  pools: [pool('a', '2.00', 8), pool('b', '900.00', 8), pool('c', '3.00', 8), pool('d', '1.00', 0)],
  links: [
    { from: 'a', to: 'b', roomMb: all('100'), movedMb: all('100'), price: all('3.00'), congestion: all('2.00'), full: [0, 1] },
    { from: 'b', to: 'a', roomMb: all('100'), movedMb: ['50', ...all('0').slice(1)], price: all('1.00'), congestion: all('0.00'), full: [] },
  ],
  zones: [{ zone: 'z', commodity: 'power', usedWh: all('8'), greenWh: all('2'), matchedWh: all('2'), price: all('1.00') }],
  energy: { drawnWh: all('8'), matchedWh: all('2') },
});
const hub = (name: string) => ({
  name, title: { en: name.toUpperCase(), zh: name }, region: 'east', latitude: 30, longitude: 110, pue: 1.2, halted: false, power_zone: 'z',
  pools: [{ accelerator: 'A', devices: 16, free: 16, down: 0, ask: micro(5_000_000n), posted: micro(5_000_000n) }],
});
const picture = { time: time_of('2026-11-28T22:40:00+08:00'), hubs: ['a', 'b', 'c', 'd'].map(hub), links: [] } as unknown as Picture;

test('the hour of the address is the slot that holds it', () => {
  expect(slot_text(slots, 2)).toBe('2026-11-29T00:30');
  expect(slot_of_text(slots, '2026-11-29T00:30')).toBe(2);
  expect(slot_of_text(slots, '2026-11-29T01:29')).toBe(2);
  expect(slot_of_text(slots, '2020-01-01T00:00')).toBe(0);
  expect([undefined, '', 'soon', '2026-11-29T99:99'].map((text) => slot_of_text(slots, text))).toEqual([null, null, null, null]);
  expect(day_marks(slots, 0)).toEqual([{ text: '11-29', at: 3 / 30 }, { text: '11-30', at: 27 / 30 }]);
});

test('every slot has an address of its own, also where a gate was closed at no full minute', () => {
  const odd = { ...slots, from: { ...slots.from, unix: slots.from.unix + 43 } };
  for (let slot = 0; slot < count; slot++) expect(slot_of_text(odd, slot_text(odd, slot))).toBe(slot);
});

test('now is what is posted; an hour is what was cleared for it', () => {
  const now = nodes_of(rows_of(picture, null, slots, null), 'price', 'en', '–');
  expect(now.map((node) => node.text)).toEqual(['¥5.00', '¥5.00', '¥5.00', '¥5.00']);
  const rows = rows_of(picture, null, slots, 0);
  const then = nodes_of(rows, 'price', 'en', '–');
  expect(then.map((node) => node.text)).toEqual(['¥2.00', '¥900.00', '¥3.00', '–']);
  // One scarce hub does not leave the others one colour.
  expect(then.map((node) => node.share)).toEqual([0, 1, 0.5, null]);
  expect(legend_of(rows, 'price', 'en')).toEqual({ low: '¥2.00', high: '¥900.00' });
  expect(nodes_of(rows, 'use', 'en', '–').map((node) => node.text)).toEqual(['56.2%', '56.2%', '56.2%', '100.0%']);
  expect(nodes_of(rows, 'green', 'en', '–')[0]?.text).toBe('25.0%');
  expect(nodes_of(rows_of(picture, null, null, null), 'green', 'en', '–')[0]?.share).toBeNull();
});

test('links are as wide as what moves in the hour, the full ones marked', () => {
  const title = (from: string, to: string, moved: string, room: string) => `${from}>${to} ${moved}/${room}`;
  expect(slot_links(link_rows(slots, 0), picture, 'en', title)).toEqual([
    { from: 'b', to: 'a', share: 0.5, full: false, title: 'B>A 50 MB/100 MB' },
    { from: 'a', to: 'b', share: 1, full: true, title: 'A>B 100 MB/100 MB' },
  ]);
  expect(link_rows(slots, 5).map((row) => [row.from, row.full])).toEqual([['a', false]]);
});

test('bars have the parts of the price, and say where all is taken', () => {
  const rows = part_rows(slots, 0, 'd', null);
  expect(part_bars(rows, 'en', 'taken', Number)).toEqual([{ title: 'A', parts: [], note: 'taken' }]);
  expect(part_bars(part_rows(slots, 0, 'a', 'A'), 'en', 'taken', Number)).toEqual([{ title: 'A', parts: [2_000_000, 0, 0], note: '¥2.00' }]);
  expect(part_rows(slots, 0, 'a', 'B')).toEqual([]);
});
