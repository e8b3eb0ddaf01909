// Money as the ledger has it, and what anybody can add up again: all accounts come to nothing, and a
// statement's lines lead from its opening to its closing.
import { list_all, routes, type Client, type StreamMoment, type wire } from '../api';
import { micro, money_of, time_of, type Micro, type Moment } from '../units';
import { find_reader, type Reader } from './reader';
import type { ReadingSource } from './reading.svelte';

export interface Balance {
  readonly participant: string;
  readonly purpose: wire.Purpose;
  readonly amount: Micro;
}
export interface Trial {
  readonly rows: readonly { purpose: wire.Purpose; amount: Micro }[];
  readonly total: Micro; // as we add it up
  readonly told: Micro; // as the exchange says
  readonly holds: boolean; // both are nothing
}
export interface TransferView {
  readonly id: string;
  readonly kind: wire.TransferKind;
  readonly at: Moment;
  readonly from: string | null;
  readonly to: string | null;
  readonly amount: Micro;
  readonly reference: string | null;
}
export interface StatementLine {
  readonly id: string;
  readonly at: Moment;
  readonly sequence: string;
  readonly kind: wire.StatementLine['kind'];
  readonly amount: Micro;
  readonly balance: Micro;
  readonly other: string | null;
  readonly subject: string | null; // what it is about: a contract, an order, a transfer …
}
export interface StatementView {
  readonly opening: Micro;
  readonly closing: Micro;
  readonly lines: readonly StatementLine[];
  readonly complete: boolean;
  readonly holds: boolean; // each line leads to its balance, and the last one to the closing
}
/** What one contract came to in all; amounts as the participant sees them. */
export interface BillLine {
  readonly id: string;
  readonly contract: string | null;
  readonly order: string | null;
  readonly name: string | null;
  readonly role: 'buyer' | 'supplier';
  readonly running: boolean;
  readonly hub: string | null;
  readonly accelerator: string | null;
  readonly devices: number | null;
  readonly from: Moment | null;
  readonly end: Moment | null;
  readonly delivered: bigint | null; // device-seconds
  readonly missed: number | null; // seconds
  readonly amounts: Amounts;
}
export type AmountName = Exclude<keyof wire.BillAmounts, 'net'>;
export interface Amounts {
  readonly parts: ReadonlyMap<AmountName, Micro>;
  readonly net: Micro;
}
export interface BillView {
  readonly name: string;
  readonly opening: Micro;
  readonly closing: Micro;
  readonly totals: Amounts;
  readonly rows: readonly BillLine[];
  readonly complete: boolean;
  readonly holds: boolean; // opening + net = closing; parts = net; rows and transfers = net where all are here
}

const kAccountsMax = 20_000;
const kTransfersMax = 20_000;
const kLinesMax = 20_000;

export const account_name = (account: wire.Account): string => `${account.participant} ${account.purpose}`;

const add = (amounts: readonly Micro[]): Micro => micro(amounts.reduce((sum, one) => sum + one, 0n));

export function trial_of(trial: wire.TrialBalance): Trial {
  const rows = trial.purposes.map((one) => ({ purpose: one.purpose, amount: money_of(one.balance) }));
  const total = add(rows.map((row) => row.amount));
  const told = money_of(trial.total);
  return { rows, total, told, holds: total === 0n && told === 0n };
}

const transfer_of = (transfer: wire.Transfer): TransferView => ({
  id: transfer.id,
  kind: transfer.kind,
  at: time_of(transfer.at),
  from: transfer.from ? account_name(transfer.from) : null,
  to: transfer.to ? account_name(transfer.to) : null,
  amount: money_of(transfer.amount),
  reference: transfer.reference ?? null,
});

const subject_of = (reason: wire.Reason | undefined): string | null => reason?.contract ?? reason?.order ?? reason?.resale ?? reason?.transfer ?? reason?.round ?? null;

export function statement_of(opening: Micro, closing: Micro, items: readonly wire.StatementLine[], complete: boolean): StatementView {
  const lines = items.map((line, at): StatementLine => ({
    id: `${line.sequence} ${at}`,
    at: time_of(line.at),
    sequence: line.sequence,
    kind: line.kind,
    amount: money_of(line.amount),
    balance: money_of(line.balance),
    other: line.other ? account_name(line.other) : null,
    subject: subject_of(line.reason),
  }));
  let [at, holds] = [opening as bigint, true];
  for (const line of lines) {
    at += line.amount;
    holds &&= at === line.balance;
  }
  return { opening, closing, lines, complete, holds: holds && at === closing };
}

function amounts_of(amounts: wire.BillAmounts): Amounts {
  const parts = new Map<AmountName, Micro>();
  for (const [name, amount] of Object.entries(amounts)) if (name !== 'net') parts.set(name as AmountName, money_of(amount));
  return { parts, net: money_of(amounts.net) };
}
const part = (amounts: Amounts, name: AmountName): Micro => amounts.parts.get(name) ?? micro(0n);

const bill_line = (row: wire.BillRow, at: number): BillLine => ({
  id: row.contract ?? `${row.role} ${at}`,
  contract: row.contract ?? null,
  order: row.order ?? null,
  name: row.name ?? null,
  role: row.role,
  running: row.state === 'running',
  hub: row.hub ?? null,
  accelerator: row.class ?? null,
  devices: row.devices ?? null,
  from: row.from ? time_of(row.from) : null,
  end: row.end ? time_of(row.end) : row.until ? time_of(row.until) : null,
  delivered: row.deliveredSeconds === undefined ? null : BigInt(row.deliveredSeconds),
  missed: row.missedSeconds ?? null,
  amounts: amounts_of(row.amounts),
});

export function bill_of(bill: wire.Bill, items: readonly wire.BillRow[], complete: boolean): BillView {
  const [opening, closing, totals] = [money_of(bill.opening), money_of(bill.closing), amounts_of(bill.totals)];
  const rows = items.map(bill_line);
  const of_rows = add(rows.map((row) => row.amounts.net)) + part(totals, 'deposit') + part(totals, 'withdrawal');
  const of_parts = [totals, ...rows.map((row) => row.amounts)].every((amounts) => add([...amounts.parts.values()]) === amounts.net);
  const holds = opening + totals.net === closing && of_parts && (!complete || of_rows === totals.net - (totals.parts.get('other') ?? 0n) + add(rows.map((row) => part(row.amounts, 'other'))));
  return { name: bill.name, opening, closing, totals, rows, complete, holds };
}

// ---- Sources

const moves_money = (moment: StreamMoment): boolean => moment.events.some((event) => /^(money|contract|round|resale|participant)\./.test(event.type));

export const reader_source = (client: Client): ReadingSource<Reader> => ({ concerns: () => false, read: (signal) => find_reader(client, signal) });

export const accounts_source = (client: Client): ReadingSource<{ rows: Balance[]; complete: boolean }> => ({
  concerns: moves_money,
  async read(signal) {
    const { items, complete } = await list_all(client, routes.listAccounts, {}, kAccountsMax, { signal });
    return { rows: items.map((item) => ({ participant: item.participant, purpose: item.purpose, amount: money_of(item.balance) })), complete };
  },
});

export const trial_source = (client: Client): ReadingSource<Trial> => ({
  concerns: moves_money,
  read: async (signal) => trial_of((await routes.getTrialBalance(client, {}, { signal })).value),
});

export const transfers_source = (client: Client): ReadingSource<{ rows: TransferView[]; complete: boolean }> => ({
  concerns: (moment) => moment.events.some((event) => event.type === 'money.moved'),
  async read(signal) {
    const { items, complete } = await list_all(client, routes.listTransfers, {}, kTransfersMax, { signal });
    return { rows: items.map(transfer_of), complete };
  },
});

export interface StatementQuery {
  participant: string;
  purpose: wire.Purpose;
}

export const statement_source = (client: Client, of: StatementQuery): ReadingSource<StatementView> => ({
  concerns: moves_money,
  async read(signal) {
    const items: wire.StatementLine[] = [];
    let [token, opening, closing]: [string | undefined, Micro | null, Micro] = [undefined, null, micro(0n)];
    do {
      const { value }: { value: wire.Statement } = await routes.getStatement(client, { ...of, pageSize: 1000, pageToken: token }, { signal });
      opening ??= money_of(value.opening);
      closing = money_of(value.closing);
      for (const item of value.items) items.push(item);
      token = value.nextPageToken;
    } while (token && items.length < kLinesMax);
    return statement_of(opening, closing, items, !token);
  },
});

export const bill_source = (client: Client, participant: string): ReadingSource<BillView> => ({
  concerns: moves_money,
  async read(signal) {
    const items: wire.BillRow[] = [];
    let [token, first]: [string | undefined, wire.Bill | null] = [undefined, null];
    do {
      const { value }: { value: wire.Bill } = await routes.getBill(client, { participant, pageSize: 1000, pageToken: token }, { signal });
      first ??= value;
      for (const item of value.items) items.push(item);
      token = value.nextPageToken;
    } while (token && items.length < kLinesMax);
    return bill_of(first, items, !token);
  },
});

/** The same as the exchange writes it: a file for spreadsheets, or a page for print. */
export const bill_text = async (client: Client, participant: string, format: 'csv' | 'html', lang: 'en' | 'zh'): Promise<string> =>
  (await client.call<string>({ method: 'GET', target: `/v1/statements/${encodeURIComponent(participant)}`, form: 'text', query: { format, lang } })).value;
