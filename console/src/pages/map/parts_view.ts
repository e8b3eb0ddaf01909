// The price of each class of a hub in one slot, in parts. Pure.
import type { Bar } from '../../charts';
import { pool_figures, type PriceParts, type RoundSlots, type SlotFigures } from '../../model';
import type { Column } from '../../ui';
import { format_count, format_money, wire_money, type Language, type Micro } from '../../units';
import type { Key } from '../../words/index.svelte';

export interface PartRow {
  readonly accelerator: string;
  readonly figures: SlotFigures;
}

export const part_rows = (slots: RoundSlots, slot: number, hub: string, accelerator: string | null): PartRow[] =>
  slots.pools
    .filter((pool) => pool.hub === hub && (accelerator === null || pool.accelerator === accelerator))
    .map((pool) => ({ accelerator: pool.accelerator, figures: pool_figures(pool, slot) }));

/** Where nothing was offered, everything is taken already: the bar is empty and says so. */
export const part_bars = (rows: readonly PartRow[], language: Language, taken: string, size: (value: Micro) => number): Bar[] =>
  rows.map((row) => {
    const parts = row.figures.parts;
    if (!parts) return { title: row.accelerator, parts: [], note: taken };
    const shown = [parts.asked, parts.scarcity, parts.power, ...(parts.green === null ? [] : [parts.green])];
    return { title: row.accelerator, parts: shown.map((one) => Math.max(0, size(one))), note: format_money(parts.price, language, [2, 2]) };
  });

export function part_columns(language: Language, say: (key: Key) => string, has_green: boolean): Column<PartRow>[] {
  const part = (id: keyof PriceParts, title: Key): Column<PartRow> => {
    const of = (row: PartRow): Micro | null => row.figures.parts?.[id] ?? null;
    return {
      id, title: say(title), sort: of, number: true, width: 'minmax(88px, 1fr)',
      text: (row) => { const value = of(row); return value === null ? say('state.none') : format_money(value, language); },
      csv: (row) => { const value = of(row); return value === null ? '' : wire_money(value).amount; },
    };
  };
  const count = (id: 'offered' | 'awarded', title: Key): Column<PartRow> =>
    ({ id, title: say(title), text: (row) => format_count(row.figures[id], language), csv: (row) => String(row.figures[id]), sort: (row) => row.figures[id], number: true, width: 'minmax(80px, 1fr)' });
  return [
    { id: 'class', title: say('hub.class'), text: (row) => row.accelerator, sort: (row) => row.accelerator, width: 'minmax(104px, 1fr)' },
    part('asked', 'hours.asked'), part('scarcity', 'hours.scarcity'), part('power', 'hours.power'), part('price', 'hub.price'),
    ...(has_green ? [part('green', 'hours.green')] : []),
    count('offered', 'hours.offered'), count('awarded', 'hours.awarded'),
  ];
}
