// What the ledger's page shows. Pure.
import type { LineSeries, SignedBar } from '../../charts';
import type { AmountName, Amounts, Balance, BillLine, StatementLine, TransferView, Trial } from '../../model';
import type { Column } from '../../ui';
import { approximate, format_count, format_decimal, format_money, format_time, wire_money, type Language, type Micro } from '../../units';
import type { Key } from '../../words/index.svelte';
import { account_text, kind_text, kPublicPlace, kPurposes } from '../money_words';

type Say = (key: Key) => string;
export const kTabs = ['accounts', 'statement', 'contracts', 'transfers', 'balance'] as const;
export type Tab = (typeof kTabs)[number];

function money<T>(id: string, title: string, of: (row: T) => Micro, language: Language): Column<T> {
  return { id, title, text: (row) => format_money(of(row), language, [2, 6]), csv: (row) => wire_money(of(row)).amount, sort: of, number: true, width: 'minmax(152px, 1fr)' };
}

export const balance_columns = (language: Language, say: Say): Column<Balance>[] => [
  { id: 'participant', title: say('ledger.participant'), text: (row) => (row.participant === kPublicPlace ? say('ledger.exchange') : row.participant), csv: (row) => row.participant, sort: (row) => row.participant },
  { id: 'purpose', title: say('ledger.purpose'), text: (row) => say(kPurposes[row.purpose]), csv: (row) => row.purpose, sort: (row) => row.purpose },
  money('balance', say('ledger.balance'), (row) => row.amount, language),
];

export const trial_columns = (language: Language, say: Say): Column<Trial['rows'][number]>[] => [
  { id: 'purpose', title: say('ledger.purpose'), text: (row) => say(kPurposes[row.purpose]), csv: (row) => row.purpose, sort: (row) => row.purpose },
  money('balance', say('ledger.balance'), (row) => row.amount, language),
];
export const trial_bars = (trial: Trial, language: Language, say: Say): SignedBar[] =>
  trial.rows.map((row) => ({ title: say(kPurposes[row.purpose]), value: approximate(row.amount), text: format_money(row.amount, language, [2, 6]) }));

export const transfer_columns = (language: Language, say: Say): Column<TransferView>[] => [
  { id: 'id', title: say('ledger.transfer'), text: (row) => row.id, width: '96px' },
  { id: 'at', title: say('ledger.at'), text: (row) => format_time(row.at), sort: (row) => row.at.unix, width: '184px' },
  { id: 'kind', title: say('ledger.kind'), text: (row) => kind_text(row.kind, say), csv: (row) => row.kind, sort: (row) => row.kind, width: '112px' },
  { id: 'from', title: say('ledger.from'), text: (row) => account_text(row.from, say), csv: (row) => row.from ?? '', sort: (row) => row.from },
  { id: 'to', title: say('ledger.to'), text: (row) => account_text(row.to, say), csv: (row) => row.to ?? '', sort: (row) => row.to },
  money('amount', say('ledger.amount'), (row) => row.amount, language),
  { id: 'reference', title: say('ledger.reference'), text: (row) => row.reference ?? '', number: true },
];

export const line_columns = (language: Language, say: Say): Column<StatementLine>[] => [
  { id: 'at', title: say('ledger.at'), text: (row) => format_time(row.at), sort: (row) => row.at.unix, width: '184px' },
  { id: 'sequence', title: say('ledger.sequence'), text: (row) => row.sequence, sort: (row) => BigInt(row.sequence), number: true },
  { id: 'kind', title: say('ledger.kind'), text: (row) => kind_text(row.kind, say), csv: (row) => row.kind, sort: (row) => row.kind },
  { id: 'subject', title: say('ledger.subject'), text: (row) => row.subject ?? '', sort: (row) => row.subject },
  { id: 'other', title: say('ledger.other'), text: (row) => account_text(row.other, say), csv: (row) => row.other ?? '', sort: (row) => row.other, width: 'minmax(128px, 1fr)' },
  money('amount', say('ledger.amount'), (row) => row.amount, language),
  money('balance', say('ledger.balance'), (row) => row.balance, language),
];

const kAmounts: Record<AmountName, Key> = {
  payment: 'ledger.payment', takeOrPay: 'ledger.take_or_pay', premium: 'ledger.premium', penalty: 'ledger.penalty', refund: 'ledger.refund', voucher: 'ledger.voucher', resale: 'ledger.resale', other: 'ledger.rest', deposit: 'ledger.deposit', withdrawal: 'ledger.withdrawal',
};
const kOfContracts: readonly AmountName[] = ['payment', 'takeOrPay', 'premium', 'penalty', 'refund', 'voucher', 'resale', 'other'];

/** Only of what there is: most contracts have a payment and no more. */
export function bill_columns(rows: readonly BillLine[], language: Language, say: Say): Column<BillLine>[] {
  const there = kOfContracts.filter((name) => rows.some((row) => row.amounts.parts.has(name)));
  const none = say('state.none');
  return [
    { id: 'contract', title: say('hub.contract'), text: (row) => row.contract ?? none, sort: (row) => row.contract, width: '88px' },
    { id: 'name', title: say('hub.order'), text: (row) => row.name ?? row.order ?? none, sort: (row) => row.name ?? row.order, width: 'minmax(96px, 2fr)' },
    { id: 'role', title: say('ledger.role'), text: (row) => say(row.role === 'buyer' ? 'ledger.buyer' : 'ledger.supplier'), csv: (row) => row.role, sort: (row) => row.role, width: '88px' },
    { id: 'hub', title: say('hub.title'), text: (row) => row.hub ?? none, sort: (row) => row.hub },
    { id: 'class', title: say('hub.class'), text: (row) => row.accelerator ?? none, sort: (row) => row.accelerator, width: '112px' },
    { id: 'devices', title: say('hub.devices'), text: (row) => (row.devices === null ? none : format_count(row.devices, language)), csv: (row) => String(row.devices ?? ''), sort: (row) => row.devices, number: true, width: '80px' },
    { id: 'state', title: say('hub.state'), text: (row) => say(row.running ? 'hub.running' : 'hub.ended'), csv: (row) => (row.running ? 'running' : 'ended'), sort: (row) => (row.running ? 0 : 1), width: '88px' },
    { id: 'from', title: say('hub.start'), text: (row) => (row.from ? format_time(row.from) : none), sort: (row) => row.from?.unix ?? null, width: '176px' },
    { id: 'delivered', title: say('ledger.delivered'), text: (row) => (row.delivered === null ? none : format_decimal(Number(row.delivered) / 3600, language, 2)), csv: (row) => (row.delivered === null ? '' : (Number(row.delivered) / 3600).toFixed(2)), sort: (row) => row.delivered, number: true, width: '112px' },
    ...there.map((name): Column<BillLine> => ({
      id: name, title: say(kAmounts[name]), number: true, width: 'minmax(120px, 1fr)',
      text: (row) => { const amount = row.amounts.parts.get(name); return amount === undefined ? none : format_money(amount, language, [2, 6]); },
      csv: (row) => { const amount = row.amounts.parts.get(name); return amount === undefined ? '' : wire_money(amount).amount; },
      sort: (row) => row.amounts.parts.get(name) ?? null,
    })),
    money('net', say('ledger.net'), (row) => row.amounts.net, language),
  ];
}
export const total_bars = (totals: Amounts, language: Language, say: Say): SignedBar[] =>
  [...totals.parts].map(([name, amount]) => ({ title: say(kAmounts[name]), value: approximate(amount), text: format_money(amount, language, [2, 2]) }));
export interface TotalRow {
  readonly name: AmountName | 'net';
  readonly amount: Micro;
}
export const total_rows = (totals: Amounts): TotalRow[] => [...[...totals.parts].map(([name, amount]) => ({ name, amount })), { name: 'net', amount: totals.net }];
export const total_columns = (language: Language, say: Say): Column<TotalRow>[] => [
  { id: 'name', title: say('ledger.kind'), text: (row) => say(row.name === 'net' ? 'ledger.net' : kAmounts[row.name]), csv: (row) => row.name },
  money('amount', say('ledger.amount'), (row) => row.amount, language),
];

export const balance_line = (lines: readonly StatementLine[], title: string): { times: number[]; lines: LineSeries[] } => {
  // Of lines of one second the last counts: a chart has one value for it.
  const at = new Map(lines.map((line) => [line.at.unix + line.at.zone, approximate(line.balance)]));
  return { times: [...at.keys()], lines: [{ title, values: [...at.values()], area: true, stepped: true }] };
};

export interface AccountFilter {
  purpose: string;
  text: string;
}
export const accounts_of = (rows: readonly Balance[], filter: AccountFilter): readonly Balance[] =>
  rows.filter((row) => (!filter.purpose || row.purpose === filter.purpose) && (!filter.text || row.participant.toLowerCase().includes(filter.text.toLowerCase())));
export const transfers_of = (rows: readonly TransferView[], kind: string, text: string): readonly TransferView[] => {
  const needle = text.toLowerCase();
  return rows.filter((row) => (!kind || row.kind === kind) && (!needle || `${row.id} ${row.from ?? ''} ${row.to ?? ''} ${row.reference ?? ''}`.toLowerCase().includes(needle)));
};
