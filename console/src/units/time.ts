// Times of the exchange: seconds since 1970 and the zone in which the exchange speaks. They are
// shown in that zone, whatever the zone of the reader's machine is.
import { number_format, time_format } from './formats';
import type { Language } from './language';

export interface Moment {
  readonly unix: number;
  readonly zone: number; // seconds east of Greenwich
}

const kForm = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(:\d{2})?(?:Z|([+-])(\d{2}):(\d{2}))$/;

export function parse_time(text: string): Moment | null {
  const found = kForm.exec(text);
  if (!found) return null;
  const [, date, minutes, seconds = ':00', sign, zone_hours, zone_minutes] = found;
  const zone = sign ? (sign === '-' ? -1 : 1) * (Number(zone_hours) * 3600 + Number(zone_minutes) * 60) : 0;
  const local = Date.parse(`${date}T${minutes}${seconds}Z`);
  // The 31st of February is no day, though some would take it for one of March.
  return Number.isNaN(local) || new Date(local).toISOString().slice(0, 10) !== date ? null : { unix: local / 1000 - zone, zone };
}

/** What the exchange says. It keeps to its contract, so anything else is a defect. */
export function time_of(text: string): Moment {
  const moment = parse_time(text);
  if (!moment) throw new RangeError(`not a time: ${text}`);
  return moment;
}

// Shown as if it were Greenwich's: so the machine's own zone plays no part.
const local = (moment: Moment): Date => new Date((moment.unix + moment.zone) * 1000);

export function wire_time(moment: Moment): string {
  const sign = moment.zone < 0 ? '-' : '+';
  const size = Math.abs(moment.zone);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${local(moment).toISOString().slice(0, 19)}${sign}${two(size / 3600)}:${two((size % 3600) / 60)}`;
}

/** 14:05:09 */
export const format_clock = (moment: Moment): string => local(moment).toISOString().slice(11, 19);

/** 2026-11-28 14:05:09, the same in every language: it sorts. */
export const format_time = (moment: Moment): string => local(moment).toISOString().slice(0, 19).replace('T', ' ');

/** Day and time for people: 28 Nov 14:05, 11月28日 14:05. */
export function format_day(moment: Moment, language: Language): string {
  const parts = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'UTC' } as const;
  return time_format(language, parts).format(local(moment));
}

const kTyped = /^(\d{4})[-/.年]\s*(\d{1,2})[-/.月]\s*(\d{1,2})日?(?:\s*T?\s*(\d{1,2})[:：](\d{2})(?:[:：]\d{2})?)?$/;

/** What people type for a time, as 2026-12-01T08:00; null where it is none. Without an hour it is midnight. */
export function parse_typed_time(text: string): string | null {
  const found = kTyped.exec(text.trim());
  if (!found) return null;
  const [year = '', month = '', day = '', hour = '0', minute = '00'] = found.slice(1).map((part) => part as string | undefined);
  const two = (part: string) => part.padStart(2, '0');
  const made = `${year}-${two(month)}-${two(day)}T${two(hour)}:${minute}`;
  return parse_time(`${made}Z`) ? made : null;
}
/** Year, month, day, as in every language of the console. */
export const format_typed_time = (value: string): string => value.replace('T', ' ');

/** UTC+8, UTC+5:30 */
export function format_zone(moment: Moment): string {
  const size = Math.abs(moment.zone);
  const minutes = (size % 3600) / 60;
  return `UTC${moment.zone < 0 ? '−' : '+'}${Math.floor(size / 3600)}${minutes ? `:${String(minutes).padStart(2, '0')}` : ''}`;
}

/** 0:07, 12:30, 3:04:05: for a countdown. */
export function format_countdown(seconds: number): string {
  const left = Math.max(0, Math.ceil(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(left / 3600);
  const minutes = Math.floor((left % 3600) / 60);
  return hours ? `${hours}:${two(minutes)}:${two(left % 60)}` : `${minutes}:${two(left % 60)}`;
}

const kSteps: readonly [number, string][] = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
];

/** The two largest units: 3 hr 12 min, 3小时12分钟. */
export function format_duration(seconds: number, language: Language): string {
  let left = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  for (const [size, unit] of kSteps) {
    const count = Math.floor(left / size);
    left -= count * size;
    if ((!count && (parts.length || size > 1)) || parts.length === 2) continue;
    const format = { style: 'unit', unit, unitDisplay: 'short' } as const;
    parts.push(number_format(language, format).format(count));
  }
  return parts.join(language === 'zh' ? '' : ' ');
}
