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
/** Of one subject of a statement, usually a contract: what came of it in all. */
export interface SubjectSum {
  readonly subject: string | null;
  readonly lines: number;
  readonly came: Micro;
  readonly went: Micro;
  readonly net: Micro;
  readonly last: Moment;
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

export function by_subject(lines: readonly StatementLine[]): SubjectSum[] {
  const sums = new Map<string | null, { lines: number; came: bigint; went: bigint; last: Moment }>();
  for (const line of lines) {
    const sum = sums.get(line.subject) ?? { lines: 0, came: 0n, went: 0n, last: line.at };
    sum.lines++;
    if (line.amount >= 0n) sum.came += line.amount;
    else sum.went -= line.amount;
    sum.last = line.at;
    sums.set(line.subject, sum);
  }
  return [...sums].map(([subject, sum]) => ({ subject, lines: sum.lines, came: micro(sum.came), went: micro(sum.went), net: micro(sum.came - sum.went), last: sum.last }));
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
