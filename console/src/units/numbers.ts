// Counts, shares and sizes in words of a language.
import { number_format } from './formats';
import type { Language } from './language';

export const format_count = (value: number | bigint, language: Language): string =>
  number_format(language).format(value);

/** A share of 1, such as 0.934 → 93.4%. */
export function format_share(share: number, language: Language, decimals = 1): string {
  const format = { style: 'percent', minimumFractionDigits: decimals, maximumFractionDigits: decimals } as const;
  return number_format(language, format).format(share);
}

/** A share that is rounded down: 100% is only what is whole. */
export const format_part = (share: number, language: Language): string => format_share(Math.floor(share * 1000 + 1e-9) / 1000, language);

/** Parts per million as per cent, exact: 1234 → 0.1234%. */
export function format_ppm(ppm: number, language: Language): string {
  const format = { style: 'percent', maximumFractionDigits: 4 } as const;
  return number_format(language, format).format(ppm / 1e6);
}

export const format_decimal = (value: number, language: Language, decimals: number): string =>
  number_format(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(value);

/** So many significant figures at most: for numbers whose size nobody knows before. */
export const format_figures = (value: number, language: Language, figures: number): string =>
  number_format(language, { maximumSignificantDigits: figures }).format(value);

const kDataUnits = ['MB', 'GB', 'TB', 'PB', 'EB'] as const;

/** Megabytes of a thousand kilobytes, in the unit that leaves three figures. */
export function format_megabytes(megabytes: bigint, language: Language): string {
  return scaled(Number(megabytes), kDataUnits, language);
}

const kPowerUnits = ['W', 'kW', 'MW', 'GW'] as const;
const kEnergyUnits = ['Wh', 'kWh', 'MWh', 'GWh', 'TWh'] as const;
/** Whole watts. */
export const format_power = (watts: bigint, language: Language): string => scaled(Number(watts), kPowerUnits, language);
/** Whole watt-hours. */
export const format_energy = (hours: bigint, language: Language): string => scaled(Number(hours), kEnergyUnits, language);

function scaled(value: number, units: readonly string[], language: Language): string {
  let at = 0;
  while (Math.abs(value) >= 999.5 && at + 1 < units.length) {
    value /= 1000;
    at++;
  }
  const digits = number_format(language, { maximumSignificantDigits: 3 }).format(value);
  return `${digits} ${units[at]}`;
}
