// Where blocks of supply and demand stand in a chart. Pure.
import type { Scale } from './scale';
import type { Step } from './Steps.svelte';

export interface StepsPlace {
  x: Scale;
  y: Scale;
  right: number;
  top: number;
  bottom: number;
}

const total = (steps: readonly Step[]) => steps.reduce((sum, step) => sum + step.quantity, 0);
const at = (value: number) => value.toFixed(1);

/**
 * How far the axes go: all of the supply and all that was taken, and a quarter more; prices up to
 * three times the dearest supply or the price agreed. A few orders at any price would flatten the rest.
 */
export function reach_of(supply: readonly Step[], demand: readonly Step[], agreed: number | null): { quantity: number; price: number } {
  const taken = demand.filter((step) => step.taken === true);
  const needed = Math.max(total(supply), total(taken));
  const quantity = needed > 0 ? Math.min(needed * 1.25, Math.max(needed, total(demand))) : total(demand);
  // A book may have more blocks than a call may have arguments.
  const dearest_of = (steps: readonly Step[], least: number) => steps.reduce((most, step) => Math.max(most, step.price), least);
  const anchor = dearest_of(supply, agreed ?? 0);
  const dearest = dearest_of(demand, dearest_of(supply, 0));
  return { quantity: Math.max(1, quantity), price: Math.max(1e-6, anchor > 0 ? Math.min(dearest, anchor * 3) : dearest) * 1.04 };
}

export function block_path(steps: readonly Step[], place: StepsPlace, wanted: (step: Step) => boolean): string {
  let [path, sum] = ['', 0];
  for (const step of steps) {
    const [left, right] = [place.x(sum), Math.min(place.right, place.x(sum + step.quantity))];
    sum += step.quantity;
    if (left >= place.right) break;
    if (wanted(step)) path += `M${at(left)} ${at(place.bottom)}V${at(Math.max(place.top, place.y(step.price)))}H${at(right)}V${at(place.bottom)}Z`;
  }
  return path;
}

export function line_path(steps: readonly Step[], place: StepsPlace): string {
  let [path, sum] = ['', 0];
  for (const step of steps) {
    const height = at(Math.max(place.top, place.y(step.price)));
    path += `${path ? 'L' : 'M'}${at(Math.min(place.right, place.x(sum)))} ${height}`;
    sum += step.quantity;
    path += `H${at(Math.min(place.right, place.x(sum)))}`;
  }
  return path;
}

/** Of the demand that was not taken, so many blocks lie beyond the right edge. */
export function beyond(supply: readonly Step[], demand: readonly Step[]): number {
  const { quantity } = reach_of(supply, demand, null);
  let sum = 0;
  return demand.filter((step) => { sum += step.quantity; return sum - step.quantity >= quantity; }).length;
}
