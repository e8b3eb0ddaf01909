// Language and theme: what the address says, else what was chosen here before, else the browser's.
import { kLanguages, preferred, type Language } from '../units';
import { speech } from '../words/index.svelte';

export const kThemes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof kThemes)[number];

const kLanguageKey = 'tongsuan.language';
const kThemeKey = 'tongsuan.theme';

// Browsers may refuse to keep anything.
function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Then it holds for this visit only.
  }
}

class Preferences {
  theme = $state<Theme>('auto');
  #system = matchMedia('(prefers-color-scheme: dark)');

  begin(query: Readonly<Record<string, string>>): void {
    const languages = [query.lang, recall(kLanguageKey)].flatMap((one) => kLanguages.filter((ours) => ours === one));
    this.#speak(languages[0] ?? preferred(navigator.languages));
    const themes = [query.theme, recall(kThemeKey)].flatMap((one) => kThemes.filter((ours) => ours === one));
    this.theme = themes[0] ?? 'auto';
    this.#paint();
    this.#system.addEventListener('change', () => this.#paint());
  }
  choose_language(language: Language): void {
    this.#speak(language);
    keep(kLanguageKey, language);
  }
  choose_theme(theme: Theme): void {
    this.theme = theme;
    keep(kThemeKey, theme);
    this.#paint();
  }
  #speak(language: Language): void {
    speech.language = language;
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }
  #paint(): void {
    const dark = this.theme === 'dark' || (this.theme === 'auto' && this.#system.matches);
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  }
}
export const preferences = new Preferences();
