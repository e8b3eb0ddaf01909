// A schematic map: where places lie, roughly, with room between them for names.
export interface Spot {
  name: string;
  latitude: number;
  longitude: number;
}
export interface Placed {
  name: string;
  x: number;
  y: number;
}
export interface Box {
  width: number;
  height: number;
  margin_x: number;
  margin_y: number;
  apart: number; // pixels between two centres, at least
}

const kRounds = 120;

/** Equirectangular at the middle latitude, fitted into the box, then moved apart; north stays up.
    Deterministic: the same places lie in the same way on every screen of this size. */
export function lay_out(spots: readonly Spot[], box: Box): Placed[] {
  if (!spots.length) return [];
  const middle = spots.reduce((sum, spot) => sum + spot.latitude, 0) / spots.length;
  const stretch = Math.cos((middle * Math.PI) / 180);
  const flat = spots.map((spot) => ({ name: spot.name, x: spot.longitude * stretch, y: -spot.latitude }));
  const [left, right] = extent(flat.map((one) => one.x));
  const [top, bottom] = extent(flat.map((one) => one.y));
  const inner = { width: box.width - 2 * box.margin_x, height: box.height - 2 * box.margin_y };
  const fit = (value: number, low: number, high: number, size: number) => (high === low ? size / 2 : ((value - low) / (high - low)) * size);
  const placed = flat.map((one) => ({
    name: one.name,
    x: box.margin_x + fit(one.x, left, right, inner.width),
    y: box.margin_y + fit(one.y, top, bottom, inner.height),
  }));
  for (let round = 0; round < kRounds && push_apart(placed, box); round++);
  return placed;
}

function extent(values: number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

// True where anything had to move.
function push_apart(placed: Placed[], box: Box): boolean {
  let moved = false;
  for (const [i, a] of placed.entries()) {
    for (const b of placed.slice(i + 1)) {
      const [dx, dy] = [b.x - a.x, b.y - a.y];
      const distance = Math.hypot(dx, dy);
      if (distance >= box.apart) continue;
      moved = true;
      const push = (box.apart - distance) / 2 + 0.1;
      // Two at the same place part from west to east.
      const [ux, uy] = distance > 0 ? [dx / distance, dy / distance] : [1, 0];
      a.x -= ux * push;
      a.y -= uy * push;
      b.x += ux * push;
      b.y += uy * push;
    }
  }
  for (const one of placed) {
    one.x = Math.min(box.width - box.margin_x, Math.max(box.margin_x, one.x));
    one.y = Math.min(box.height - box.margin_y, Math.max(box.margin_y, one.y));
  }
  return moved;
}

/** A line from a to b that bows to its left, so that the way back lies beside it. */
export function bow(a: Placed, b: Placed, start: number, end: number): { path: string; middle: { x: number; y: number } } {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = Math.hypot(dx, dy) || 1;
  const lift = Math.min(36, length * 0.14);
  const control = { x: (a.x + b.x) / 2 + (dy / length) * lift, y: (a.y + b.y) / 2 - (dx / length) * lift };
  const from = toward(a, control, start);
  const to = toward(b, control, end);
  const at = (value: number) => value.toFixed(1);
  return {
    path: `M${at(from.x)} ${at(from.y)} Q${at(control.x)} ${at(control.y)} ${at(to.x)} ${at(to.y)}`,
    middle: { x: (from.x + 2 * control.x + to.x) / 4, y: (from.y + 2 * control.y + to.y) / 4 },
  };
}

function toward(from: { x: number; y: number }, to: { x: number; y: number }, by: number): { x: number; y: number } {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  return { x: from.x + ((to.x - from.x) / length) * by, y: from.y + ((to.y - from.y) / length) * by };
}
