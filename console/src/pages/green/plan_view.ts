// The plan of a round as its matched energy. Pure.
import { match_days, match_share, match_sum, matched_zones, matches_of, type Match, type RoundSlots } from '../../model';
import type { Column } from '../../ui';
import { format_energy, format_part, type Language } from '../../units';
import type { Key } from '../../words/index.svelte';
import type { HeatRow } from './green_view';

export const kAllZones = '*';
/** "power-gansu" → "gansu": all of them are zones of power. */
export const zone_name = (zone: string): string => zone.replace(/^power-/, '');

export const match_rows = (slots: RoundSlots, zone: string | null): HeatRow[] =>
  match_days(slots, zone).map((day) => ({ name: day.day.slice(5), values: day.hours.map((match) => (match === null ? null : match_share(match))) }));

export interface ZoneTotal {
  readonly zone: string;
  readonly offered: bigint; // green watt-hours
  readonly match: Match;
}
export const zone_totals = (slots: RoundSlots): ZoneTotal[] =>
  matched_zones(slots).map((zone) => ({ zone: zone.zone, offered: zone.green.reduce((sum, one) => sum + one, 0n), match: match_sum(matches_of(slots, zone.zone)) }));

export function zone_columns(language: Language, say: (key: Key) => string): Column<ZoneTotal>[] {
  const energy = (id: string, title: Key, of: (row: ZoneTotal) => bigint): Column<ZoneTotal> =>
    ({ id, title: say(title), text: (row) => format_energy(of(row), language), csv: (row) => String(of(row)), sort: of, number: true });
  return [
    { id: 'zone', title: say('green.zone'), text: (row) => zone_name(row.zone), csv: (row) => row.zone, sort: (row) => row.zone, width: 'minmax(144px, 2fr)' },
    energy('drawn', 'green.drawn', (row) => row.match.drawn),
    energy('offered', 'green.offered', (row) => row.offered),
    energy('matched', 'green.matched', (row) => row.match.matched),
    {
      id: 'share', title: say('green.share'), number: true, sort: (row) => match_share(row.match),
      text: (row) => { const value = match_share(row.match); return value === null ? say('state.none') : format_part(value, language); },
      csv: (row) => { const value = match_share(row.match); return value === null ? '' : String(value); },
    },
  ];
}
