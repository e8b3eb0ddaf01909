import { expect, sign_in_as, test } from './fixtures';

test('nobody sees money without a key', async ({ page }) => {
  await page.goto('/ledger?lang=en');
  await expect(page.getByRole('heading', { name: 'Sign in to see this' })).toBeVisible();
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('dialog', { name: 'Sign in' })).toBeVisible();
});

test('an operator follows money from the balance to a statement, by keyboard', async ({ page }) => {
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

test('statements and bills lead from their opening to their closing', async ({ page }) => {
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
