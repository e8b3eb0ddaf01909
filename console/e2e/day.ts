// A day of the market, recorded by the real programs before the first test and thrown away after the last: every
// visit starts the exchange on a copy of it, with rounds that have closed, contracts that have ended, and a
// ledger that has filled. Seeds and times of the exchange are the same in every recording; how fast this
// machine was is not, so tests ask for "some", and never for a number of rounds.
//
// DAY_HOURS shortens it: whoever visits one page needs no day.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Exchange, found_exchange } from './exchange';
import { ask, new_buyer, send_order } from './people';

const kHours = Number(process.env.DAY_HOURS ?? 24);
const kSpeed = 3_600;
const kRound = 3_600;

/** Somebody whose orders have come to each end; `day_of` tells them. */
export const kDayBuyer = 'day-buyer';
export interface DayOrders {
  finished: string; // ran, and everything is paid
  ended: string; // was ended by its buyer while it ran
  waits: string; // stands in books, at a price at which nobody serves it
  runs: string;
}

export default async function record(): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'console-day-'));
  try {
    await record_day(folder);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  process.env.TONGSUAN_DAY = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

async function record_day(folder: string): Promise<void> {
  found_exchange(folder, { orders: 3_000, round: kRound, at: '2026-12-01T00:00+08:00' });
  const exchange = await Exchange.open(folder, kSpeed, ['--round-threads', '2']);
  try {
    const buyer = await new_buyer(exchange, kDayBuyer);
    const finished = await send_order(exchange, buyer, 'nightly-eval', '90.00');
    const ended = await send_order(exchange, buyer, 'wrong-branch', '90.00', 172_800);
    await until(exchange, kHours / 2);
    await ask(exchange, kDayBuyer, 'POST', `/orders/${ended}:cancel`);
    await until(exchange, Math.max(kHours - 2, kHours / 2));
    const waits = await send_order(exchange, buyer, 'patient', '0.01');
    const runs = await send_order(exchange, buyer, 'pretrain', '90.00', 259_200);
    await until(exchange, kHours);
    await exchange.close_round(); // `waits` stood in one, however short the day
    writeFileSync(join(folder, 'orders.json'), JSON.stringify({ finished, ended, waits, runs } satisfies DayOrders));
  } finally {
    await exchange.close();
  }
}

async function until(exchange: Exchange, hours: number): Promise<void> {
  const begun = Date.parse('2026-12-01T00:00+08:00');
  for (;;) {
    const { time } = await exchange.read<{ time: string }>('/market');
    const left = begun + hours * 3_600_000 - Date.parse(time);
    if (left <= 0) return;
    await new Promise((done) => setTimeout(done, Math.max(20, Math.min(1_000, left / kSpeed))));
  }
}
