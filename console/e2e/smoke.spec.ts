import { expect, expect_for_everybody, test } from './fixtures';

test('the market is shown, and moves', async ({ page, exchange }) => {
  await exchange.rounds(1);
  await page.goto('/?lang=en');
  await expect(page.getByRole('button', { name: /^Guian/ })).toBeVisible();
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  const time = page.locator('header time');
  const before = await time.textContent();
  await expect(time).not.toHaveText(before ?? '');

  // Paused, nothing moves; resumed, it does.
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByText('Paused')).toBeVisible();
  const rest = await time.textContent();
  await page.waitForTimeout(1_500);
  await expect(time).toHaveText(rest ?? '');
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(time).not.toHaveText(rest ?? '');
});

test('the address holds what is looked at, and the keyboard reaches it', async ({ page }) => {
  await page.goto('/map?lang=en');
  const hub = page.getByRole('button', { name: /^Guian/ });
  await hub.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: /Guizhou/ })).toBeVisible();
  await expect.poll(() => new URL(page.url()).searchParams.get('hub')).toBe('guian');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(hub).toBeFocused();
  await page.goBack();
  await expect(page.getByRole('dialog', { name: /Guizhou/ })).toHaveCount(0);

  await page.getByRole('button', { name: 'Table', exact: true }).click();
  await expect(page.getByRole('grid', { name: 'Market map' })).toBeVisible();
  await page.reload();
  const grid = page.getByRole('grid', { name: 'Market map' });
  await expect(grid.getByRole('row')).toHaveCount(11);
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()]);
  expect(file.suggestedFilename()).toBe('hubs.csv');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toBeVisible();
});

test('a key signs its holder in, a wrong one is told', async ({ page, exchange, watched }) => {
  await page.goto('/map?lang=en');
  const enter = async (secret: string) => {
    await page.getByLabel('Key', { exact: true }).fill(exchange.operator.key);
    await page.getByLabel('Secret', { exact: true }).fill(secret);
    await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
  };
  await page.getByRole('banner').getByRole('button', { name: 'Sign in' }).click();
  await enter('A'.repeat(43));
  await expect(page.getByText('The signature does not fit the request')).toBeVisible();
  watched.faults.length = 0; // the browser notes the 401
  await enter(exchange.operator.secret);
  await expect(page.getByRole('banner').getByRole('button', { name: 'operator' })).toBeVisible();
});

test('everybody can use it', async ({ page }) => {
  await page.goto('/map?hub=guian');
  await expect(page.locator('.frame').first()).toBeVisible();
  await expect_for_everybody(page);
});

test('switching the language keeps the place', async ({ page }) => {
  await page.goto('/map?lang=en&colour=use');
  await page.getByRole('button', { name: '中文' }).click();
  await expect(page.getByRole('heading', { name: '市场全景', level: 2 })).toBeVisible();
  await expect.poll(() => new URL(page.url()).searchParams.get('colour')).toBe('use');
});
