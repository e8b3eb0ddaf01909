import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { apps } from './exchange';
import { expect, expect_for_everybody, test } from './fixtures';

let folder = '';
// A short replay, as the command writes it in both ways.
test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'console-lab-'));
  const made = execFileSync(
    join(apps, 'tongsuan'),
    ['replay', 'national-week', '--jobs', '200', '--seeds', '3', '--policy', 'silo-easy,pool-value', '--certify', '0', '-q', '--format', 'json', '--results', join(folder, 'runs.jsonl')],
  );
  writeFileSync(join(folder, 'figures.json'), made);
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('runs come to the figures that the command tells', async ({ page }) => {
  await page.goto('/lab?lang=en&view=table&figure=net');
  await page.getByLabel('Open files').setInputFiles([join(folder, 'runs.jsonl'), join(folder, 'figures.json')]);
  const grid = page.getByRole('grid', { name: 'Net value (k CNY)' });
  const figures = async (file: string) => {
    const cells = grid.getByRole('row', { name: new RegExp(`^${file} .* silo-easy`) }).getByRole('gridcell');
    await expect(cells.first()).toBeVisible();
    return (await cells.allTextContents()).slice(1);
  };
  expect(await figures('runs.jsonl')).toEqual(await figures('figures.json'));
});

test('what is no replay is refused with its line', async ({ page }) => {
  await page.goto('/lab?lang=en');
  await page.getByLabel('Open files').setInputFiles([{ name: 'notes.json', mimeType: 'application/json', buffer: Buffer.from('{"a":1}\n') }]);
  await expect(page.getByRole('alert')).toHaveText('notes.json: Line 1 is not of a replay.');
});

test('green says what there is, and shows hours of a replay', async ({ page, exchange }) => {
  await exchange.rounds(1);
  await page.goto('/green?lang=en');
  await expect(page.getByText('It does not trade green energy yet')).toBeVisible();
  await expect(page.getByRole('img', { name: 'Energy offered, by zone and hour' })).toBeVisible();
  await page.getByLabel('Open files').setInputFiles([join(folder, 'runs.jsonl')]);
  await expect(page.getByRole('img', { name: 'Share matched with green energy of the same hour' })).toBeVisible();
});

test('everybody can use a replay that is open', async ({ page }) => {
  await page.goto('/lab');
  await page.locator('input[type=file]').setInputFiles([join(folder, 'runs.jsonl')]);
  await expect(page.locator('.frame').first()).toBeVisible();
  await expect_for_everybody(page);
});
