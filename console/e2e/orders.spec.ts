import { kDayBuyer } from './day';
import { expect, test } from './fixtures';
import { judged, new_buyer, send_order, sign_in_as, type Buyer } from './people';

let buyer: Buyer;
let waiting: string;
test.beforeAll(async ({ exchange }) => {
  buyer = await new_buyer(exchange, `orders-${Date.now()}`);
  waiting = await send_order(exchange, buyer, 'waits');
  await judged(exchange, buyer, waiting);
});

test('nobody sees orders without signing in', async ({ page }) => {
  await page.goto('/orders?lang=en');
  await expect(page.getByText('Sign in to see this')).toBeVisible();
});

test('an order is followed from sending on, while it happens', async ({ page, exchange }) => {
  await sign_in_as(page, buyer);
  await page.goto('/orders?lang=en');
  await expect(page.getByRole('gridcell', { name: waiting })).toBeVisible();
  // One that everybody would serve comes, and its page follows it.
  const order = await send_order(exchange, buyer, 'served', '90.00');
  await expect(page.getByRole('gridcell', { name: order })).toBeVisible();
  await page.getByRole('gridcell', { name: order }).click();
  const stages = page.getByRole('list', { name: 'What has become of it' });
  await expect(stages.getByRole('listitem').filter({ hasText: 'Running' }).locator('time')).toBeVisible({ timeout: 60_000 }); // and may be metered already
  await expect(page.getByRole('region', { name: 'Contract' })).toBeVisible();
  await expect(page.getByRole('grid', { name: 'Events' }).getByText('Started')).toBeVisible();
  await page.getByRole('tab', { name: 'Money' }).click();
  await expect(page.getByRole('grid', { name: 'Movements of money' }).getByText('Set aside').first()).toBeVisible();
  await expect.poll(() => new URL(page.url()).searchParams.get('part')).toBe('money');
  // It is stopped, after a question.
  await page.getByRole('button', { name: 'Stop it' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stop it' }).click();
  await expect(page.getByText('Cancelled').first()).toBeVisible();
});

test('an order that has ended shows every stage, and where its money went', async ({ page, day }) => {
  await page.addInitScript((token) => sessionStorage.setItem('tongsuan.credentials', JSON.stringify({ kind: 'token', token })), `dev-${kDayBuyer}`);
  await page.goto(`/orders/${day.finished}?lang=en`);
  const stages = page.getByRole('list', { name: 'What has become of it' });
  await expect(stages.locator('time')).toHaveCount(6); // each has its time
  const events = page.getByRole('grid', { name: 'Events' });
  for (const what of ['Started', 'Metered', 'Settled', 'Ended']) await expect(events.getByRole('gridcell', { name: what, exact: true }).first()).toBeVisible();
  await page.getByRole('tab', { name: 'Money' }).click();
  const money = page.getByRole('grid', { name: 'Movements of money' });
  for (const kind of ['Set aside', 'Payment', 'Release']) await expect(money.getByRole('gridcell', { name: kind, exact: true }).first()).toBeVisible();
  await page.goto(`/orders/${day.ended}?lang=en`);
  await expect(page.getByText('Cancelled').first()).toBeVisible();
});

test('an order is changed from what was tried', async ({ page }) => {
  await sign_in_as(page, buyer);
  await page.goto(`/orders/${waiting}?lang=en`);
  await expect(page.getByText('It has not run yet')).toBeVisible();
  await page.keyboard.press('w');
  const drawer = page.getByRole('dialog', { name: `${waiting}: why?` });
  await drawer.getByRole('slider', { name: 'Latest start' }).focus();
  await page.keyboard.press('ArrowRight');
  const change = drawer.getByRole('button', { name: 'Change the order …' });
  await change.click();
  await page.keyboard.press('Escape'); // leaves the question, not what it is about
  await expect(page.getByRole('dialog', { name: `Change ${waiting}?` })).toHaveCount(0);
  await expect(change).toBeFocused();
  await change.click();
  await page.getByRole('dialog', { name: `Change ${waiting}?` }).getByRole('button', { name: 'Change the order' }).click();
  await expect(page.getByText(`${waiting} was changed.`)).toBeVisible();
});

test('an order of somebody else is not found, in words', async ({ page, watched }) => {
  await sign_in_as(page, buyer);
  await page.goto('/orders/O-0?lang=en');
  await expect(page.getByRole('alert')).toBeVisible();
  watched.faults.length = 0; // the browser notes the 404
});
