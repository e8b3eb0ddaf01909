// Money is a whole number of micro-yuan. It crosses the wire as a decimal string and never becomes
// a floating-point number, except for a length or a colour on the screen (`approximate`).
import { number_format } from './formats';
import type { Language } from './language';

export type Micro = bigint & { readonly unit: 'micro-yuan' };
export interface WireMoney {
  amount: string;
  currency: 'CNY';
}

const kPerYuan = 1_000_000n;
const kDecimals = 6;
const kForm = /^(-?)(\d{1,13})(?:\.(\d{1,6}))?$/;

export const micro = (value: bigint): Micro => value as Micro;

/** The amount of a decimal text; null where it is none, or too fine. */
export function parse_money(text: string): Micro | null {
  const found = kForm.exec(text.trim());
  if (!found) return null;
  const [, sign, whole = '', fraction = ''] = found;
  const size = BigInt(whole) * kPerYuan + BigInt(fraction.padEnd(kDecimals, '0'));
  return micro(sign ? -size : size);
}

/** What the exchange says. It keeps to its contract, so anything else is a defect. */
export function money_of(wire: WireMoney): Micro {
  const value = parse_money(wire.amount);
  if (value === null) throw new RangeError(`not an amount: ${wire.amount}`);
  return value;
}

/** As the exchange wants it: at least two decimals, no more than needed. */
export function wire_money(value: Micro): WireMoney {
  return { amount: plain(value, 2, kDecimals), currency: 'CNY' };
}

// Rounded half away from zero to at most `most` decimals.
function plain(value: Micro, least: number, most: number): string {
  const [sign, whole, fraction] = parts(value, least, most);
  return `${sign}${whole}${fraction ? `.${fraction}` : ''}`;
}

function parts(value: Micro, least: number, most: number): [string, bigint, string] {
  const step = 10n ** BigInt(kDecimals - most);
  const size = value < 0n ? -value : value;
  const rounded = ((size + step / 2n) / step) * step;
  let fraction = (rounded % kPerYuan).toString().padStart(kDecimals, '0').slice(0, most);
  while (fraction.length > least && fraction.endsWith('0')) fraction = fraction.slice(0, -1);
  return [value < 0n && rounded > 0n ? '-' : '', rounded / kPerYuan, fraction];
}

/** With separators and currency, by default 2 to 4 decimals: ¥1,234.50. A real minus sign. */
export function format_money(value: Micro, language: Language, decimals: [number, number] = [2, 4]): string {
  const [sign, whole, fraction] = parts(value, ...decimals);
  const digits = number_format(language).format(whole);
  return `${sign ? '−' : ''}¥${digits}${fraction ? `.${fraction}` : ''}`;
}

/** Three figures, for axes and tiles: ¥1.23万, ¥12.3k. */
export function format_money_short(value: Micro, language: Language): string {
  const format = number_format(language, { notation: 'compact', maximumSignificantDigits: 3 });
  const text = format.format(approximate(value));
  return text.startsWith('-') ? `−¥${text.slice(1)}` : `¥${text}`;
}

/** Yuan, for drawing only. */
export const approximate = (value: Micro): number => Number(value) / Number(kPerYuan);
