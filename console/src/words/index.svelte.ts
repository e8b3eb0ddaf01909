// Words of the console in the language of the moment. A key is always written out where it is used:
// scripts/words.mjs finds what is missing, unused, or text outside of here.
import type { Language } from '../units';

import en from './en.json';
import zh from './zh.json';

export type Key = keyof typeof en;
const kWords: Record<Language, Record<Key, string>> = { en, zh };

class Speech {
  language = $state<Language>('en');
}
export const speech = new Speech();

/** The sentence with its {names} filled in. */
export function say(key: Key, values: Record<string, string | number> = {}): string {
  return kWords[speech.language][key].replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
}

/** The title of something that has one in each language. */
export const titled = (title: Record<Language, string>): string => title[speech.language];
/** "Guian (Guizhou)" → "Guian", where there is little room. */
export const short_titled = (title: Record<Language, string>): string => titled(title).split(/[(（]/)[0]?.trim() || titled(title);
