// States, reasons and ways of orders in words. Every value of the contract has a key here.
import type { wire } from '../api';
import type { Tone } from '../ui';
import type { Key } from '../words/index.svelte';

type Say = (key: Key, values?: Record<string, string | number>) => string;
type Reason = NonNullable<wire.Why['reason']>;
type Standing = NonNullable<wire.Why['standing']>;

const kStates: Record<wire.OrderState, Key> = {
  waiting: 'order.waiting', running: 'order.running', done: 'order.done', left: 'order.left', cancelled: 'order.cancelled', refused: 'order.refused', awarded: 'order.awarded',
};
export const kOrderStates = Object.keys(kStates) as wire.OrderState[];
export const order_state = (state: wire.OrderState, say: Say): string => say(kStates[state]);
const kTones: Record<wire.OrderState, Tone> = { waiting: 'plain', running: 'good', done: 'good', left: 'warn', cancelled: 'plain', refused: 'bad', awarded: 'good' };
export const order_tone = (state: wire.OrderState): Tone => kTones[state];

const kReasons: Record<Reason, [Key, Key]> = {
  PLACED: ['why.placed', 'why.placed_text'],
  NOT_ELIGIBLE: ['why.not_eligible', 'why.not_eligible_text'],
  NO_COMPATIBLE_HUB: ['why.no_hub', 'why.no_hub_text'],
  GANG_TOO_LARGE: ['why.too_large', 'why.too_large_text'],
  DATA_UNREACHABLE: ['why.no_data', 'why.no_data_text'],
  WINDOW_TOO_TIGHT: ['why.too_tight', 'why.too_tight_text'],
  GREEN_UNMET: ['why.no_green', 'why.no_green_text'],
  POLICY_CAP: ['why.cap', 'why.cap_text'],
  PRECEDENCE_UNMET: ['why.after', 'why.after_text'],
  OUTBID: ['why.outbid', 'why.outbid_text'],
  PARADOXICALLY_REJECTED: ['why.paradox', 'why.paradox_text'],
};
export const reason_title = (reason: Reason, say: Say): string => say(kReasons[reason][0]);
export const reason_text = (reason: Reason, say: Say): string => say(kReasons[reason][1]);

const kStandings: Record<Standing, Key> = {
  'in-book': 'why.in_book', 'after-gate': 'why.after_gate', later: 'why.later', started: 'why.started', gone: 'why.gone', 'passed-over': 'why.passed_over',
};
export const standing_text = (standing: Standing | undefined, say: Say): string => say(standing ? kStandings[standing] : 'state.none');

const kRows = { capacity: 'why.row_capacity', nodes: 'why.row_nodes', zone: 'why.row_zone', link: 'why.row_link', cap: 'why.row_cap' } as const;
/** What stands in the way: "capacity of guian/H800". */
export const obstacle_text = (obstacle: { kind: keyof typeof kRows | 'other'; what: string }, say: Say): string =>
  obstacle.kind === 'other' ? obstacle.what : say(kRows[obstacle.kind], { what: obstacle.what });
