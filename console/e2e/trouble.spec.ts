// When things go wrong: what people are told, and that nothing is missed.
import { kDayBuyer } from './day';
import { expect, expect_accessible, in_look, sign_in_as, test } from './fixtures';

const kStatuses = [
  [401, 'unknown-key', '请使用本交易所的密钥或令牌登录', 'Sign in with a key or token'],
  [403, 'forbidden', '请以有权限的角色登录', 'Sign in as somebody whose role'],
  [404, 'unknown', '请检查名称', 'Check the name'],
  [409, 'idempotency-conflict', '数据已变化', 'It is another by now'],
  [429, 'rate-limited', '请在 7 秒后重试', 'try again in 7 s'],
  [500, 'internal', '请联系运营方', 'tell the operator'],
] as const;

for (const [status, code, chinese, english] of kStatuses) {
  test(`${status} is a sentence with what to do`, async ({ page, watched }) => {
    await sign_in_as(page, 'auditor');
    const problem = { type: `urn:tongsuan:problem:${code}`, title: 'title', status, code, detail: 'What happened here.' };
    await page.route('**/v1/transfers*', (route) => route.fulfill({ status, contentType: 'application/problem+json', headers: { 'Retry-After': '7' }, body: JSON.stringify(problem) }));
    await page.goto(in_look('/ledger?tab=transfers', { language: 'zh', theme: 'light' }));
    for (const [language, text] of [['zh', chinese], ['en', english]] as const) {
      if (language === 'en') await page.getByRole('banner').getByRole('button', { name: 'EN' }).click();
      if (status === 401) {
        await expect(page.getByRole('heading', { name: language === 'zh' ? '登录后可查看' : 'Sign in to see this' })).toBeVisible();
        continue;
      }
      const alert = page.getByRole('alert');
      await expect(alert).toContainText(text);
      await expect(alert).toContainText('What happened here.');
      if (status === 500) await expect_accessible(page);
    }
    watched.faults.length = 0; // the browser notes each of them
  });
}

test('whose token ends in the middle is told, and goes on as anybody', async ({ page, watched }) => {
  await sign_in_as(page, 'auditor');
  await page.goto('/map?lang=en');
  const banner = page.getByRole('banner');
  await expect(banner.getByRole('button', { name: 'auditor' })).toBeVisible();
  await expect(page.locator('.live[data-state="open"]')).toBeVisible();
  const problem = { title: 'title', status: 401, code: 'expired' };
  await page.route('**/v1/**', (route) => (route.request().headers().authorization ? route.fulfill({ status: 401, contentType: 'application/problem+json', body: JSON.stringify(problem) }) : route.continue()));
  for (let press = 0; press < 2; press++) await page.keyboard.press('p'); // goes on with another reading
  await expect(page.getByText('Your key or token is not taken any more')).toBeVisible();
  await expect(banner.getByRole('button', { name: 'Sign in' })).toBeVisible();
  await expect(page.locator('.live[data-state="open"]')).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
  watched.faults.length = 0; // the browser notes what was refused
});

const kSlow = [
  ['rounds', '/rounds?lang=en', '**/v1/rounds/*/book'],
  ['orders', '/orders?lang=en', '**/v1/orders*'],
  ['ledger', '/ledger?lang=en&tab=transfers', '**/v1/transfers*'],
  ['audit', '/audit?lang=en&tab=events', '**/v1/journal*'],
] as const;

test('a slow network shows that it is loading, then what came', async ({ page }) => {
  await page.route('**/v1/hubs*', async (route) => {
    await new Promise((done) => setTimeout(done, 2_000));
    await route.continue();
  });
  await page.goto('/map?lang=en');
  await expect(page.getByText('Loading …')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Guian/ })).toBeVisible();
});

for (const [name, path, slow] of kSlow) {
  test(`over a slow network ${name} says that it loads, and then shows what came`, async ({ page }) => {
    await sign_in_as(page, name === 'orders' ? kDayBuyer : 'auditor');
    let first = true; // of a journal there are many pages
    await page.route(slow, async (route) => {
      if (first) await new Promise((done) => setTimeout(done, 800));
      first = false;
      await route.continue();
    });
    await page.goto(path);
    await expect(page.locator('main .loading').first()).toBeVisible();
    await expect(page.locator('main').locator('.frame, .sheet, .table').first()).toBeVisible();
    await expect(page.locator('main .loading')).toHaveCount(0);
  });
}

test('a restart is bridged without a gap or a duplicate', async ({ page, exchange, watched }) => {
  test.setTimeout(120_000);
  await page.goto('/audit?lang=en&tab=events&topic=round');
  const grid = page.getByRole('grid', { name: 'Events' });
  await expect(grid.getByRole('row').nth(1)).toBeVisible();
  await exchange.close_round(); // while it is watched
  await exchange.restart(1_000);
  await expect(page.locator('.live[data-state="open"]')).toBeVisible({ timeout: 60_000 });
  const closed = async () => ((await (await page.request.get('/v1/rounds?pageSize=100')).json()) as { items: { id: string; state: string }[] }).items.filter((one) => one.state !== 'collecting' && one.state !== 'clearing').map((one) => one.id);
  for (let more = 0; more < 2; more++) await exchange.close_round();
  // As soon as the page has the last of them, it is made to stand still.
  await expect(grid.getByRole('row', { name: new RegExp(`round.closed .*${(await closed())[0] ?? ''}`) })).toBeVisible();
  await page.keyboard.press('p');
  const rounds = await closed();
  const told = await grid.getByRole('row', { name: /round\.closed/ }).allTextContents();
  const shown = told.map((text) => /round (R-\w+)/.exec(text)?.[1] ?? '');
  // Those that the page shows are the last ones, each once, none left out.
  expect(new Set(shown).size).toBe(shown.length);
  const from = rounds.indexOf(shown[0] ?? '');
  expect(from).toBeGreaterThanOrEqual(0);
  expect(from).toBeLessThanOrEqual(1); // one may have closed since
  expect(shown).toEqual(rounds.slice(from, from + shown.length));
  watched.faults.length = 0; // the browser notes the cut
});
