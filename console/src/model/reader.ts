// Who reads, as far as the exchange lets a reader know: nobody tells a key whose it is, but each sees
// its own accounts, and only those who watch over the market see everybody's.
import { list_all, routes, type Client } from '../api';

export type Reader =
  | { kind: 'public' }
  | { kind: 'one'; participant: string }
  | { kind: 'overseer' }; // operator, auditor or regulator

export const kExchange = 'P-0';

export function reader_of(participants: readonly string[]): Reader {
  const [first, ...others] = [...new Set(participants)];
  if (first === undefined) return { kind: 'public' };
  return others.length || first === kExchange ? { kind: 'overseer' } : { kind: 'one', participant: first };
}

export async function find_reader(client: Client, signal: AbortSignal): Promise<Reader> {
  if (!client.signed_in) return { kind: 'public' };
  const { items } = await list_all(client, routes.listAccounts, { pageSize: 2 }, 2, { signal });
  return reader_of(items.map((item) => item.participant));
}
