// A book of a hundred thousand orders in the table of a round: how long until it is there, and what scrolling,
// ordering and searching take. `npm run bench`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { apps } from '../exchange';
import { expect, test } from '../fixtures';

const kOrders = 100_000;
let folder = '';
test.beforeAll(() => {
  test.setTimeout(600_000);
  folder = mkdtempSync(join(tmpdir(), 'console-rows-'));
  const book = join(folder, 'large.market');
  execFileSync(join(apps, 'tongsuan'), ['generate', 'national', '--orders', String(kOrders), '--seed', '1', '-q', '-o', book]);
  execFileSync(join(apps, 'tongsuan'), ['clear', book, '-c', join(folder, 'large.cert'), '--work', '1000', '-q', '-o', 'json'], { maxBuffer: 1 << 30 });
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

test(`${kOrders} rows`, async ({ page }) => {
  const [book, certificate] = ['market', 'cert'].map((ending) => readFileSync(join(folder, `large.${ending}`)));
  await page.route('**/v1/rounds/*/book', (route) => route.fulfill({ contentType: 'text/plain', body: book ?? '' }));
  await page.route('**/v1/rounds/*/certificate', (route) => route.fulfill({ contentType: 'text/plain', body: certificate ?? '' }));
  const grid = page.getByRole('grid', { name: 'Book of the round' });
  const told = (what: string, milliseconds: number) => process.stdout.write(`${kOrders} rows, ${what}: ${milliseconds.toFixed(0)} ms\n`);
  const timed = async (what: string, act: () => Promise<unknown>) => {
    const began = performance.now();
    await act();
    told(what, performance.now() - began);
  };
  await timed('from opening the page to the table', async () => {
    await page.goto('/rounds?lang=en');
    await expect(grid).toHaveAttribute('aria-rowcount', String(kOrders + 1), { timeout: 120_000 });
  });
  expect(await grid.getByRole('row').count()).toBeLessThan(100); // only what is on the screen is in the page
  await grid.scrollIntoViewIfNeeded();

  const frames = await grid.evaluate(
    (element) => new Promise<number[]>((done) => {
      const gaps: number[] = [];
      let last = performance.now();
      const began = last;
      const step = (now: number) => {
        gaps.push(now - last);
        last = now;
        element.scrollTop += 400;
        if (now - began < 3_000) requestAnimationFrame(step);
        else done(gaps);
      };
      requestAnimationFrame(step);
    }),
  );
  frames.sort((a, b) => a - b);
  process.stdout.write(`${kOrders} rows, scrolling: ${frames.length} frames in 3 s, median ${frames[Math.floor(frames.length / 2)]?.toFixed(1)} ms, 95th percentile ${frames[Math.floor(frames.length * 0.95)]?.toFixed(1)} ms\n`);

  const head = grid.getByRole('columnheader').filter({ hasText: 'Devices' });
  for (const [what, sort] of [['ordering', 'ascending'], ['ordering the other way', 'descending']] as const) {
    await timed(what, async () => {
      await head.getByRole('button').click();
      await expect(head).toHaveAttribute('aria-sort', sort);
    });
  }
  await timed('to the last row by keyboard', async () => {
    await grid.focus();
    await page.keyboard.press('End');
    await expect(grid.locator(`[aria-rowindex="${kOrders + 1}"]`)).toBeVisible();
  });
  await timed('searching', async () => {
    await page.getByRole('searchbox', { name: 'Name, hub or class' }).fill('guian');
    await expect(grid).not.toHaveAttribute('aria-rowcount', String(kOrders + 1));
  });
  await timed('only what was awarded', async () => {
    const before = await grid.getAttribute('aria-rowcount');
    await page.getByLabel('Outcome').selectOption('rejected');
    await expect(grid).not.toHaveAttribute('aria-rowcount', before ?? '');
  });
});
