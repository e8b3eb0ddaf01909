import { expect, test } from 'vitest';

import type { wire } from '../../api';
import en from '../../words/en.json';
import { event_detail, event_title } from './order_view';

const say = (key: keyof typeof en, values: Record<string, string | number> = {}): string => en[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
const told = (type: string, fields: object): wire.Event =>
  ({ type, sequence: '9', part: 0, at: '2026-04-13T10:00:00+08:00', contract: 'C-1', resale: 'S-1', ...fields }) as unknown as wire.Event;
const yuan = (amount: string): wire.Money => ({ amount, currency: 'CNY' });

test('what is held for devices given up has words of its own', () => {
  const presumed = (of: 'income' | 'owed') => told('resale.presumed', { of, from: '2026-04-13T08:00:00+08:00', until: '2026-04-13T09:00:00+08:00', amount: yuan('12.50') });
  expect(event_title(presumed('income'), say)).toBe('Held in escrow');
  expect(event_detail(presumed('income'), 'en', say)).toMatch(/12\.50 of its income until .*09:00/);
  expect(event_detail(presumed('owed'), 'en', say)).toMatch(/12\.50 of what it owes until/);
  expect(event_detail(told('resale.spared', { deviceSeconds: '28800', paid: yuan('0.00') }), 'en', say)).toMatch(/^28,800 device-seconds; .*0\.00 paid now$/);
  expect(event_title(told('resale.returned', {}), say)).toBe('Income given back');
  expect(event_detail(told('resale.refunded', { amount: yuan('3.00') }), 'en', say)).toMatch(/3\.00$/);
});

test('an event that is not known yet stands for itself', () => {
  expect(event_title(told('resale.invented', {}), say)).toBe('resale.invented');
  expect(event_detail(told('resale.invented', {}), 'en', say)).toBe('');
});
