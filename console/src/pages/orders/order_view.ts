// What the page of an order shows of it. Pure.
import type { wire } from '../../api';
import type { StageId } from '../../model';
import { format_count, format_duration, format_money, format_ppm, format_time, money_of, time_of, type Language } from '../../units';
import type { Key } from '../../words/index.svelte';

type Say = (key: Key, values?: Record<string, string | number>) => string;

export const kStageNames: Record<StageId, Key> = {
  submitted: 'stage.submitted', cleared: 'stage.cleared', dispatched: 'stage.dispatched', running: 'stage.running', metered: 'stage.metered', settled: 'stage.settled',
};

export const kEndReasons: Record<wire.EndReason, Key> = { completed: 'end.completed', failed: 'end.failed', preempted: 'end.preempted', cancelled: 'end.cancelled' };
const kPhases: Record<string, Key> = {
  dispatched: 'phase.dispatched', staging: 'phase.staging', submitted: 'phase.submitted', running: 'phase.running', ending: 'phase.ending', 'stage-out': 'phase.stage_out', stuck: 'phase.stuck', settled: 'phase.settled',
};
/** A phase that is not known yet stands for itself. */
export function phase_text(phase: string, say: Say): string {
  const key = kPhases[phase];
  return key ? say(key) : phase;
}

/** What is told of a contract: each has a name here, and the compiler sees to it. */
type Told = Extract<wire.Event['type'], `contract.${string}` | `resale.${string}`>;
const kEvents: Record<Told, Key> = {
  'contract.started': 'event.started', 'contract.extended': 'event.extended', 'contract.granted': 'event.granted', 'contract.metered': 'event.metered', 'contract.ended': 'event.ended',
  'contract.settled': 'event.settled', 'contract.reported': 'event.reported', 'contract.missed': 'event.missed', 'contract.presumed': 'event.presumed', 'contract.told': 'event.told',
  'contract.concluded': 'event.concluded', 'contract.shrunk': 'event.shrunk', 'contract.own': 'event.own',
  'resale.offered': 'resale.offered', 'resale.opened': 'resale.opened', 'resale.taken': 'resale.taken', 'resale.metered': 'resale.metered',
  'resale.earned': 'resale.earned', 'resale.presumed': 'resale.presumed', 'resale.spared': 'resale.spared', 'resale.returned': 'resale.returned', 'resale.refunded': 'resale.refunded',
  'resale.over': 'resale.over', 'resale.closed': 'resale.closed',
};
export function event_title(event: wire.Event, say: Say): string {
  const key = (kEvents as Partial<Record<string, Key>>)[event.type];
  return key ? say(key) : event.type;
}

function resale_detail(event: wire.Event, language: Language, say: Say): string {
  const money = (value: wire.Money) => format_money(money_of(value), language, [2, 4]);
  const time = (text: string) => format_time(time_of(text));
  switch (event.type) {
    case 'resale.offered': return say('resale.offered_text', { devices: format_count(event.devices, language), from: time(event.from), until: time(event.until) });
    case 'resale.opened': return say('resale.opened_text', { devices: format_count(event.devices, language), owed: money(event.owed) });
    case 'resale.taken': return say('resale.taken_text', { devices: format_count(event.devices, language) });
    case 'resale.metered': return say('event.metered_text', { paid: money(event.paid), until: time(event.until) });
    case 'resale.earned': return say('resale.earned_text', { income: money(event.income) });
    case 'resale.presumed':
      return say(event.of === 'income' ? 'resale.presumed_income' : 'resale.presumed_owed', { amount: money(event.amount), until: time(event.until) });
    case 'resale.spared': return say('resale.spared_text', { seconds: format_count(BigInt(event.deviceSeconds), language), paid: money(event.paid) });
    case 'resale.returned':
    case 'resale.refunded': return money(event.amount);
    case 'resale.over': return say('event.until', { time: time(event.until) });
    default: return '';
  }
}

/** What an event of a contract says beside its kind. */
export function event_detail(event: wire.Event, language: Language, say: Say, title_of = (hub: string): string => hub): string {
  const money = (value: wire.Money) => format_money(money_of(value), language, [2, 4]);
  const time = (text: string) => format_time(time_of(text));
  switch (event.type) {
    case 'contract.started': return say('event.started_text', { devices: format_count(event.devices, language), class: event.class, hub: title_of(event.hub), price: money(event.price), end: time(event.expectedEnd) });
    case 'contract.extended': return say('event.until', { time: time(event.until) });
    case 'contract.granted': return say('event.granted_text', { cost: money(event.cost), until: time(event.until) });
    case 'contract.metered': return say('event.metered_text', { paid: money(event.paid), until: time(event.until) });
    case 'contract.ended': return say('event.ended_text', { reason: say(kEndReasons[event.reason]), done: format_ppm(event.donePpm, language) });
    case 'contract.settled': return say('event.settled_text', { penalty: money(event.penalty) });
    case 'contract.reported': return event.detail ? say('event.reported_detail', { phase: phase_text(event.phase, say), detail: event.detail }) : phase_text(event.phase, say);
    case 'contract.missed': return say('event.until', { time: time(event.until) });
    case 'contract.presumed': return say('event.presumed_text', { amount: money(event.amount), until: time(event.until) });
    case 'contract.told': return say('event.until', { time: time(event.until) });
    case 'contract.concluded':
      return say('event.concluded_text', { missed: format_duration(event.missedSeconds, language), refund: money(event.refund), penalty: money(event.penalty) });
    case 'contract.shrunk': return say('event.shrunk_text', { devices: format_count(event.devices, language) });
    default: return resale_detail(event, language, say);
  }
}
