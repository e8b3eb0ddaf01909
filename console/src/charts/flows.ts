// Bands of a flow chart: ends on both sides in the order of their size, bands in that of the ends.
export interface FlowLike {
  from: string;
  to: string;
  size: number;
}
export interface FlowBox {
  left: number;
  right: number;
  height: number;
  gap: number;
}
interface End {
  side: 'from' | 'to';
  name: string;
  y: number;
  height: number;
}
interface Band<F> {
  flow: F;
  path: string;
  width: number;
  from: number; // which end on the left
}

export function bands_of<F extends FlowLike>(flows: readonly F[], box: FlowBox): { ends: End[]; bands: Band<F>[] } {
  const drawn = flows.filter((flow) => flow.size > 0);
  const total = drawn.reduce((sum, flow) => sum + flow.size, 0);
  const left = sums(drawn, (flow) => flow.from);
  const right = sums(drawn, (flow) => flow.to);
  const gaps = Math.max(left.length, right.length, 1) - 1;
  const unit = total > 0 ? Math.max(0, box.height - gaps * box.gap) / total : 0;
  const ends = [...column('from', left, unit, box), ...column('to', right, unit, box)];
  const places = new Map(ends.map((end) => [`${end.side} ${end.name}`, end.y]));
  const order = (names: [string, number][]) => new Map(names.map(([name], at) => [name, at]));
  const [lefts, rights] = [order(left), order(right)];
  const rank = (flow: F) => (lefts.get(flow.from) ?? 0) * right.length + (rights.get(flow.to) ?? 0);
  const bands = [...drawn].sort((a, b) => rank(a) - rank(b)).map((flow) => {
    const width = flow.size * unit;
    const take = (key: string) => {
      const y = places.get(key) ?? 0;
      places.set(key, y + width);
      return y + width / 2;
    };
    const [from, to] = [take(`from ${flow.from}`), take(`to ${flow.to}`)];
    const middle = (box.left + box.right) / 2;
    return { flow, width, from: lefts.get(flow.from) ?? 0, path: `M${box.left} ${from}C${middle} ${from} ${middle} ${to} ${box.right} ${to}` };
  });
  return { ends, bands };
}

// The largest first; names decide between equals.
function sums<F extends FlowLike>(flows: readonly F[], name: (flow: F) => string): [string, number][] {
  const all = new Map<string, number>();
  for (const flow of flows) all.set(name(flow), (all.get(name(flow)) ?? 0) + flow.size);
  return [...all].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

function column(side: End['side'], list: [string, number][], unit: number, box: FlowBox): End[] {
  let y = 0;
  return list.map(([name, size]) => {
    const end = { side, name, y, height: size * unit };
    y += end.height + box.gap;
    return end;
  });
}
