// What every end-to-end test has: one exchange for the file, a page that watches itself, and helpers
// for both languages, both themes and axe.
import { test as base, expect, type Page } from '@playwright/test';
import { AxeBuilder } from '@axe-core/playwright';

import { Exchange } from './exchange';

export const kLanguages = ['en', 'zh'] as const;
export const kThemes = ['light', 'dark'] as const;
export interface Look {
  language: (typeof kLanguages)[number];
  theme: (typeof kThemes)[number];
}
export const kLooks: Look[] = kLanguages.flatMap((language) => kThemes.map((theme) => ({ language, theme })));

/** Each language and each theme once: for pages whose every combination says nothing new. */
export const kBothLooks: Look[] = [{ language: 'en', theme: 'light' }, { language: 'zh', theme: 'dark' }];

/** The address in this look: "/map?hub=guian" → "/map?hub=guian&lang=zh&theme=dark". */
export const in_look = (path: string, look: Look): string => `${path}${path.includes('?') ? '&' : '?'}lang=${look.language}&theme=${look.theme}`;

/** WCAG 2.2 AA of the whole page. */
export async function expect_accessible(page: Page): Promise<void> {
  const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
  const told = found.violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((node) => `${node.target.join(' ')} ${node.failureSummary ?? ''}`).join('; ')}`);
  expect(told).toEqual([]);
}

/** As somebody whom a development exchange knows by name: "auditor", "supplier-guian". */
export const sign_in_as = (page: Page, name: string): Promise<void> =>
  page.addInitScript((token) => sessionStorage.setItem('tongsuan.credentials', JSON.stringify({ kind: 'token', token })), `dev-${name}`);

interface Fixtures {
  newcomer: boolean; // sees the first steps
  watched: { requests: string[]; faults: string[] };
}
export const test = base.extend<Fixtures, { exchange: Exchange }>({
  newcomer: [false, { option: true }],
  exchange: [
    // Playwright reads what a fixture needs from here
    async ({}, use) => {
      const exchange = await Exchange.start();
      await use(exchange);
      await exchange.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  baseURL: async ({ exchange }, use) => use(exchange.address),
  // Every page of every test: no request elsewhere, no error, nothing that the policy refused.
  watched: [
    async ({ page, exchange, newcomer }, use) => {
      if (!newcomer) await page.addInitScript(() => localStorage.setItem('tongsuan.tour', 'seen'));
      const watched: { requests: string[]; faults: string[] } = { requests: [], faults: [] };
      page.on('request', (request) => watched.requests.push(request.url()));
      page.on('pageerror', (error) => watched.faults.push(error.message));
      page.on('console', (message) => { if (message.type() === 'error') watched.faults.push(message.text()); });
      await use(watched);
      expect(watched.requests.filter((url) => !url.startsWith(exchange.address) && !url.startsWith('blob:'))).toEqual([]);
      expect(watched.faults).toEqual([]);
    },
    { auto: true },
  ],
});
export { expect };
