// Roles in words, and which of them may do something.
import type { Operation, wire } from '../api';
import { is_known, roles_of, type Reader } from '../model';
import { any_of, type Language } from '../units';
import type { Key } from '../words/index.svelte';

type Say = (key: Key, values?: Record<string, string | number>) => string;

const kNames: Record<wire.Role, Key> = {
  participant: 'role.participant', hub: 'role.hub', operator: 'role.operator', auditor: 'role.auditor', regulator: 'role.regulator',
};
const kPlurals: Record<wire.Role, Key> = {
  participant: 'role.participants', hub: 'role.hubs', operator: 'role.operators', auditor: 'role.auditors', regulator: 'role.regulators',
};

export const role_name = (role: wire.Role, say: Say): string => say(kNames[role]);

/** "auditors or regulators"; everybody's operations are asked about nowhere. */
export const roles_text = (operation: Operation, language: Language, say: Say): string =>
  any_of(roles_of(operation).flatMap((role) => (role === 'public' ? [] : [say(kPlurals[role])])), language);

/** Whom this is for, and as whom the reader is signed in. */
export function not_for(reader: Reader, operation: Operation, language: Language, say: Say): string {
  const roles = roles_text(operation, language, say);
  return is_known(reader) ? say('role.for_others', { roles, name: reader.name, role: role_name(reader.role, say) }) : say('role.for', { roles });
}

/** What the console does for somebody, by the operation that it takes; as in the dialog about the reader. */
export const kDeeds: readonly (readonly [Operation, Key])[] = [
  ['getMarket', 'deed.market'],
  ['getRoundCertificate', 'deed.verify'],
  ['submitOrder', 'deed.submit'],
  ['listOrders', 'deed.orders'],
  ['cancelOrder', 'deed.change'],
  ['readLog', 'deed.output'],
  ['listContracts', 'deed.contracts'],
  ['getStatement', 'deed.money'],
  ['putOffer', 'deed.offer'],
  ['reportNodes', 'deed.nodes'],
  ['setHalt', 'deed.halt'],
  ['getTrialBalance', 'deed.balance'],
  ['readJournal', 'deed.journal'],
  ['startReplay', 'deed.replay'],
];
