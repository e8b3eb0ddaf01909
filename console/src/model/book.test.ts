import { describe, expect, test } from 'vitest';

import { micro } from '../units';
import { bid_of, busiest_slot, capacity_lanes, curves_of, parse_book, parse_certificate } from '.';

const kBook = `tongsuan-market 1
market round currency=CNY
calendar start=2026-01-01T00:00+08:00 slot=15min slots=8
class H800 watts=700 node=8
zone power commodity=power
hub east power=power
hub west power=power
link west east steps=1TB@3
nodes east H800 count=2
offer a seller=s hub=east class=H800 slots=0..4 steps=8@2,8@3
offer b seller=s hub=west class=H800 steps=16@1
offer e seller=g zone=power steps=1MWh@300
order dear account=b gang=8 run=H800:4 hubs=east window=0..8 value=80
order cheap account=b run=H800x4:2 hubs=* limit=2.5
order odd account=b gang=16 run=H800:8 hubs=* value=320
curve c account=b hub=east class=H800 steps=8@4
end 12
`;
const kCertificate = `tongsuan-certificate 1
market round root=abc
round 1 seed=1
award dear hub=east start=1
award cheap hub=west start=0
bound 0 prices=2x4,0x4
bound 1 prices=1x8
bound 2 prices=0x8
bound 3 prices=300x8
bound 4 prices=3x8
payment 0 prices=2.5x2,2x6
payment 1 prices=bound
payment 2 prices=bound
payment 3 prices=bound
payment 4 prices=bound
end 14
`;
const book = parse_book(kBook);
const certificate = parse_certificate(kCertificate);
if (!book || !certificate) throw new Error('neither is read');

describe('a book', () => {
  test('is read as the format says', () => {
    expect([book.slot_seconds, book.slots, book.orders.length, book.offers.length]).toEqual([900, 8, 4, 2]);
    expect(book.orders[1]).toEqual({ name: 'cheap', kind: 'order', runs: [{ accelerator: 'H800', devices: 4, slots: 2 }], hubs: null, begin: 0, end: 8, value: 5_000_000n });
    expect(book.orders[0] && bid_of(book.orders[0], 0, 900)).toBe(micro(10_000_000n));
    expect(book.orders[3]).toMatchObject({ kind: 'curve', value: null, hubs: ['east'] });
  });
  test('of another version is refused', () => {
    expect(parse_book(kBook.replace('market 1', 'market 2'))).toBeNull();
    expect(parse_book('')).toBeNull();
    expect(parse_certificate('<!doctype html>')).toBeNull();
  });
});

describe('a certificate', () => {
  test('has awards and the prices that are paid', () => {
    expect(certificate.awards.get('dear')).toEqual({ hub: 'east', start: 1, variant: 0 });
    expect(certificate.payments[0]).toEqual([2_500_000n, 2_500_000n, ...new Array(6).fill(2_000_000n)]);
    expect(certificate.payments[1]).toEqual(new Array(8).fill(1_000_000n));
  });
  test('gives a price for no lane where lanes do not add up', () => {
    expect(capacity_lanes(book, certificate)).toEqual(new Map([['east/H800', 0], ['west/H800', 1]]));
    expect(capacity_lanes({ ...book, caps: 1 }, certificate)).toBeNull();
  });
});

describe('curves', () => {
  test('stand at a hub and hour, blocks whole', () => {
    const east = curves_of(book, certificate, { accelerator: 'H800', hub: 'east', slot: 1 });
    expect(east.supply.map((step) => [step.devices, step.price, step.taken])).toEqual([[8, 2_000_000n, true], [8, 3_000_000n, false]]);
    expect(east.demand).toEqual([
      { name: 'dear', devices: 8, price: 10_000_000n, taken: true },
      { name: 'odd', devices: 16, price: 10_000_000n, taken: false },
    ]);
    expect(curves_of(book, certificate, { accelerator: 'H800', hub: 'east', slot: 5 }).supply).toEqual([]);
    expect(curves_of(book, certificate, { accelerator: 'H800', hub: null, slot: 0 }).demand.map((block) => block.name)).toEqual(['odd', 'cheap']);
  });
  test('open where most is in use', () => {
    expect([busiest_slot(book, certificate, 'H800', null), busiest_slot(book, certificate, 'H800', 'east'), busiest_slot(book, certificate, 'X', null)]).toEqual([1, 1, 0]);
  });
});
