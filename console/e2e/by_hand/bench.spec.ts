// 1,000 updates a second for a minute: frames that were dropped, and memory that grew. On a map of ten
// hubs, and of a hundred. `npm run bench`; SECONDS shortens it.
import { expect, test } from '../fixtures';
import { Flood } from './flood';

const kSeconds = Number(process.env.SECONDS ?? 60);
const kRate = 1_000;

test.use({ baseURL: undefined });

for (const hubs of [10, 100]) {
  test(`${kRate} updates a second on a map of ${hubs} hubs`, async ({ page, exchange, watched }) => {
    await exchange.rounds(1);
    const flood = await Flood.start(exchange.address, kRate, hubs);
    try {
      await page.goto(`${flood.address}/map?lang=en`);
      await expect(page.locator('.live[data-state="open"]')).toBeVisible();
      await expect(page.locator('.node')).toHaveCount(hubs);
      const cdp = await page.context().newCDPSession(page);
      const heap = async () => {
        await cdp.send('HeapProfiler.collectGarbage');
        return (await cdp.send('Runtime.getHeapUsage')).usedSize / 1e6;
      };
      await page.waitForTimeout(5_000); // code is compiled by now
      const [before, sent] = [await heap(), flood.sent];
      const frames = await page.evaluate(
        (milliseconds) => new Promise<number[]>((done) => {
          const gaps: number[] = [];
          const began = performance.now();
          let last = began;
          const frame = (now: number) => {
            gaps.push(now - last);
            last = now;
            if (now - began < milliseconds) requestAnimationFrame(frame);
            else done(gaps);
          };
          requestAnimationFrame(frame);
        }),
        kSeconds * 1_000,
      );
      const after = await heap();
      const kFrame = 1000 / 60;
      const dropped = frames.reduce((sum, gap) => sum + Math.max(0, Math.round(gap / kFrame) - 1), 0);
      const share = dropped / (frames.length + dropped);
      const updates = flood.sent - sent;
      process.stdout.write(
        `${hubs} hubs: ${updates} updates in ${kSeconds} s, ${frames.length} frames, ${dropped} dropped (${(share * 100).toFixed(2)} %), ` +
          `longest ${Math.max(...frames).toFixed(0)} ms, heap ${before.toFixed(1)} → ${after.toFixed(1)} MB\n`,
      );
      expect(updates).toBeGreaterThan(kRate * kSeconds * 0.9);
      expect(after - before).toBeLessThan(10);
      if (process.env.STRICT) expect(share).toBeLessThan(0.05); // on a machine that does nothing else
      watched.requests.length = 0; // they went to the flood
    } finally {
      await flood.stop();
    }
  });
}
