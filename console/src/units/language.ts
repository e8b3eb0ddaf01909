// The languages of the console. Formatting takes one as its argument: nothing here remembers any.
export type Language = 'zh' | 'en';
export const kLanguages: readonly Language[] = ['zh', 'en'];

const kLocales: Record<Language, string> = { zh: 'zh-CN', en: 'en-GB' };
export const locale = (language: Language): string => kLocales[language];

/** "A, B or C" */
export const any_of = (words: readonly string[], language: Language): string => new Intl.ListFormat(locale(language), { type: 'disjunction' }).format(words);

/** The first of a browser's languages that we speak; English where there is none. */
export function preferred(languages: readonly string[]): Language {
  for (const one of languages) {
    const found = kLanguages.find((ours) => one.toLowerCase().split('-')[0] === ours);
    if (found) return found;
  }
  return 'en';
}
