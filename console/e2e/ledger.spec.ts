import { expect, expect_accessible, in_look, kBothLooks, sign_in_as, test } from './fixtures';

test('nobody sees money without a key', async ({ page }) => {
  await page.goto('/ledger?lang=en');
  await expect(page.getByRole('heading', { name: 'Sign in to see this' })).toBeVisible();
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('dialog', { name: 'Sign in' })).toBeVisible();
});

test('an operator follows money from the balance to a statement, by keyboard', async ({ page, exchange }) => {
  await exchange.rounds(2);
  await sign_in_as(page, 'operator');
  await page.goto('/ledger?lang=en&tab=balance');
  await expect(page.getByText('Adds up to nothing, to the micro-yuan')).toBeVisible();
  await page.getByRole('tab', { name: 'Trial balance' }).focus();
  await page.keyboard.press('ArrowRight'); // round to the first
  await expect(page.getByRole('grid', { name: 'Accounts' })).toBeVisible();
  await page.keyboard.press('/');
  await page.keyboard.type('P-2');
  await page.getByRole('grid', { name: 'Accounts' }).focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('tab', { name: 'Statement', selected: true })).toBeVisible();
  await expect.poll(() => new URL(page.url()).searchParams.get('of')).toBe('P-2');
});

test('statements and bills lead from their opening to their closing', async ({ page, exchange }) => {
  await exchange.rounds(2);
  await sign_in_as(page, 'auditor');
  await page.goto('/ledger?lang=en&tab=statement&of=P-5');
  await expect(page.getByText('Opening + lines = closing')).toBeVisible();
  await page.getByRole('tab', { name: 'By contract' }).click();
  await expect(page.getByText('Opening + net = closing')).toBeVisible();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Whole bill, CSV' }).click()]);
  expect(file.suggestedFilename()).toBe('P-5-bill.csv');
  await page.getByRole('tab', { name: 'Transfers' }).click();
  const transfers = page.getByRole('grid', { name: 'Transfers' });
  await expect(transfers).toBeVisible();
  await page.getByLabel('Kind').selectOption('withdrawal');
  await expect(page.getByText('0 rows')).toBeVisible();
});

for (const look of kBothLooks) {
  test(`everybody can use it (${look.language}, ${look.theme})`, async ({ page }) => {
    await sign_in_as(page, 'auditor');
    for (const tab of ['accounts', 'statement&of=P-5', 'contracts&of=P-5', 'transfers', 'balance', 'balance&view=table']) {
      await page.goto(in_look(`/ledger?tab=${tab}`, look));
      await expect(page.locator('.frame, .empty').first()).toBeVisible();
      await expect_accessible(page);
    }
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(in_look('/ledger?tab=statement&of=P-5', look));
    await expect(page.locator('.tiles')).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });
}
