import { expect, sign_in_as, test } from './fixtures';

test('an auditor checks texts, money and order', async ({ page }) => {
  await sign_in_as(page, 'auditor');
  await page.goto('/audit?lang=en');
  await expect(page.getByText('Sequences, parts and times rise')).toBeVisible();
  await expect(page.getByText('Each continues the one before')).toBeVisible();
  const item = (name: string) => page.getByRole('listitem').filter({ hasText: name });
  await item('Texts of rounds').getByRole('button', { name: 'Check' }).click();
  const verdict = item('Texts of rounds').getByText(/of \d+ hold/);
  await expect(verdict).toHaveText(/(\d+) of \1 hold/);
  await item('Money').getByRole('button', { name: 'Check' }).click();
  await expect(item('Money').getByText(/Adds up$/)).toBeVisible();
  await item('Replay by the exchange').getByRole('button', { name: 'Start' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Confirm' }).click();
  await expect(item('Replay by the exchange').getByText(/certificates of \d+ rounds passed/)).toBeVisible({ timeout: 60_000 });
});

test('a text that is another than the journal says is found', async ({ page }) => {
  await page.route('**/v1/rounds/*/certificate', async (route) => {
    const reply = await route.fetch();
    await route.fulfill({ response: reply, body: (await reply.text()).replace('certificate', 'Certificate') });
  });
  await page.goto('/audit?lang=en');
  const item = page.getByRole('listitem').filter({ hasText: 'Texts of rounds' });
  await item.getByRole('button', { name: 'Check' }).click();
  await expect(item.getByRole('button', { name: 'Check', exact: true })).toBeEnabled(); // all were looked at
  await expect(page.getByRole('row', { name: /Certificate .* Differs/ }).first()).toBeVisible();
  await expect(page.getByRole('row', { name: /Book .* Same/ }).first()).toBeVisible();
});

test('events are found by kind, actor and word, and the address keeps it', async ({ page }) => {
  await sign_in_as(page, 'auditor');
  await page.goto('/audit?lang=en&tab=events');
  const grid = page.getByRole('grid', { name: 'Events' });
  await expect(grid).toBeVisible();
  await page.getByLabel('Topic').selectOption('participant');
  await page.getByLabel('Actor, such as P-5').fill('P-5');
  await expect(page.getByText('1 row', { exact: true })).toBeVisible();
  await expect(grid.getByRole('row', { name: /participant.opened P-5 name supplier-guian/ })).toBeVisible();
  await page.reload();
  await expect(page.getByText('1 row', { exact: true })).toBeVisible();
});

test('everybody sees public events and who supplies', async ({ page }) => {
  await page.goto('/audit?lang=en&tab=events');
  // Of the time of its founding: below all that came since.
  await page.getByLabel('Topic').selectOption('hub');
  await expect(page.getByRole('row', { name: /hub.supplier-changed/ }).first()).toBeVisible();
  await page.getByRole('tab', { name: 'Concentration' }).click();
  await expect(page.getByText('From what anybody may see')).toBeVisible();
  await page.getByRole('button', { name: 'Buyers' }).click();
  await expect(page.getByText('Who buys is in the journal')).toBeVisible();
});
