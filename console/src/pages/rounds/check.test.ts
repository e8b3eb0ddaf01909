import { expect, test } from 'vitest';

import type { wire } from '../../api';
import { judge, type CheckAnswer } from './check';

const money = (amount: string): wire.Money => ({ amount, currency: 'CNY' });
const round: wire.Round = { id: 'R-2', state: 'cleared', orders: 4, awards: 3, welfare: money('12.50'), book: 'b', certificate: 'c' };
const good: CheckAnswer = { verdict: { verified: true, fault: 'none', detail: '', orders: 4, awards: 3, welfare: '12.5' }, trouble: '', hashes: { book: 'b', certificate: 'c' }, milliseconds: 9 };
const state = (answer: Partial<CheckAnswer>, of: Partial<wire.Round> = {}) => judge({ ...round, ...of }, { ...good, ...answer }).state;

test('a round holds where the verifier says so of the files that the exchange told of', () => {
  expect(judge(round, good)).toMatchObject({ state: 'holds', files_same: true, numbers_same: true });
  expect(judge(round, { ...good, hashes: null })).toMatchObject({ state: 'holds', files_same: null });
});
test('and fails where any of it is otherwise', () => {
  expect(state({ verdict: { verified: false, fault: 'buyer-loses', detail: 'x' } })).toBe('fails');
  expect(state({ hashes: { book: 'b', certificate: 'other' } })).toBe('fails');
  expect(state({}, { welfare: money('12.51') })).toBe('fails');
  expect(state({}, { awards: 4 })).toBe('fails');
  const proved = { verdict: { ...good.verdict, verified: true, fault: 'none', detail: '', bound: '13', gapPpm: 38_461 } };
  expect(state(proved, { bound: money('13.00'), gapPpm: 38_461 })).toBe('holds');
  expect(state(proved, { bound: money('13.000001'), gapPpm: 38_461 })).toBe('holds'); // rounded up
  for (const told of ['12.50', '12.999999', '13.000002']) expect(state(proved, { bound: money(told), gapPpm: 38_461 })).toBe('fails');
  expect(state(proved, { bound: money('13.00'), gapPpm: 0 })).toBe('fails');
});
test('without a verifier nothing is said', () => expect(state({ verdict: null, trouble: '404' })).toBe('unavailable'));
