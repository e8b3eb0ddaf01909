// Who acts in tests: a buyer with money, and what it sends. A development exchange lets in whoever
// says the name of a participant.
import { expect, type Page } from '@playwright/test';

import type { Exchange } from './exchange';

export interface Buyer {
  name: string;
  id: string;
}
type Json = Record<string, unknown>;

let made = 0;
const next_key = () => `console-e2e-${process.pid}-${Date.now()}-${made++}`;

export async function ask(exchange: Exchange, who: string, method: string, path: string, body?: Json): Promise<Json> {
  const reply = await fetch(`${exchange.address}/v1${path}`, {
    method,
    headers: { Authorization: `Bearer dev-${who}`, ...(method === 'GET' ? {} : { 'Idempotency-Key': next_key() }), ...(body ? { 'Content-Type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const told = (await reply.json()) as Json;
  expect(reply.ok, `${method} ${path}: ${JSON.stringify(told)}`).toBe(true);
  return told;
}

export async function new_buyer(exchange: Exchange, name: string): Promise<Buyer> {
  const { id } = await ask(exchange, 'operator', 'POST', '/participants', { name, role: 'participant' });
  await ask(exchange, 'operator', 'POST', '/deposits', { to: { participant: id, purpose: 'cash' }, amount: { amount: '100000.00', currency: 'CNY' }, reference: String(Date.now()) });
  return { name, id: String(id) };
}

/** From the next address on that the page opens. */
export async function sign_in_as(page: Page, buyer: Buyer): Promise<void> {
  await page.addInitScript((token) => sessionStorage.setItem('tongsuan.credentials', JSON.stringify({ kind: 'token', token })), `dev-${buyer.name}`);
}

/** A block order; at this price nobody serves it. */
export async function send_order(exchange: Exchange, buyer: Buyer, name: string, limit = '0.01', durationSeconds = 7_200): Promise<string> {
  const { id } = await ask(exchange, buyer.name, 'POST', '/orders', {
    kind: 'block', name, ways: [{ class: 'H800', devices: 8, durationSeconds }], limit: { amount: limit, currency: 'CNY' }, work: { script: '#!/bin/sh\necho hello\n' },
  });
  return String(id);
}

/** Closes rounds until one has cleared in whose book the order stood. */
export async function judged(exchange: Exchange, buyer: Buyer, order: string): Promise<void> {
  await expect.poll(async () => {
    await exchange.close_round();
    const reply = await fetch(`${exchange.address}/v1/orders/${order}/why?changes=false`, { headers: { Authorization: `Bearer dev-${buyer.name}` } });
    const told = (await reply.json()) as { reason?: string };
    return told.reason ?? '';
  }, { timeout: 60_000 }).not.toBe('');
}
