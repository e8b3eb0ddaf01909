// What the map shows of a picture, and of an hour that the last round cleared. Pure: the page only draws it.
import type { MapLink, MapNode } from '../../charts';
import {
  devices_up, figures_of, hub_figures, is_full, match_share, matches_of, planned_share, price_place, slot_at, slot_begin,
  type HubFigures, type HubView, type Match, type Picture, type RoundSlots, type SlotFigures,
} from '../../model';
import { format_count, format_decimal, format_megabytes, format_money, format_part, format_share, format_time, wire_money, type Language, type Micro } from '../../units';
import type { Column } from '../../ui';
import type { Key } from '../../words/index.svelte';

export type Colouring = 'price' | 'use' | 'green' | 'pue';
export const kColourings = ['price', 'use', 'green', 'pue'] as const;

/** What the last round decided for one of its slots. */
export interface Cleared {
  readonly figures: SlotFigures;
  readonly use: number | null; // of the devices that are up
  readonly match: Match; // of the hub's power zone
}
export interface HubRow {
  hub: HubView;
  figures: HubFigures;
  cleared: Cleared | null; // null: no round was cleared
  planned: boolean; // what the slot says is shown, not what is posted now
}

export function rows_of(picture: Picture, accelerator: string | null, slots: RoundSlots | null, slot: number | null): HubRow[] {
  const at = slots && (slot ?? slot_at(slots, picture.time.unix));
  return picture.hubs.map((hub) => {
    const figures = slots && at !== null ? hub_figures(slots, hub.name, accelerator, at) : null;
    const match = (slots && at !== null && hub.power_zone !== null ? matches_of(slots, hub.power_zone)[at] : undefined) ?? { drawn: 0n, matched: 0n };
    return {
      hub,
      figures: figures_of(hub, accelerator),
      cleared: figures && { figures, use: planned_share(devices_up(hub, accelerator), figures), match },
      planned: slot !== null && figures !== null,
    };
  });
}

const price_of = (row: HubRow): Micro | null => (row.planned ? (row.cleared?.figures.parts?.price ?? null) : row.figures.price);
const use_of = (row: HubRow): number | null => (row.planned ? (row.cleared?.use ?? null) : row.figures.busy_share);
const green_of = (row: HubRow): number | null => (row.cleared ? match_share(row.cleared.match) : null);

const prices_of = (rows: readonly HubRow[]): Micro[] => rows.flatMap((row) => { const price = price_of(row); return price === null ? [] : [price]; });
const between = (value: number, all: number[]): number => {
  const [low, high] = [Math.min(...all), Math.max(...all)];
  return high === low ? 0.5 : (value - low) / (high - low);
};

function share_of(row: HubRow, rows: readonly HubRow[], colouring: Colouring): number | null {
  switch (colouring) {
    case 'price': {
      const price = price_of(row);
      return price === null ? null : price_rank(price, prices_of(rows), row.planned);
    }
    case 'use':
      return use_of(row);
    case 'green':
      return green_of(row);
    case 'pue':
      return between(row.hub.pue, rows.map((one) => one.hub.pue));
  }
}

// Scarce hours cost a hundred times as much as others: one such hub would leave the rest one colour,
// so cleared prices are told apart by their order.
function price_rank(price: Micro, all: readonly Micro[], planned: boolean): number {
  if (!planned) return price_place(price, all);
  const distinct = [...new Set(all)].sort((a, b) => (a < b ? -1 : 1));
  return distinct.length === 1 ? 0.5 : distinct.indexOf(price) / (distinct.length - 1);
}

function text_of(row: HubRow, colouring: Colouring, language: Language, none: string): string {
  const [price, use, green] = [price_of(row), use_of(row), green_of(row)];
  switch (colouring) {
    case 'price':
      return price === null ? none : format_money(price, language, [2, 2]);
    case 'use':
      return use === null ? none : format_part(use, language);
    case 'green':
      return green === null ? none : format_part(green, language);
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

const titles_of = (picture: Picture, language: Language): Map<string, string> => new Map(picture.hubs.map((hub) => [hub.name, short_title(hub.title[language])]));
const by_size = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** Links on which something has moved, the largest last: it is drawn above the others. */
export function links_of(picture: Picture, now: number, language: Language, title: (from: string, to: string, moved: string) => string): MapLink[] {
  const moving = picture.links.filter((link) => link.moved > 0n || is_full(link, now));
  const most = moving.reduce((largest, link) => (link.moved > largest ? link.moved : largest), 1n);
  const titles = titles_of(picture, language);
  return [...moving]
    .sort((a, b) => by_size(a.moved, b.moved))
    .map((link) => ({
      from: link.from,
      to: link.to,
      share: Number(link.moved) / Number(most),
      full: is_full(link, now),
      title: title(titles.get(link.from) ?? link.from, titles.get(link.to) ?? link.to, format_megabytes(link.moved, language)),
    }));
}

/** A link in one slot of a round. */
export interface LinkRow {
  readonly from: string;
  readonly to: string;
  readonly moved: bigint;
  readonly room: bigint;
  readonly price: Micro;
  readonly congestion: Micro;
  readonly full: boolean;
}
export const link_rows = (slots: RoundSlots, slot: number): LinkRow[] =>
  slots.links.flatMap((link) => {
    const [moved, room, price, congestion] = [link.moved[slot], link.room[slot], link.price[slot], link.congestion[slot]];
    if (moved === undefined || room === undefined || price === undefined || congestion === undefined || moved === 0n) return [];
    return [{ from: link.from, to: link.to, moved, room, price, congestion, full: link.full.has(slot) }];
  });

export function slot_links(rows: readonly LinkRow[], picture: Picture, language: Language, title: (from: string, to: string, moved: string, room: string) => string): MapLink[] {
  const titles = titles_of(picture, language);
  const most = rows.reduce((largest, row) => (row.moved > largest ? row.moved : largest), 1n);
  return [...rows]
    .sort((a, b) => by_size(a.moved, b.moved))
    .map((row) => ({
      from: row.from,
      to: row.to,
      share: Number(row.moved) / Number(most),
      full: row.full,
      title: title(titles.get(row.from) ?? row.from, titles.get(row.to) ?? row.to, format_megabytes(row.moved, language), format_megabytes(row.room, language)),
    }));
}

export function legend_of(rows: readonly HubRow[], colouring: Colouring, language: Language): { low: string; high: string } {
  if (colouring === 'use' || colouring === 'green') return { low: format_share(0, language, 0), high: format_share(1, language, 0) };
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

// ---- Tables

type Say = (key: Key) => string;
type Part = 'asked' | 'scarcity' | 'power' | 'price';

function money_column<T>(id: string, title: string, of: (row: T) => Micro | null, language: Language, none: string): Column<T> {
  return {
    id, title, sort: of, number: true,
    text: (row) => { const value = of(row); return value === null ? none : format_money(value, language); },
    csv: (row) => { const value = of(row); return value === null ? '' : wire_money(value).amount; },
  };
}

export function columns_of(language: Language, say: Say, planned: boolean): Column<HubRow>[] {
  const none = say('state.none');
  const count = (id: string, title: Key, of: (row: HubRow) => number): Column<HubRow> =>
    ({ id, title: say(title), text: (row) => format_count(of(row), language), csv: (row) => String(of(row)), sort: of, number: true });
  const share = (id: string, title: Key, colouring: Colouring, of: (row: HubRow) => number | null): Column<HubRow> =>
    ({ id, title: say(title), text: (row) => text_of(row, colouring, language, none), sort: of, number: true });
  const part = (id: Part, title: Key): Column<HubRow> => money_column(id, say(title), (row) => row.cleared?.figures.parts?.[id] ?? null, language, none);
  const hub: Column<HubRow> = { id: 'hub', title: say('hub.title'), text: (row) => row.hub.title[language], sort: (row) => row.hub.title[language], width: 'minmax(200px, 2fr)' };
  const green = share('green', 'hours.matched', 'green', green_of);
  if (planned) {
    return [
      hub, part('price', 'hub.price'), part('asked', 'hours.asked'), part('scarcity', 'hours.scarcity'), part('power', 'hours.power'),
      count('offered', 'hours.offered', (row) => row.cleared?.figures.offered ?? 0), count('awarded', 'hours.awarded', (row) => row.cleared?.figures.awarded ?? 0),
      share('use', 'map.use', 'use', use_of), green,
    ];
  }
  return [
    hub, money_column('price', say('hub.price'), price_of, language, none), share('use', 'map.use', 'use', use_of),
    count('free', 'hub.free', (row) => row.figures.free), count('devices', 'hub.devices', (row) => row.figures.devices), count('down', 'hub.down', (row) => row.figures.down),
    green, share('pue', 'map.pue', 'pue', (row) => row.hub.pue),
  ];
}

export const link_columns = (picture: Picture, language: Language, say: Say): Column<LinkRow>[] => {
  const titles = titles_of(picture, language);
  const title = (name: string) => titles.get(name) ?? name;
  const size = (id: 'moved' | 'room', key: Key): Column<LinkRow> => ({ id, title: say(key), text: (row) => format_megabytes(row[id], language), csv: (row) => String(row[id]), sort: (row) => row[id], number: true });
  return [
    { id: 'from', title: say('hours.from'), text: (row) => title(row.from), csv: (row) => row.from, sort: (row) => title(row.from), width: 'minmax(112px, 1fr)' },
    { id: 'to', title: say('hours.to'), text: (row) => title(row.to), csv: (row) => row.to, sort: (row) => title(row.to), width: 'minmax(112px, 1fr)' },
    size('moved', 'hours.moved'), size('room', 'hours.room'),
    money_column('price', say('hours.per_tb'), (row) => row.price, language, say('state.none')),
    money_column('congestion', say('hours.congestion'), (row) => row.congestion, language, say('state.none')),
    { id: 'full', title: say('map.full'), text: (row) => say(row.full ? 'hours.yes' : 'hours.no'), csv: (row) => String(row.full), sort: (row) => (row.full ? 1 : 0) },
  ];
};

// ---- The hour in the address

/** 2026-11-28T06:55, in the zone of the exchange. */
export const slot_text = (slots: RoundSlots, slot: number): string => format_time(slot_begin(slots, slot)).slice(0, 16).replace(' ', 'T');

/** The slot that holds this time; null: none is named, so it is now. */
export function slot_of_text(slots: RoundSlots, text: string | undefined): number | null {
  if (!text || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(text)) return null;
  const local = Date.parse(`${text}:00Z`) / 1000;
  // A gate that somebody closed is at no full minute, and so are its slots: the one that begins in this minute is meant.
  return Number.isFinite(local) ? slot_at(slots, local + 59 - slots.from.zone) : null;
}

/** Where days begin, from 0 to 1 of the way from the slot `first` to the last. */
export function day_marks(slots: RoundSlots, first: number): { text: string; at: number }[] {
  const marks: { text: string; at: number }[] = [];
  let before = '';
  for (let slot = first; slot < slots.count; slot++) {
    const day = slot_text(slots, slot).slice(5, 10);
    if (before && day !== before) marks.push({ text: day, at: (slot - first + 1) / Math.max(1, slots.count - first) });
    before = day;
  }
  return marks;
}
