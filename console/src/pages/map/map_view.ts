// What the map shows of a picture. Pure: the page only draws it.
import type { MapLink, MapNode } from '../../charts';
import { is_full, price_place, type HubFigures, type HubView, type Picture } from '../../model';
import { format_count, format_decimal, format_megabytes, format_money, format_part, format_share, type Language, type Micro } from '../../units';
import type { Column } from '../../ui';
import type { Key } from '../../words/index.svelte';

export type Colouring = 'price' | 'use' | 'pue';
export const kColourings = ['price', 'use', 'pue'] as const;
export interface HubRow {
  hub: HubView;
  figures: HubFigures;
}

const prices_of = (rows: readonly HubRow[]): Micro[] => rows.flatMap((row) => (row.figures.price === null ? [] : [row.figures.price]));
const between = (value: number, all: number[]): number => {
  const [low, high] = [Math.min(...all), Math.max(...all)];
  return high === low ? 0.5 : (value - low) / (high - low);
};

function share_of(row: HubRow, rows: readonly HubRow[], colouring: Colouring): number | null {
  switch (colouring) {
    case 'price':
      return row.figures.price === null ? null : price_place(row.figures.price, prices_of(rows));
    case 'use':
      return row.figures.busy_share;
    case 'pue':
      return between(row.hub.pue, rows.map((one) => one.hub.pue));
  }
}

function text_of(row: HubRow, colouring: Colouring, language: Language, none: string): string {
  switch (colouring) {
    case 'price':
      return row.figures.price === null ? none : format_money(row.figures.price, language, [2, 2]);
    case 'use':
      return row.figures.busy_share === null ? none : format_part(row.figures.busy_share, language);
    case 'pue':
      return format_decimal(row.hub.pue, language, 2);
  }
}

// "Guian (Guizhou)" → "Guian": the rest is in the detail.
const short_title = (title: string): string => title.split(/[(（]/)[0]?.trim() || title;

export function nodes_of(rows: readonly HubRow[], colouring: Colouring, language: Language, none: string): MapNode[] {
  const most = Math.max(1, ...rows.map((row) => row.figures.devices));
  return rows.map((row) => ({
    id: row.hub.name,
    title: short_title(row.hub.title[language]),
    latitude: row.hub.latitude,
    longitude: row.hub.longitude,
    share: share_of(row, rows, colouring),
    text: text_of(row, colouring, language, none),
    size: row.figures.devices / most,
    off: row.hub.halted,
  }));
}

/** Links on which something has moved, the largest last: it is drawn above the others. */
export function links_of(picture: Picture, now: number, language: Language, title: (from: string, to: string, moved: string) => string): MapLink[] {
  const moving = picture.links.filter((link) => link.moved > 0n || is_full(link, now));
  const most = moving.reduce((largest, link) => (link.moved > largest ? link.moved : largest), 1n);
  const titles = new Map(picture.hubs.map((hub) => [hub.name, short_title(hub.title[language])]));
  return [...moving]
    .sort((a, b) => (a.moved < b.moved ? -1 : a.moved > b.moved ? 1 : 0))
    .map((link) => ({
      from: link.from,
      to: link.to,
      share: Number(link.moved) / Number(most),
      full: is_full(link, now),
      title: title(titles.get(link.from) ?? link.from, titles.get(link.to) ?? link.to, format_megabytes(link.moved, language)),
    }));
}

export function legend_of(rows: readonly HubRow[], colouring: Colouring, language: Language): { low: string; high: string } {
  if (colouring === 'use') return { low: format_share(0, language, 0), high: format_share(1, language, 0) };
  if (colouring === 'pue') {
    const all = rows.map((row) => row.hub.pue);
    return { low: format_decimal(Math.min(...all), language, 2), high: format_decimal(Math.max(...all), language, 2) };
  }
  const prices = prices_of(rows);
  const [first] = prices;
  if (first === undefined) return { low: '–', high: '–' };
  const low = prices.reduce((least, one) => (one < least ? one : least), first);
  const high = prices.reduce((most, one) => (one > most ? one : most), first);
  return { low: format_money(low, language, [2, 2]), high: format_money(high, language, [2, 2]) };
}

export function columns_of(language: Language, say: (key: Key) => string): Column<HubRow>[] {
  const none = say('state.none');
  const count = (value: number) => format_count(value, language);
  return [
    { id: 'hub', title: say('hub.title'), text: (row) => row.hub.title[language], sort: (row) => row.hub.title[language], width: 'minmax(200px, 2fr)' },
    { id: 'price', title: say('hub.price'), text: (row) => (row.figures.price === null ? none : format_money(row.figures.price, language)), csv: (row) => (row.figures.price === null ? '' : format_money(row.figures.price, 'en', [2, 6]).replace(/[¥,]/g, '')), sort: (row) => row.figures.price, number: true },
    { id: 'use', title: say('map.use'), text: (row) => text_of(row, 'use', language, none), sort: (row) => row.figures.busy_share, number: true },
    { id: 'free', title: say('hub.free'), text: (row) => count(row.figures.free), csv: (row) => String(row.figures.free), sort: (row) => row.figures.free, number: true },
    { id: 'devices', title: say('hub.devices'), text: (row) => count(row.figures.devices), csv: (row) => String(row.figures.devices), sort: (row) => row.figures.devices, number: true },
    { id: 'down', title: say('hub.down'), text: (row) => count(row.figures.down), csv: (row) => String(row.figures.down), sort: (row) => row.figures.down, number: true },
    { id: 'pue', title: say('map.pue'), text: (row) => text_of(row, 'pue', language, none), sort: (row) => row.hub.pue, number: true },
  ];
}
