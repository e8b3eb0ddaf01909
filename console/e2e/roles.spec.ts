// What somebody may do is said before the exchange refuses it.
import { kDayBuyer } from './day';
import { expect, sign_in_as, test } from './fixtures';

test('an auditor is told whom it is for that it may not do', async ({ page }) => {
  await sign_in_as(page, 'auditor');
  await page.goto('/hub/guian?lang=en');
  await expect(page.getByRole('banner').getByRole('button', { name: 'auditor' })).toBeVisible();
  const acts = page.getByRole('region', { name: 'Actions' });
  await expect(acts.getByRole('button', { name: 'Halt this hub' })).toBeDisabled();
  await expect(acts.getByText('This is for operators; you are signed in as auditor, auditor.')).toBeVisible();
  await page.goto('/submit?lang=en');
  const quote = page.getByRole('region', { name: 'What it would get' });
  await expect(quote.getByText('Orders are sent by participants. As auditor you may write and check')).toBeVisible();
  await expect(quote.getByRole('button', { name: 'Submit this job' })).toBeDisabled();
  for (const path of ['/orders?lang=en', '/rounds?lang=en&orders=mine']) {
    await page.goto(path);
    await expect(page.getByRole('heading', { name: 'For another role' })).toBeVisible();
  }
});

test('an operator is not offered the journal, and a participant not the balance of everybody', async ({ page, context }) => {
  await sign_in_as(page, 'operator');
  await page.goto('/audit?lang=en');
  await expect(page.getByText('The journal itself is for auditors and regulators.')).toBeVisible();
  await page.goto('/audit?lang=en&tab=concentration&side=buyers');
  await expect(page.getByText('This is for auditors or regulators; you are signed in as operator, operator.')).toBeVisible();
  const other = await context.newPage();
  await sign_in_as(other, kDayBuyer);
  await other.goto('/ledger?lang=en&tab=balance');
  await expect(other.getByRole('tab', { name: 'Accounts' })).toBeVisible();
  await expect(other.getByRole('tab', { name: 'Trial balance' })).toHaveCount(0);
});

test('who is signed in sees as whom, and what that role may do', async ({ page }) => {
  await sign_in_as(page, 'supplier-guian');
  await page.goto('/hub/guian?lang=en');
  await page.getByRole('banner').getByRole('button', { name: 'supplier-guian' }).click();
  const dialog = page.getByRole('dialog', { name: 'As whom you are signed in' });
  await expect(dialog.getByRole('listitem').filter({ hasText: 'may: Change what its hub asks' })).toBeVisible();
  await expect(dialog.getByRole('listitem').filter({ hasText: 'may not: Submit orders' })).toBeVisible();
  await dialog.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('banner').getByRole('button', { name: 'Sign in' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Actions' })).toHaveCount(0);
});

test('a token that is not taken any more is told, and the market goes on', async ({ page, watched }) => {
  await sign_in_as(page, 'nobody-of-this-name');
  await page.goto('/map?lang=en');
  await expect(page.getByText('Your key or token is not taken any more.')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Guian/ })).toBeVisible();
  await expect(page.getByRole('banner').getByRole('button', { name: 'Sign in' })).toBeVisible();
  watched.faults.length = 0; // the browser notes the refusal
});
