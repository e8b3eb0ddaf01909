// Pictures of the console for the documentation: the real server with a seeded market. Into PICTURES.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { kDayBuyer } from '../day';
import { apps } from '../exchange';
import { expect, in_look, sign_in_as, test, type Look } from '../fixtures';

const images = resolve(process.env.PICTURES ?? '../../docs/images');
const kBytesMax = 250_000;
const light = (language: Look['language']): Look => ({ language, theme: 'light' });
const dark = (language: Look['language']): Look => ({ language, theme: 'dark' });

interface Picture {
  name: string;
  path: string;
  look: Look;
  height: number;
  as?: string;
  file?: boolean; // opens a replay
}
const kPictures: Picture[] = [
  { name: 'console-map', path: '/map', look: light('en'), height: 1140 },
  { name: 'console-map.zh', path: '/map', look: light('zh'), height: 1140 },
  { name: 'console-map-dark', path: '/map', look: dark('en'), height: 1140 },
  { name: 'console-hub', path: '/hub/guian', look: light('en'), height: 1000, as: 'auditor' },
  { name: 'console-hub.zh', path: '/hub/guian', look: light('zh'), height: 1000, as: 'auditor' },
  { name: 'console-rounds', path: '/rounds?class=H800', look: light('en'), height: 1000 },
  { name: 'console-rounds.zh', path: '/rounds?class=H800', look: light('zh'), height: 1000 },
  { name: 'console-submit', path: '/submit', look: light('en'), height: 800, as: kDayBuyer },
  { name: 'console-submit.zh', path: '/submit', look: light('zh'), height: 800, as: kDayBuyer },
  { name: 'console-ledger', path: '/ledger?tab=balance', look: light('en'), height: 640, as: 'auditor' },
  { name: 'console-audit', path: '/audit?tab=concentration&side=buyers', look: light('en'), height: 700, as: 'auditor' },
  { name: 'console-audit.zh', path: '/audit?tab=concentration&side=buyers', look: light('zh'), height: 700, as: 'auditor' },
  { name: 'console-lab', path: '/lab?figure=net', look: dark('en'), height: 800, file: true },
];

let runs = '';
test.beforeAll(() => {
  runs = mkdtempSync(join(tmpdir(), 'console-pictures-'));
  execFileSync(join(apps, 'tongsuan'), ['replay', 'national-week', '--jobs', '1000', '--seeds', '5', '--policy', 'silo-easy,pool-value,pool-green', '--certify', '0', '-q', '--results', join(runs, 'runs.jsonl')]);
});
test.afterAll(() => rmSync(runs, { recursive: true, force: true }));

for (const { name, path, look, height, as, file } of kPictures) {
  test(name, async ({ page, exchange }) => {
    await exchange.rounds(12); // a day has them, so that prices have a course
    if (as) await sign_in_as(page, as);
    await page.setViewportSize({ width: 1440, height });
    await page.goto(in_look(path, look));
    if (file) await page.locator('input[type=file]').setInputFiles([join(runs, 'runs.jsonl')]);
    await expect(page.locator('.frame, textarea').first()).toBeVisible();
    await page.waitForTimeout(2_000); // transitions are over
    const target = join(images, `${name}.png`);
    await page.screenshot({ path: target });
    expect(statSync(target).size).toBeLessThan(kBytesMax);
  });
}
