// Every page for everybody: WCAG 2.2 AA in both languages and both themes, and nothing cut off on a phone.
import { kDayBuyer, type DayOrders } from './day';
import { expect, expect_accessible, expect_for_everybody, sign_in_as, test } from './fixtures';

interface Visit {
  page: string;
  as?: string;
  paths: readonly string[] | ((day: DayOrders) => string[]);
  ready?: string; // what is there when the page has come; its frame or its empty state, if absent
}
const kVisits: readonly Visit[] = [
  { page: 'map', paths: ['/map', '/map?view=table', '/nowhere'] },
  { page: 'rounds', paths: ['/rounds', '/rounds?view=table', '/rounds/R-999999'], ready: '.frame, .empty, .table' },
  { page: 'orders', as: kDayBuyer, paths: (day) => ['/orders', `/orders/${day.finished}?part=money`, `/orders/${day.waits}?why=${day.waits}`, `/orders/${day.runs}`], ready: '.sheet, .tiles' },
  { page: 'orders of others', as: 'auditor', paths: ['/orders'] },
  { page: 'submit', as: kDayBuyer, paths: ['/submit', `/submit?job=${Buffer.from('a: [').toString('base64url')}`], ready: 'textarea' },
  { page: 'hub', as: 'auditor', paths: ['/hub/guian', '/hub/guian?pools=table&offers=table&prices=table&show=all', '/hub/nowhere'], ready: '.tiles, .empty' },
  { page: 'ledger', as: 'auditor', paths: ['/ledger?tab=accounts', '/ledger?tab=statement&of=P-5', '/ledger?tab=contracts&of=P-5', '/ledger?tab=transfers', '/ledger?tab=balance', '/ledger?tab=balance&view=table'] },
  { page: 'green', paths: ['/green', '/green?energy=table'], ready: '.drop' },
  { page: 'lab', paths: ['/lab'], ready: '.drop' },
  { page: 'audit', as: 'auditor', paths: ['/audit?tab=chain', '/audit?tab=events', '/audit?tab=rules', '/audit?tab=rules&view=table', '/audit?tab=concentration', '/audit?tab=concentration&side=buyers&view=table'], ready: '.tiles, .frame, .empty' },
];

for (const { page: name, as, paths, ready = '.frame, .empty' } of kVisits) {
  test(`everybody can use ${name}`, async ({ page, day }) => {
    if (as) await sign_in_as(page, as);
    for (const path of typeof paths === 'function' ? paths(day) : paths) {
      await page.goto(path);
      await expect(page.locator('main').locator(ready).first()).toBeVisible();
      await expect(page.locator('main .loading')).toHaveCount(0);
      await expect_for_everybody(page);
    }
  });
}

test.describe('the first steps', () => {
  test.use({ newcomer: true });
  test('everybody can use them', async ({ page }) => {
    await page.goto('/');
    await expect(page.getByRole('complementary')).toBeVisible();
    await expect_for_everybody(page);
  });
});

test('everybody can use the dialogs of the header', async ({ page }) => {
  await sign_in_as(page, 'auditor');
  await page.goto('/map?lang=en');
  await page.getByRole('button', { name: 'auditor' }).click();
  await expect(page.getByRole('dialog', { name: 'As whom you are signed in' })).toBeVisible();
  await expect_accessible(page);
});
