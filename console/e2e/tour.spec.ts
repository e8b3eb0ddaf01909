import { expect, test } from './fixtures';

test.use({ newcomer: true });

test('the first steps lead from the map to a question, and stay away when they were', async ({ page }) => {
  await page.goto('/?lang=en');
  const card = page.getByRole('complementary', { name: 'First steps' });
  await expect(card.getByRole('heading', { name: 'Read the map' })).toBeVisible();
  await card.getByRole('button', { name: 'Next' }).press('Enter');
  await expect(card.getByRole('heading', { name: 'Open a round' })).toBeVisible();
  await card.getByRole('button', { name: 'Next' }).press('Enter');
  await expect(card.getByRole('heading', { name: 'Ask why' })).toBeVisible();
  await card.getByRole('button', { name: 'Done' }).press('Enter');
  await expect(card).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Market map', level: 2 })).toBeVisible();
  await expect(card).toHaveCount(0);
  await page.keyboard.press('?');
  await page.getByRole('button', { name: 'Take the tour' }).press('Enter');
  await expect(card).toBeVisible();
});
