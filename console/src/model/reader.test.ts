import { expect, test } from 'vitest';

import { kPublic, kUnknown, may, reader_of } from '.';

test('a reader sees what is their own, or watches over everybody', () => {
  const self = { participant: 'P-5', name: 'guian-idc', proof: 'signature' } as const;
  for (const role of ['participant', 'hub'] as const) expect(reader_of({ ...self, role })).toEqual({ kind: 'one', participant: 'P-5', name: 'guian-idc', role });
  for (const role of ['operator', 'auditor', 'regulator'] as const) expect(reader_of({ ...self, role }).kind).toBe('overseer');
});

test('what a role may do stands in the contract', () => {
  const auditor = reader_of({ participant: 'P-2', name: 'auditor', role: 'auditor', proof: 'token' });
  const buyer = reader_of({ participant: 'P-3', name: 'team', role: 'participant', proof: 'token' });
  expect(may(auditor, 'setHalt')).toBe(false);
  expect(may(auditor, 'readJournal')).toBe(true);
  expect(may(auditor, 'submitOrder')).toBe(false);
  expect(may(buyer, 'submitOrder')).toBe(true);
  expect(may(buyer, 'getTrialBalance')).toBe(false);
  expect(may(kPublic, 'getMarket')).toBe(true);
  expect(may(kPublic, 'listOrders')).toBe(false);
  expect(may(kUnknown, 'listOrders')).toBe(true); // the exchange will say
});
