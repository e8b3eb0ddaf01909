import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { expect, test } from './fixtures';
import { judged, new_buyer, send_order, sign_in_as } from './people';

const verifier = join(resolve(process.env.CONSOLE_OUT ?? 'dist'), 'tongsuan_verify.wasm');
const needs_verifier = () => test.skip(!existsSync(verifier), 'the build has no verifier: set TONGSUAN_WASM to the file of target wasm_verify');

test('a round is verified in the browser', async ({ page }) => {
  needs_verifier();
  await page.goto('/rounds?lang=en');
  await page.getByRole('button', { name: 'Verify in this browser' }).click();
  await expect(page.getByText('Verified here')).toBeVisible();
  await expect(page.getByText(/orders, .* awards and .* rows/)).toBeVisible();
  await expect(page.getByText('have the hashes that the exchange told of')).toBeVisible();
});

test('a certificate that was tampered with does not hold, and the page says why', async ({ page }) => {
  needs_verifier();
  await page.route('**/v1/rounds/*/certificate', async (route) => {
    const reply = await route.fetch();
    const text = await reply.text();
    const tampered = text.replace(/welfare=(\d+)/, (_, digits: string) => `welfare=${BigInt(digits) + 1_000_000n}`);
    expect(tampered).not.toBe(text);
    await route.fulfill({ response: reply, body: tampered });
  });
  await page.goto('/rounds?lang=en');
  await page.getByRole('button', { name: 'Verify in this browser' }).click();
  await expect(page.getByText('Does not hold')).toBeVisible();
  await expect(page.getByText('Welfare is not what the outcome is worth.')).toBeVisible();
  await expect(page.getByText('are not those that the exchange told of')).toBeVisible();
});

test('rounds are stepped through by keyboard, and the address holds what is looked at', async ({ page }) => {
  await page.goto('/rounds?lang=en&class=H800&view=table');
  await expect(page.getByRole('grid', { name: 'Supply and demand' })).toBeVisible();
  await page.keyboard.press('[');
  await expect(page).toHaveURL(/\/rounds\/R-\w+\?/);
  const older = new URL(page.url());
  expect(older.searchParams.get('class')).toBe('H800');
  await page.keyboard.press(']');
  await expect(page).not.toHaveURL(older.href);
  await page.goBack();
  await expect(page).toHaveURL(older.href);
  // The book is read anew; before it is there, "/" has nowhere to go.
  await expect(page.getByRole('searchbox')).toBeVisible();
  await page.keyboard.press('/');
  await page.keyboard.type('zzz');
  await expect(page.getByText('0 rows')).toBeVisible();
  // The browser tells of an address that was replaced a moment later.
  await expect.poll(() => new URL(page.url()).searchParams.get('find')).toBe('zzz');
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).first().click()]);
  expect(file.suggestedFilename()).toMatch(/^R-\w+-H800-all-\d+\.csv$/);
});

test('who is told to wait hears the reasons all the same', async ({ page, exchange, watched }) => {
  const buyer = await new_buyer(exchange, 'patient-buyer');
  const order = await send_order(exchange, buyer, 'too-cheap');
  await judged(exchange, buyer, order);
  let refusals = 1;
  await page.route('**/v1/orders/*/why*', (route) => {
    const problem = { title: 'Too many requests', status: 429, code: 'rate-limited' };
    return refusals-- > 0 ? route.fulfill({ status: 429, contentType: 'application/problem+json', headers: { 'Retry-After': '1' }, body: JSON.stringify(problem) }) : route.continue();
  });
  await sign_in_as(page, buyer);
  await page.goto('/rounds?lang=en&orders=mine');
  await expect(page.getByRole('gridcell', { name: 'Outbid' })).toBeVisible();
  expect(refusals).toBeLessThan(1);
  watched.faults.length = 0; // the browser notes the 429
});

test('why an order was not placed, and what would change it, is answered by clearing anew', async ({ page, exchange }) => {
  const buyer = await new_buyer(exchange, 'why-buyer');
  const order = await send_order(exchange, buyer, 'too-cheap');
  await judged(exchange, buyer, order);
  await sign_in_as(page, buyer);
  await page.goto('/rounds?lang=en&orders=mine');
  await expect(page.getByRole('gridcell', { name: 'Outbid' })).toBeVisible();
  await page.keyboard.press('w');
  const drawer = page.getByRole('dialog', { name: `${order}: why?` });
  await expect(drawer.getByText('every place and time costs more than the order is worth')).toBeVisible();
  await expect.poll(() => new URL(page.url()).searchParams.get('why')).toBe(order);
  // A change that was found becomes the terms to try; more than that is served in the round after, too.
  const limit = drawer.getByRole('slider', { name: 'Limit' });
  const before = await limit.inputValue();
  await drawer.getByRole('listitem').filter({ hasText: /^Bid ¥/ }).getByRole('button', { name: 'Try' }).click();
  await expect(limit).not.toHaveValue(before);
  await limit.focus();
  await page.keyboard.press('End');
  // Some hub stays accepted, and is shown so.
  const hubs = drawer.getByRole('group', { name: 'Hubs' }).getByRole('checkbox');
  for (const box of await hubs.all()) await box.click();
  await expect(hubs.and(page.locator(':checked'))).toHaveCount(1);
  await drawer.getByRole('button', { name: 'Reset' }).click();
  await limit.focus();
  await page.keyboard.press('End');
  const outcome = drawer.getByRole('row', { name: /^Outcome/ });
  await expect(outcome.getByRole('cell', { name: 'Placed' })).toBeVisible();
  // At nothing, nobody serves it.
  await page.keyboard.press('Home');
  await expect(outcome.getByRole('cell', { name: 'Outbid' })).toHaveCount(2);
  await page.keyboard.press('Escape');
  await expect(drawer).toHaveCount(0);
});
