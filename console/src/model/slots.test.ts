import { describe, expect, test } from 'vitest';

import { Client, type wire } from '../api';
import { micro } from '../units';
import { hub_figures, match_days, match_share, match_sum, matched_zones, matches_of, mean_figures, planned_share, pool_figures, slot_at, slot_begin, slots_of, SlotsReader, type SlotFigures } from './slots';

const pool = (hub: string, accelerator: string, offered: number[], awarded: number[], capacity: string[], scarcity: string[], power: string[], price: string[]) =>
  ({ hub, class: accelerator, deviceWh: '840', offered, awarded, price, capacity, scarcity, power });
const told: wire.RoundSlots = {
  round: 'R-5', currency: 'CNY', from: '2026-11-28T22:30:00+08:00', slotSeconds: 3600, first: 0, count: 3, slots: 3,
  pools: [
    pool('east', 'A', [10, 10, 0], [4, 10, 0], ['2.00', '9.00', '5.00'], ['0.00', '7.00', '0.00'], ['0.20', '0.30', '0.30'], ['2.20', '9.30', '5.30']),
    pool('east', 'B', [3, 1, 1], [0, 0, 0], ['1.00', '1.00', '1.00'], ['0.00', '0.00', '0.00'], ['0.100001', '0.10', '0.10'], ['1.100001', '1.10', '1.10']),
  ],
  links: [{ from: 'east', to: 'west', roomMb: ['100', '100', '100'], movedMb: ['0', '100', '7'], price: ['1.00', '3.00', '1.00'], congestion: ['0.00', '2.00', '0.00'], full: [1] }],
  zones: [
    { zone: 'power-east', commodity: 'power', usedWh: ['3360', '8400', '0'], greenWh: ['5000', '4200', '10'], matchedWh: ['3360', '4200', '0'], price: ['1.00', '1.00', '1.00'] },
    { zone: 'power-west', commodity: 'power', usedWh: ['0', '0', '0'], greenWh: ['0', '0', '0'], matchedWh: ['0', '0', '0'], price: ['1.00', '1.00', '1.00'] },
  ],
  energy: { drawnWh: ['3360', '8400', '0'], matchedWh: ['3360', '4200', '0'] },
};
const slots = slots_of(told);

test('slots begin one after the other, and the nearest holds any time', () => {
  expect(slot_begin(slots, 2).unix - slots.from.unix).toBe(7200);
  expect([-9, 0, 3599, 3600, 99_999].map((after) => slot_at(slots, slots.from.unix + after))).toEqual([0, 0, 0, 1, 2]);
});

test('a pool without anything offered has no price', () => {
  const first = slots.pools[0];
  expect(first && pool_figures(first, 2)).toEqual({ offered: 0, awarded: 0, parts: null });
  expect(first && pool_figures(first, 1).parts).toEqual({ asked: 2_000_000n, scarcity: 7_000_000n, power: 300_000n, price: 9_300_000n, green: null });
});

test('parts of a mean add up to it, whatever is divided', () => {
  const figures = hub_figures(slots, 'east', null, 0);
  expect(figures.parts?.price).toBe((2_200_000n * 10n + 1_100_001n * 3n) / 13n);
  expect(hub_figures(slots, 'east', 'A', 0).parts?.price).toBe(2_200_000n);
  expect(hub_figures(slots, 'west', null, 0).parts).toBeNull();
  let seed = 7;
  const random = (most: number) => (seed = (seed * 48_271) % 2_147_483_647) % most;
  for (let round = 0; round < 500; round++) {
    const all: SlotFigures[] = Array.from({ length: 1 + random(5) }, () => {
      const [asked, scarcity, power] = [micro(BigInt(random(5_000_000))), micro(BigInt(random(900_000_000))), micro(BigInt(random(999_999)))];
      return { offered: random(40), awarded: 0, parts: { asked, scarcity, power, price: micro(asked + scarcity + power), green: null } };
    });
    const parts = mean_figures(all).parts;
    if (!parts) continue;
    expect(parts.asked + parts.scarcity + parts.power).toBe(parts.price);
    expect(parts.asked >= 0n).toBe(true);
    const prices = all.filter((one) => one.offered > 0).map((one) => one.parts?.price ?? 0n);
    expect(prices.some((one) => one >= parts.price) && prices.some((one) => one <= parts.price)).toBe(true);
  }
});

test('what is not offered is in use already', () => {
  expect(planned_share(20, { offered: 10, awarded: 4, parts: null })).toBe(0.7);
  expect(planned_share(20, { offered: 0, awarded: 0, parts: null })).toBe(1);
  expect(planned_share(0, { offered: 0, awarded: 0, parts: null })).toBeNull();
  expect(planned_share(5, { offered: 10, awarded: 0, parts: null })).toBe(0); // nodes went down since
});

describe('matched energy', () => {
  test('is a share of what is drawn', () => {
    expect(match_share({ drawn: 8400n, matched: 4200n })).toBe(0.5);
    expect(match_share({ drawn: 0n, matched: 0n })).toBeNull();
    expect(match_share(match_sum(matches_of(slots, null)))).toBeCloseTo(7560 / 11760, 6);
    expect(matches_of(slots, 'power-east')[1]).toEqual({ drawn: 8400n, matched: 4200n });
    expect(matches_of(slots, 'nowhere')).toEqual([{ drawn: 0n, matched: 0n }, { drawn: 0n, matched: 0n }, { drawn: 0n, matched: 0n }]);
    expect(matched_zones(slots).map((zone) => zone.zone)).toEqual(['power-east']);
  });
  test('goes into days and hours of the exchange, and nothing is lost', () => {
    const days = match_days(slots, null);
    expect(days.map((day) => day.day)).toEqual(['2026-11-28', '2026-11-29']);
    expect(days[0]?.hours[22]).toEqual({ drawn: 3360n, matched: 3360n });
    expect(days[0]?.hours[21]).toBeNull();
    expect(days[1]?.hours[0]).toEqual({ drawn: 0n, matched: 0n });
    const all = match_sum(days.flatMap((day) => day.hours.filter((hour) => hour !== null)));
    expect(all).toEqual(match_sum(matches_of(slots, null)));
    // Quarters of an hour are added.
    const quarters = slots_of({ ...told, slotSeconds: 900 });
    expect(match_days(quarters, null)[0]?.hours[22]).toEqual({ drawn: 11_760n, matched: 7_560n });
  });
});

describe('a reader of the last round', () => {
  const asked: string[] = [];
  const exchange = (large: string | null) => new Client('', (target) => {
    asked.push(String(target));
    const json = (body: object, status = 200) => Promise.resolve(new Response(JSON.stringify(body), { status, headers: { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json' } }));
    if (String(target).startsWith('/v1/rounds?')) return json({ asOf: '9', items: [{ id: 'R-5' }] });
    if (large !== null && !String(target).includes('count=')) return json({ title: 'Too large', code: large, status: 422, detail: 'Too large.' }, 422);
    return json(told);
  });
  const read = (client: Client) => new SlotsReader(client).last(new AbortController().signal);

  test('asks for the first hours where all are too many for one answer', async () => {
    asked.length = 0;
    expect((await read(exchange('answer-too-large')))?.round).toBe('R-5');
    expect(asked.slice(1)).toEqual(['/v1/rounds/R-5/slots', '/v1/rounds/R-5/slots?count=24']);
  });
  test('says what else is wrong', async () => {
    await expect(read(exchange('not-cleared'))).rejects.toMatchObject({ code: 'not-cleared' });
  });
  test('asks once for a round', async () => {
    asked.length = 0;
    const reader = new SlotsReader(exchange(null));
    const signal = new AbortController().signal;
    expect(await reader.last(signal)).toBe(await reader.last(signal));
    expect(asked.filter((one) => one.includes('/slots'))).toHaveLength(1);
  });
});
