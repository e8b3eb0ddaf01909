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

/** The sentence with its {names} filled in, and {name#row|rows} after the number of that name. */
export function say(key: Key, values: Record<string, string | number> = {}): string {
  return fill(kWords[speech.language][key], values);
}

export function fill(sentence: string, values: Record<string, string | number>): string {
  return sentence.replace(/\{(\w+)(?:#([^|}]*)\|([^}]*))?\}/g, (all, name: string, one: string | undefined, many: string | undefined) => {
    const value = values[name];
    if (one === undefined || many === undefined) return String(value ?? all);
    return String(value) === '1' ? one : many; // also of numbers that were written out already
  });
}

/** The title of something that has one in each language. */
export const titled = (title: Record<Language, string>): string => title[speech.language];
/** "Guian (Guizhou)" → "Guian", where there is little room. */
export const short_titled = (title: Record<Language, string>): string => titled(title).split(/[(（]/)[0]?.trim() || titled(title);
