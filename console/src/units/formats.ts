// What formats numbers and times of a language, made once for each way: making one takes longer than a
// hundred uses of it, and a table asks for hundreds in each frame.
import { type Language, locale } from './language';

const kNumbers = new Map<string, Intl.NumberFormat>();
const kTimes = new Map<string, Intl.DateTimeFormat>();

function kept<F>(all: Map<string, F>, language: Language, options: object, make: () => F): F {
  const key = `${language} ${JSON.stringify(options)}`;
  const found = all.get(key);
  if (found) return found;
  const made = make();
  all.set(key, made);
  return made;
}

export const number_format = (language: Language, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat =>
  kept(kNumbers, language, options, () => new Intl.NumberFormat(locale(language), options));
export const time_format = (language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  kept(kTimes, language, options, () => new Intl.DateTimeFormat(locale(language), options));
