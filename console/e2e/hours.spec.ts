import { expect, expect_accessible, in_look, kBothLooks, test } from './fixtures';

interface Told {
  round: string;
  from: string;
  slotSeconds: number;
  pools: { hub: string; class: string; offered: number[]; price: string[]; capacity: string[]; scarcity: string[]; power: string[] }[];
  zones: { zone: string; usedWh: string[]; matchedWh: string[] }[];
}

test('the map shows the hours that the last round cleared, by keyboard', async ({ page, exchange }) => {
  await exchange.rounds(2);
  await page.goto('/map?lang=en');
  const slider = page.getByRole('slider', { name: 'Hour shown' });
  await expect(slider).toHaveAttribute('aria-valuetext', 'Posted now');
  await slider.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(slider).toHaveAttribute('aria-valuetext', /^Cleared for .*–\d\d:\d\d by R-/);
  await expect(page).toHaveURL(/at=\d{4}-\d\d-\d\dT\d\d/);
  await expect(page.getByRole('region', { name: /^Market map, cleared for/ })).toBeVisible();
  // Another round may close meanwhile: it has slots of its own, the time that is looked at stays.
  const before = page.url();
  await slider.blur(); // keys of the page are not for whoever writes
  await page.keyboard.press(']');
  await expect(page).not.toHaveURL(before);
  await page.getByRole('region', { name: 'Hour shown' }).getByRole('button', { name: 'Now', exact: true }).click();
  await expect(slider).toHaveAttribute('aria-valuetext', 'Posted now');
  await expect(page).not.toHaveURL(/at=/);
  await slider.focus();
  await page.keyboard.press('End');
  await page.reload(); // the address has it
  await expect(slider).toHaveAttribute('aria-valuetext', /^Cleared for/);
});

test('a price has its parts, and they are the exchange’s own', async ({ page, exchange }) => {
  await exchange.rounds(2);
  await page.goto('/map?lang=en');
  const slider = page.getByRole('slider', { name: 'Hour shown' });
  await slider.focus();
  await page.keyboard.press('End');
  await page.getByRole('button', { name: 'Pause' }).click(); // no other round comes while this one is compared
  await page.getByRole('button', { name: /^Guian: / }).press('Enter');
  const parts = page.getByRole('dialog').getByRole('region', { name: 'Price per device-hour, in parts' });
  await parts.getByRole('button', { name: 'Table' }).click();
  const said = (await slider.getAttribute('aria-valuetext')) ?? '';
  const round = /R-\w+$/.exec(said)?.[0] ?? '';
  const told = (await (await page.request.get(`/v1/rounds/${round}/slots?hub=guian`)).json()) as Told;
  const last = (told.pools[0]?.offered.length ?? 0) - 1;
  for (const pool of told.pools.filter((one) => (one.offered[last] ?? 0) > 0)) {
    const micro = (text: string | undefined) => Math.round(Number(text) * 1e6);
    expect(micro(pool.price[last])).toBe(micro(pool.capacity[last]) + micro(pool.power[last]));
    const row = parts.getByRole('row', { name: new RegExp(`^${pool.class} `) });
    const money = (value: number) => new RegExp(`^¥${(Math.round(value / 100) / 1e4).toFixed(4).replace(/0{1,2}$/, '').replace('.', '\\.')}$`);
    await expect(row.getByRole('gridcell').nth(4)).toHaveText(money(micro(pool.price[last])));
    await expect(row.getByRole('gridcell').nth(3)).toHaveText(money(micro(pool.power[last])));
  }
});

test('the green page shows the plan, and says that it is one', async ({ page, exchange }) => {
  await exchange.rounds(2);
  await page.goto('/green?lang=en');
  const plan = page.getByRole('region', { name: 'Matched share in the plan, by hour and day' });
  await expect(plan.getByRole('img')).toBeVisible();
  await expect(plan.getByText(/It is a plan, not what was metered/)).toBeVisible();
  await plan.getByRole('button', { name: 'Table' }).click();
  await expect(plan.getByRole('row', { name: /^\d\d-\d\d / }).first()).toBeVisible();
  await page.getByRole('region', { name: 'The plan by zone' }).getByRole('row', { name: /^guizhou / }).click();
  await expect(page).toHaveURL(/zone=power-guizhou/);
  const csv = page.waitForEvent('download');
  await plan.getByRole('button', { name: 'CSV' }).click();
  expect((await csv).suggestedFilename()).toMatch(/^R-\w+-matched\.csv$/);
});

test('a hub shows how busy it was, also after a restart', async ({ page, exchange }) => {
  await exchange.rounds(2);
  await exchange.restart(500);
  await page.goto('/hub/guian?lang=en&use=table');
  const use = page.getByRole('region', { name: 'In use when rounds closed' });
  await expect(use.getByRole('row', { name: /^R-1 / })).toBeVisible();
  await expect(use.getByText(/^Known from/)).toBeVisible();
  await expect(page.getByRole('region', { name: /^Cleared for the hours to come/ })).toBeVisible();
});

const kPlaces: Record<string, string[]> = {
  'the map': ['/map?', '/map?view=table&'],
  'the panel of a hub': ['/map?hub=guian&colour=green&', '/map?hub=guian&parts=table&'],
  'the plan': ['/green?', '/green?plan=table&'],
  'the use of a hub': ['/hub/guian?', '/hub/guian?use=table&ahead=table&'],
};
for (const [name, paths] of Object.entries(kPlaces)) {
  for (const look of kBothLooks) {
    test(`everybody can use ${name} (${look.language}, ${look.theme})`, async ({ page, exchange }) => {
      await exchange.rounds(1);
      const { items } = (await (await page.request.get('/v1/rounds?state=cleared&pageSize=1')).json()) as { items: { gate: string }[] };
      const at = `at=${items[0]?.gate.slice(0, 10) ?? ''}T23:30`;
      // As a chart in one look, as a table in the other.
      const path = (look.language === 'en' ? paths[0] : paths[1]) ?? '';
      await page.goto(in_look(`${path}${at}`, look));
      await expect(page.locator('.frame').first()).toBeVisible();
      if (path.startsWith('/map')) await expect(page.getByRole('slider')).toBeVisible();
      await expect_accessible(page);
      await page.setViewportSize({ width: 360, height: 740 });
      await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    });
  }
}
