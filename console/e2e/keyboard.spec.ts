// Without a pointer: every page is reached by its keys, and Tab comes to everything on it that does something,
// shows where it is, and comes out again.
import { kDayBuyer } from './day';
import { expect, sign_in_as, test } from './fixtures';
import type { Page } from '@playwright/test';

interface Stop {
  name: string;
  seen: boolean;
  marked: boolean;
}
// Runs in the page: what Tab has to come to, and a list of where it came.
function watch_focus(): number {
  const kMarks = 'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea, summary, [tabindex="0"]';
  const view = window as unknown as { stops: Stop[]; missed: () => string[] };
  const name_of = (at: Element) =>
    (at.getAttribute('aria-label') ?? (at as HTMLInputElement).labels?.[0]?.textContent ?? at.textContent ?? '').trim().slice(0, 40);
  const all = [...document.querySelectorAll<HTMLElement>(kMarks)].filter((one) => one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true }) && !(one instanceof HTMLInputElement && one.type === 'radio' && !one.checked));
  const reached = new Set<Element>();
  view.stops = [];
  view.missed = () => all.filter((one) => one.isConnected && one.matches(kMarks) && !reached.has(one)).map((one) => `${one.tagName} ${name_of(one)}`);
  document.addEventListener('focusin', ({ target }) => {
    if (!(target instanceof Element)) return;
    reached.add(target);
    const [box, style] = [target.getBoundingClientRect(), getComputedStyle(target)];
    const marked = (style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none' || target.querySelector(':scope svg, :scope circle, :scope path') !== null || target instanceof SVGElement;
    view.stops.push({ name: name_of(target), seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth, marked });
  });
  return all.length;
}

async function walk(page: Page): Promise<void> {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  const count = await page.evaluate(watch_focus);
  const tab = async (times: number) => { for (let at = 0; at < times; at++) await page.keyboard.press('Tab'); };
  const missed = () => page.evaluate(() => (window as unknown as { missed: () => string[] }).missed());
  await tab(count + 2);
  if ((await missed()).length) await tab(count); // something came while it went, such as a quote
  expect(await missed()).toEqual([]);
  const stops = await page.evaluate(() => (window as unknown as { stops: Stop[] }).stops);
  expect(stops.filter((one) => one.name === '' || !one.seen || !one.marked)).toEqual([]);
}

const kPages = [
  ['g m', 'Market map'], ['g r', 'Rounds'], ['g o', 'Orders'], ['g s', 'Submit'], ['g h', 'Hub'], ['g l', 'Ledger'], ['g e', 'Green'], ['g x', 'Lab'], ['g a', 'Audit'],
] as const;

for (const who of [kDayBuyer, 'auditor']) {
  test(`every page by keyboard alone, as ${who}`, async ({ page }) => {
    test.setTimeout(180_000);
    await sign_in_as(page, who);
    await page.goto('/?lang=en');
    await expect(page.getByRole('button', { name: who })).toBeVisible();
    await page.keyboard.press('p'); // so that nothing comes and goes meanwhile
    for (const [keys, title] of kPages) {
      await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
      for (const key of keys.split(' ')) await page.keyboard.press(key);
      await expect(page.getByRole('heading', { level: 1, name: title })).toBeAttached();
      await expect(page.locator('main .loading')).toHaveCount(0);
      await walk(page);
    }
  });
}

test('the way past the header, and what opens, closes and gives the focus back', async ({ page }) => {
  await page.goto('/rounds?lang=en');
  await expect(page.locator('.frame').first()).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('main')).toBeFocused();
  const help = page.getByRole('banner').getByRole('button', { name: 'Keyboard' });
  await help.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(help).toBeFocused();
  const grid = page.getByRole('grid', { name: 'Book of the round' });
  await grid.focus();
  const first = await grid.getAttribute('aria-activedescendant');
  await page.keyboard.press('ArrowDown');
  await expect(grid).not.toHaveAttribute('aria-activedescendant', first ?? '');
});

test('who goes to another page is on it, at its top, and comes to nothing behind a question', async ({ page }) => {
  await page.goto('/audit?lang=en&tab=events');
  await expect(page.getByRole('grid', { name: 'Events' })).toBeVisible();
  await page.setViewportSize({ width: 1440, height: 400 });
  await page.evaluate(() => scrollTo(0, 300));
  const rounds = page.getByRole('navigation').getByRole('link', { name: 'Rounds' });
  await rounds.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main', { name: 'Rounds' })).toBeFocused();
  expect(await page.evaluate(() => scrollY)).toBe(0);
  await page.goBack();
  await expect(page.getByRole('main', { name: 'Audit' })).toBeFocused();
  // Whoever has signed in is not lost either: the button that led here is gone.
  await page.getByRole('banner').getByRole('button', { name: 'Sign in' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Sign in' });
  await dialog.getByRole('button', { name: 'Token' }).click();
  await dialog.getByRole('textbox', { name: 'Token' }).fill('dev-auditor');
  await dialog.getByRole('textbox', { name: 'Token' }).press('Enter');
  await expect(dialog).toHaveCount(0);
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY');
  // Behind a question of the page, keys mean nothing; Escape leaves it, and the focus goes back.
  await page.getByRole('tab', { name: 'Chain' }).click();
  const start = page.getByRole('listitem').filter({ hasText: 'Replay by the exchange' }).getByRole('button', { name: 'Start' });
  await start.press('Enter');
  await expect(page.getByRole('dialog')).toBeVisible();
  for (const key of ['p', 'g', 'm']) await page.keyboard.press(key);
  await expect(page.locator('.live[data-state="paused"]')).toHaveCount(0);
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).press('Enter');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(start).toBeFocused();
  await expect(page).toHaveURL(/\/audit/);
});
