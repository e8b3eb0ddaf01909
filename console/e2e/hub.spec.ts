import { expect, sign_in_as, test } from './fixtures';

test('a hub shows what it has and asks, by keyboard alone', async ({ page, exchange }) => {
  await exchange.rounds(1);
  await page.goto('/map?lang=en');
  await page.keyboard.press('g');
  await page.keyboard.press('h');
  await expect(page.getByRole('heading', { name: /Chongqing/, level: 2 })).toBeVisible();
  await page.keyboard.press(']');
  await expect(page.getByRole('heading', { name: /^Guian/, level: 2 })).toBeVisible();
  await expect(page).toHaveURL(/\/hub\/guian(\?|$)/);
  await page.keyboard.press('[');
  await expect(page.getByRole('heading', { name: /Chongqing/, level: 2 })).toBeVisible();
  // What the chart shows, the table has; it is the exchange's own answer.
  const devices = page.getByRole('region', { name: 'Devices by class' });
  await devices.getByRole('button', { name: 'Table' }).click();
  const reply = (await (await page.request.get('/v1/hubs/chongqing')).json()) as { pools: { class: string; nodes: number; nodeDevices: number }[] };
  for (const pool of reply.pools) {
    const row = devices.getByRole('row', { name: new RegExp(`^${pool.class} `) });
    await expect(row.getByRole('gridcell').nth(1)).toHaveText(String(pool.nodes * pool.nodeDevices));
  }
  await expect(page.getByRole('img', { name: 'Prices posted by rounds' })).toBeVisible();
  await page.reload();
  await expect(devices.getByRole('grid')).toBeVisible(); // the address has it
});

test('a supplier changes what it asks, after a question', async ({ page }) => {
  await sign_in_as(page, 'supplier-guian');
  await page.goto('/hub/guian?lang=en&offers=table');
  await page.getByRole('button', { name: 'Change an ask' }).click();
  const dialog = page.getByRole('dialog', { name: 'Change an ask' });
  const before = (await (await page.request.get('/v1/offers?hub=guian&class=A800')).json()) as { items: { ask: { amount: string } }[] };
  const ask = (Number(before.items[0]?.ask.amount) + 0.01).toFixed(2);
  await dialog.getByLabel('New ask').fill('much');
  await expect(dialog.getByRole('button', { name: 'Confirm' })).toBeDisabled();
  await dialog.getByLabel('New ask').fill(ask);
  await dialog.getByRole('button', { name: 'Confirm' }).click();
  await expect(page.getByText('The exchange has it in its journal')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Offers' }).getByRole('row', { name: new RegExp(`^A800 1 .*¥${ask}`) })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Contracts here' })).toBeVisible();
});

test('what was refused is sent again when it is put right', async ({ page, watched }) => {
  await sign_in_as(page, 'supplier-guian');
  await page.goto('/hub/guian?lang=en');
  await page.getByRole('button', { name: 'Report nodes' }).click();
  const dialog = page.getByRole('dialog', { name: 'Report nodes' });
  await dialog.getByRole('textbox', { name: 'Nodes' }).fill('900000');
  await dialog.getByRole('button', { name: 'Confirm' }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await dialog.getByRole('button', { name: 'came up' }).click();
  await dialog.getByRole('textbox', { name: 'Nodes' }).fill('1');
  await dialog.getByRole('button', { name: 'Confirm' }).click();
  await expect(page.getByText('The exchange has it in its journal')).toBeVisible();
  watched.faults.length = 0; // the browser notes what was refused
});

test('lines have the colours of the theme that is chosen', async ({ page, exchange }) => {
  await exchange.rounds(1);
  await page.goto('/hub/guian?lang=en&theme=light');
  const drawn = page.getByRole('img', { name: 'Prices posted by rounds' }).locator('canvas');
  await expect(drawn).toBeVisible();
  await page.keyboard.press('p'); // so that nothing else draws it anew
  await drawn.evaluate((canvas) => canvas.setAttribute('data-theme-of', 'light'));
  await page.getByRole('banner').getByRole('combobox').selectOption('dark');
  await expect(page.locator('[data-theme-of]')).toHaveCount(0);
  await expect(drawn).toBeVisible();
  await page.reload(); // what was chosen last holds, whatever the address said at first
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});

test('an operator halts a hub and lets it go on', async ({ page }) => {
  await sign_in_as(page, 'operator');
  await page.goto('/hub/tianfu?lang=zh');
  for (const [button, state] of [['枢纽停牌', '已停牌'], ['枢纽复牌', '交易中']] as const) {
    await page.getByRole('button', { name: button }).click();
    await page.getByRole('dialog').getByRole('button', { name: '确认' }).click();
    await expect(page.locator('.head').getByText(state)).toBeVisible(); // by the stream
  }
});
