// Accounts and movements of money in words. Every value of the contract has a key here.
import type { wire } from '../api';
import type { Key } from '../words/index.svelte';

type Say = (key: Key) => string;

export const kPurposes: Record<wire.Purpose, Key> = {
  cash: 'ledger.cash', hold: 'ledger.hold', margin: 'ledger.margin', voucher: 'ledger.voucher', escrow: 'ledger.escrow', rent: 'ledger.rent', penalty: 'ledger.penalty', rounding: 'ledger.rounding', rail: 'ledger.rail',
};
export const kPurposeNames = Object.keys(kPurposes) as wire.Purpose[];
const kKinds: Record<wire.StatementLine['kind'] | 'rent', Key> = {
  deposit: 'ledger.deposit', withdrawal: 'ledger.withdrawal', transfer: 'ledger.transfer', hold: 'ledger.held', release: 'ledger.release', payment: 'ledger.payment',
  'take-or-pay': 'ledger.take_or_pay', resale: 'ledger.resale', penalty: 'ledger.penalty', voucher: 'ledger.voucher', rent: 'ledger.rent', rounding: 'ledger.rounding', premium: 'ledger.premium', refund: 'ledger.refund',
};
export const kind_text = (kind: string, say: Say): string => { const key = (kKinds as Partial<Record<string, Key>>)[kind]; return key ? say(key) : kind; };
export const kPublicPlace = 'P-0';
/** "P-5 cash" as people read it. */
export function account_text(name: string | null, say: Say): string {
  if (!name) return say('ledger.outside');
  const [participant = '', purpose = ''] = name.split(' ');
  const key = kPurposes[purpose as wire.Purpose];
  return `${participant === kPublicPlace ? say('ledger.exchange') : participant} · ${key ? say(key) : purpose}`;
}
