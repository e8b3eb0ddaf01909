// Numbers to pixels, and ticks that people can read.
export interface Scale {
  (value: number): number;
  readonly low: number;
  readonly high: number;
}

export function linear(low: number, high: number, from: number, to: number): Scale {
  const span = high - low || 1;
  return Object.assign((value: number) => from + ((value - low) / span) * (to - from), { low, high });
}

function step_of(span: number, count: number): number {
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? 10 * power;
}

/** About `count` round numbers between low and high. */
export function ticks(low: number, high: number, count: number): number[] {
  const span = high - low;
  if (!(span > 0) || count < 1) return [low];
  const step = step_of(span, count);
  const first = Math.ceil(low / step - 1e-9);
  const list: number[] = [];
  for (let at = first; at * step <= high + step * 1e-9; at++) list.push(Number((at * step).toPrecision(12)));
  return list;
}

/** The round number at or above `high` that ends an axis from 0 with about `count` ticks. */
export function axis_end(high: number, count: number): number {
  if (!(high > 0) || count < 1) return high;
  const step = step_of(high, count);
  return Number((Math.ceil(high / step - 1e-9) * step).toPrecision(12));
}

/** One of the six tokens of the scale of one hue, for a share of 1. */
export const tone = (share: number): string => `var(--scale-${Math.min(5, Math.max(0, Math.floor(share * 6)))})`;
export const series = (at: number): string => `var(--series-${at % 8})`;
