// What each code of a problem means, in both languages. English follows the contract word for word
// (problems.test.ts); Chinese is written for people who trade.
import type { Language } from '../units';

import en from './problems.en.json';
import zh from './problems.zh.json';

const kTitles: Record<Language, Record<string, string>> = { en, zh };

export const problem_title = (code: string, language: Language): string => kTitles[language][code] ?? code;
