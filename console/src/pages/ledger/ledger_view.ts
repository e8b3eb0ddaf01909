// What the ledger's page shows. Pure.
import type { LineSeries, SignedBar } from '../../charts';
import type { wire } from '../../api';
import type { Balance, StatementLine, SubjectSum, TransferView, Trial } from '../../model';
import type { Column } from '../../ui';
import { approximate, format_count, format_money, format_time, wire_money, type Language, type Micro } from '../../units';
import type { Key } from '../../words/index.svelte';

type Say = (key: Key) => string;
export const kTabs = ['accounts', 'statement', 'contracts', 'transfers', 'balance'] as const;
export type Tab = (typeof kTabs)[number];

export const kPurposes: Record<wire.Purpose, Key> = {
  cash: 'ledger.cash', hold: 'ledger.hold', margin: 'ledger.margin', voucher: 'ledger.voucher', escrow: 'ledger.escrow', rent: 'ledger.rent', penalty: 'ledger.penalty', rounding: 'ledger.rounding', rail: 'ledger.rail',
};
export const kPurposeNames = Object.keys(kPurposes) as wire.Purpose[];
const kKinds: Record<string, Key> = {
  deposit: 'ledger.deposit', withdrawal: 'ledger.withdrawal', transfer: 'ledger.transfer', hold: 'ledger.held', release: 'ledger.release', payment: 'ledger.payment',
  'take-or-pay': 'ledger.take_or_pay', resale: 'ledger.resale', penalty: 'ledger.penalty', voucher: 'ledger.voucher', rent: 'ledger.rent', rounding: 'ledger.rounding', premium: 'ledger.premium', refund: 'ledger.refund',
};
export const kind_text = (kind: string, say: Say): string => { const key = kKinds[kind]; return key ? say(key) : kind; };
const kPublicPlace = 'P-0';
/** "P-5 cash" as people read it. */
export function account_text(name: string | null, say: Say): string {
  if (!name) return say('ledger.outside');
  const [participant = '', purpose = ''] = name.split(' ');
  const key = kPurposes[purpose as wire.Purpose];
  return `${participant === kPublicPlace ? say('ledger.exchange') : participant} · ${key ? say(key) : purpose}`;
}

function money<T>(id: string, title: string, of: (row: T) => Micro, language: Language): Column<T> {
  return { id, title, text: (row) => format_money(of(row), language, [2, 6]), csv: (row) => wire_money(of(row)).amount, sort: of, number: true, width: 'minmax(128px, 1fr)' };
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

export const subject_columns = (language: Language, say: Say): Column<SubjectSum>[] => [
  { id: 'subject', title: say('ledger.subject'), text: (row) => row.subject ?? say('ledger.not_said'), sort: (row) => row.subject },
  { id: 'lines', title: say('ledger.lines'), text: (row) => format_count(row.lines, language), csv: (row) => String(row.lines), sort: (row) => row.lines, number: true },
  money('came', say('ledger.came'), (row) => row.came, language),
  money('went', say('ledger.went'), (row) => row.went, language),
  money('net', say('ledger.net'), (row) => row.net, language),
  { id: 'last', title: say('ledger.last'), text: (row) => format_time(row.last), sort: (row) => row.last.unix, width: '184px' },
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
