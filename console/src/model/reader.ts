// Who reads, and what the exchange lets such a reader do: whose credentials they are it says itself
// (GET /me), and who may call what stands in its contract.
import { kRolesOf, routes, type Client, type Operation, type wire } from '../api';

export type KnownReader =
  | { kind: 'one'; participant: string; name: string; role: 'participant' | 'hub' }
  | { kind: 'overseer'; participant: string; name: string; role: 'operator' | 'auditor' | 'regulator' };
export type Reader = { kind: 'public' } | { kind: 'unknown' } | KnownReader;

export const kPublic: Reader = { kind: 'public' };
/** Signed in, but the exchange could not be asked as whom: it will decide. */
export const kUnknown: Reader = { kind: 'unknown' };

export const is_known = (reader: Reader | null): reader is KnownReader => reader?.kind === 'one' || reader?.kind === 'overseer';

/** One who sees what is their own, or one who watches over the market and sees everybody's. */
export function reader_of({ participant, name, role }: wire.Self): KnownReader {
  return role === 'participant' || role === 'hub' ? { kind: 'one', participant, name, role } : { kind: 'overseer', participant, name, role };
}

export async function find_reader(client: Client, signal?: AbortSignal): Promise<Reader> {
  if (!client.signed_in) return kPublic;
  return reader_of((await routes.getMe(client, signal ? { signal } : {})).value);
}

export const roles_of = (operation: Operation): readonly (wire.Role | 'public')[] => kRolesOf[operation];

/** Whether it makes sense to ask at all; whose thing it is the exchange looks at then. */
export function may(reader: Reader, operation: Operation): boolean {
  const roles = roles_of(operation);
  return reader.kind === 'unknown' || roles.includes('public') || (is_known(reader) && roles.includes(reader.role));
}
