// What the audit's page shows. Pure.
import { hhi_of, parts_of, type EventRow, type Group, type MoneyRow, type RuleHit, type RuleKind, type TextCheck } from '../../model';
import type { Bar } from '../../charts';
import type { Column } from '../../ui';
import { format_count, format_money, format_share, format_time, wire_money, type Language } from '../../units';
import type { Key } from '../../words/index.svelte';

type Say = (key: Key, values?: Record<string, string | number>) => string;
export const kTabs = ['chain', 'events', 'rules', 'concentration'] as const;
export type Tab = (typeof kTabs)[number];
export const kTopics = ['order', 'block', 'contract', 'round', 'hub', 'data', 'money', 'participant', 'key', 'halt', 'rules', 'webhook', 'request', 'history', 'resale', 'calendar'] as const;

export const event_columns = (say: Say): Column<EventRow>[] => [
  { id: 'sequence', title: say('audit.command'), text: (row) => row.id, sort: (row) => row.sequence, number: true, width: '112px' },
  { id: 'at', title: say('audit.at'), text: (row) => format_time(row.at), sort: (row) => row.at.unix, width: '184px' },
  { id: 'type', title: say('audit.type'), text: (row) => row.type, sort: (row) => row.type, width: '192px' },
  { id: 'actors', title: say('audit.actor'), text: (row) => row.actors.join(' → '), sort: (row) => row.actors[0] ?? null, width: '128px' },
  { id: 'text', title: say('audit.what'), text: (row) => row.text, width: 'minmax(360px, 6fr)' },
];

/** "delivery" is missed, and has its penalty: a bar says which. */
export const rule_bars = (hits: readonly RuleHit[], say: Say, title: (code: string) => string): Bar[] =>
  hits.map((hit) => ({ title: hit.kind === 'refused' ? title(hit.rule) : `${say(kRuleKinds[hit.kind])} · ${hit.rule}`, parts: [hit.count] }));

const kRuleKinds: Record<RuleKind, Key> = { refused: 'audit.refused', halted: 'audit.halted', missed: 'audit.missed', penalty: 'audit.penalty', unsolved: 'audit.unsolved', broken: 'audit.broken' };
export const rule_columns = (language: Language, say: Say, title: (code: string) => string): Column<RuleHit>[] => [
  { id: 'kind', title: say('audit.kind'), text: (row) => say(kRuleKinds[row.kind]), csv: (row) => row.kind, sort: (row) => row.kind },
  { id: 'rule', title: say('audit.rule'), text: (row) => (row.kind === 'refused' ? title(row.rule) : row.rule), csv: (row) => row.rule, sort: (row) => row.rule, width: 'minmax(240px, 3fr)' },
  { id: 'count', title: say('audit.count'), text: (row) => format_count(row.count, language), csv: (row) => String(row.count), sort: (row) => row.count, number: true },
  { id: 'last', title: say('audit.last'), text: (row) => format_time(row.last), sort: (row) => row.last.unix, width: '184px' },
  { id: 'sequence', title: say('audit.command'), text: (row) => row.sequence, number: true },
];

export const check_columns = (language: Language, say: Say): Column<TextCheck>[] => [
  { id: 'round', title: say('audit.round'), text: (row) => row.round, width: '96px' },
  { id: 'part', title: say('audit.part'), text: (row) => say(row.part === 'book' ? 'audit.book' : 'audit.certificate'), csv: (row) => row.part },
  { id: 'bytes', title: say('audit.bytes'), text: (row) => format_count(row.bytes, language), csv: (row) => String(row.bytes), sort: (row) => row.bytes, number: true },
  { id: 'holds', title: say('audit.result'), text: (row) => say(row.holds ? 'audit.same' : 'audit.differs'), sort: (row) => (row.holds ? 1 : 0) },
  { id: 'told', title: say('audit.hash_told'), text: (row) => row.told, width: 'minmax(240px, 3fr)' },
  { id: 'found', title: say('audit.hash_found'), text: (row) => row.found, width: 'minmax(240px, 3fr)' },
];

export function money_columns(language: Language, say: Say): Column<MoneyRow>[] {
  const column = (id: 'before' | 'moved' | 'reckoned' | 'told', title: Key): Column<MoneyRow> => ({
    id, title: say(title), text: (row) => format_money(row[id], language, [2, 6]), csv: (row) => wire_money(row[id]).amount, sort: (row) => row[id], number: true, width: 'minmax(136px, 1fr)',
  });
  return [
    { id: 'purpose', title: say('ledger.purpose'), text: (row) => row.purpose, sort: (row) => row.purpose },
    column('before', 'audit.money_before'),
    column('moved', 'audit.money_moved'),
    column('reckoned', 'audit.money_reckoned'),
    column('told', 'audit.money_told'),
    { id: 'holds', title: say('audit.result'), text: (row) => say(row.holds ? 'audit.same' : 'audit.differs') },
  ];
}

export const kLargest = 3;
export const share_bars = (groups: readonly Group[], note: (hhi: number) => string): Bar[] => groups.map((group) => ({ title: group.name, parts: parts_of(group, kLargest), note: note(group.hhi) }));

export function group_columns(language: Language, say: Say, unit: string): Column<Group>[] {
  const top = (group: Group, at: number) => group.shares[at];
  const largest = (group: Group, count: number) => group.shares.slice(0, count).reduce((sum, one) => sum + one.share, 0);
  return [
    { id: 'name', title: say('audit.group'), text: (row) => row.name || say('audit.whole'), sort: (row) => row.name },
    { id: 'total', title: unit, text: (row) => format_count(Math.round(row.total), language), csv: (row) => row.total.toFixed(2), sort: (row) => row.total, number: true },
    { id: 'many', title: say('audit.many'), text: (row) => format_count(row.shares.length, language), csv: (row) => String(row.shares.length), sort: (row) => row.shares.length, number: true },
    { id: 'first', title: say('audit.largest'), text: (row) => top(row, 0)?.who ?? say('state.none') },
    { id: 'share', title: say('audit.share'), text: (row) => format_share(top(row, 0)?.share ?? 0, language), sort: (row) => top(row, 0)?.share ?? 0, number: true },
    { id: 'three', title: say('audit.three'), text: (row) => format_share(largest(row, 3), language), sort: (row) => largest(row, 3), number: true },
    { id: 'hhi', title: say('audit.hhi'), text: (row) => format_count(row.hhi, language), csv: (row) => String(hhi_of(row.shares)), sort: (row) => row.hhi, number: true },
  ];
}

/** As competition authorities read it. */
export const hhi_tone = (hhi: number): { tone: 'good' | 'warn' | 'bad'; text: Key } =>
  hhi < 1_500 ? { tone: 'good', text: 'audit.hhi_low' } : hhi < 2_500 ? { tone: 'warn', text: 'audit.hhi_middle' } : { tone: 'bad', text: 'audit.hhi_high' };
