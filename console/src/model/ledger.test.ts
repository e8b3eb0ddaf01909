import { describe, expect, test } from 'vitest';

import type { wire } from '../api';
import { money_of } from '../units';
import { bill_of, statement_of, trial_of } from '.';

const yuan = (amount: string): wire.Money => ({ amount, currency: 'CNY' });

describe('the ledger', () => {
  test('adds up to nothing, or it is seen', () => {
    const trial = (rail: string, total: string) => trial_of({ asOf: '1', purposes: [{ purpose: 'cash', balance: yuan('3.10') }, { purpose: 'rail', balance: yuan(rail) }], total: yuan(total) });
    expect(trial('-3.10', '0.00')).toMatchObject({ total: 0n, holds: true });
    expect(trial('-3.100001', '0.00')).toMatchObject({ total: -1n, holds: false }); // whatever the exchange says
    expect(trial('-3.10', '0.01').holds).toBe(false);
  });
  test('leads from line to line', () => {
    const line = (sequence: string, amount: string, balance: string): wire.StatementLine => ({ at: '2026-04-13T08:00:00+08:00', sequence, kind: 'payment', amount: yuan(amount), balance: yuan(balance), reason: { contract: 'C-1' } });
    const of = (lines: wire.StatementLine[], closing: string) => statement_of(money_of(yuan('1.00')), money_of(yuan(closing)), lines, true);
    expect(of([line('1', '2.00', '3.00'), line('1', '-0.50', '2.50')], '2.50')).toMatchObject({ holds: true });
    expect(of([line('1', '2.00', '3.00'), line('2', '-0.50', '2.60')], '2.50').holds).toBe(false);
    expect(of([line('1', '2.00', '3.00')], '2.50').holds).toBe(false);
    expect(of([], '1.00').holds).toBe(true);
    const lines = of([line('7', '2.00', '3.00'), line('7', '-0.50', '2.50')], '2.50').lines;
    expect(new Set(lines.map((one) => one.id)).size).toBe(2);
    expect(lines[0]).toMatchObject({ subject: 'C-1', other: null });
  });
  test('bills come to what contracts and transfers came to', () => {
    const row: wire.BillRow = { contract: 'C-1', role: 'buyer', state: 'ended', deliveredSeconds: '7200', amounts: { payment: yuan('-15.60'), net: yuan('-15.60') } };
    const bill: wire.Bill = {
      participant: 'P-1', name: 'team', asOf: '9', to: '2026-04-13T08:00:00+08:00', opening: yuan('0.00'), closing: yuan('984.40'), contracts: 1,
      totals: { payment: yuan('-15.60'), deposit: yuan('1000.00'), net: yuan('984.40') }, items: [row],
    };
    expect(bill_of(bill, [row], true)).toMatchObject({ holds: true, complete: true });
    expect(bill_of({ ...bill, closing: yuan('984.41') }, [row], true).holds).toBe(false);
    expect(bill_of(bill, [], true).holds).toBe(false); // a row is missing
    expect(bill_of(bill, [], false).holds).toBe(true); // and known to be
    expect(bill_of(bill, [{ ...row, amounts: { payment: yuan('-15.60'), net: yuan('-15.50') } }], false).holds).toBe(false);
  });
});
