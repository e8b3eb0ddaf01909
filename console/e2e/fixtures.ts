// What every end-to-end test has: one exchange for the file, a page that watches itself, and helpers
// for both languages, both themes, small screens and axe.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { test as base, expect, type Page } from '@playwright/test';
import axe from 'axe-core';

import type { DayOrders } from './day';
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

const kTags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** WCAG 2.2 AA of the whole page; or of its colours alone, where only those have changed since. */
export async function expect_accessible(page: Page, what: 'all' | 'colours' = 'all'): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const told = await page.evaluate(
    async (options) => {
      const found = await (window as unknown as { axe: typeof axe }).axe.run(document, options);
      return found.violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((node) => `${node.target.join(' ')} ${node.failureSummary ?? ''}`).join('; ')}`);
    },
    { resultTypes: ['violations' as const], runOnly: what === 'all' ? { type: 'tag' as const, values: kTags } : { type: 'rule' as const, values: ['color-contrast'] } },
  );
  expect(told).toEqual([]);
}

async function wear(page: Page, { language, theme }: Look): Promise<void> {
  const [html, header] = [page.locator('html'), page.getByRole('banner')];
  if ((await html.getAttribute('lang')) !== (language === 'zh' ? 'zh-CN' : 'en')) await header.getByRole('button', { name: language === 'zh' ? '中文' : 'EN' }).press('Enter'); // a drawer may lie over it
  await header.getByRole('combobox').selectOption(theme);
  await expect(html).toHaveAttribute('data-theme', theme);
  await expect(html).toHaveAttribute('lang', language === 'zh' ? 'zh-CN' : 'en');
}

/** Nothing is cut off at the side of a small phone, in either language. */
export async function expect_fits_phones(page: Page): Promise<void> {
  const before = page.viewportSize();
  for (const width of [390, 360]) {
    await page.setViewportSize({ width, height: 740 });
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth), { timeout: 2_000 }).toBeLessThanOrEqual(width);
  }
  if (before) await page.setViewportSize(before);
}

/**
 * The page that is open: for everybody, in both languages and both themes, and on small phones. It changes its
 * look as readers change it, in its header, so it is loaded once; a theme changes colours and nothing else.
 */
export async function expect_for_everybody(page: Page): Promise<void> {
  await wear(page, { language: 'en', theme: 'light' });
  await expect_accessible(page);
  await wear(page, { language: 'en', theme: 'dark' });
  await expect_accessible(page, 'colours');
  await expect_fits_phones(page);
  await wear(page, { language: 'zh', theme: 'dark' });
  await expect_accessible(page);
  await wear(page, { language: 'zh', theme: 'light' });
  await expect_accessible(page, 'colours');
  await expect_fits_phones(page);
}

/** As somebody whom a development exchange knows by name: "auditor", "supplier-guian". */
export const sign_in_as = (page: Page, name: string): Promise<void> =>
  page.addInitScript((token) => sessionStorage.setItem('tongsuan.credentials', JSON.stringify({ kind: 'token', token })), `dev-${name}`);

interface Fixtures {
  newcomer: boolean; // sees the first steps
  watched: { requests: string[]; faults: string[] };
}
export const test = base.extend<Fixtures, { exchange: Exchange; day: DayOrders }>({
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
  // Orders of the buyer who was there all day: kDayBuyer.
  day: [async ({ exchange }, use) => use(JSON.parse(readFileSync(join(exchange.folder, 'orders.json'), 'utf8')) as DayOrders), { scope: 'worker' }],
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
