import { expect, test } from 'vitest';

import { Client } from '../api';
import { market_source } from '.';

const market = { name: 'm', time: '2026-04-13T10:00:00+08:00', state: 'open', round: 'R-2', lock: '2026-04-13T10:50:00+08:00', gate: '2026-04-13T11:00:00+08:00', classes: [] };

/** Answers as of the sequence that is asked for, or of `now`; says what was asked. */
function exchange(now: { market: string; hubs: string; links: string }): { client: Client; asked: string[] } {
  const asked: string[] = [];
  const client = new Client('', (target) => {
    const url = new URL(String(target), 'http://here');
    const what = url.pathname.split('/').at(-1) as keyof typeof now;
    asked.push(what + (url.searchParams.get('asOf') ? `@${url.searchParams.get('asOf')}` : ''));
    const body = what === 'market' ? market : { asOf: url.searchParams.get('asOf') ?? now[what], items: [] };
    return Promise.resolve(new Response(JSON.stringify(body), { headers: { 'Tongsuan-Sequence': url.searchParams.get('asOf') ?? now[what] } }));
  });
  return { client, asked };
}
const load = (client: Client) => market_source(client).load(new AbortController().signal);

test('the market is read in one go while nothing happens', async () => {
  const { client, asked } = exchange({ market: '7', hubs: '7', links: '7' });
  expect((await load(client)).sequence).toBe('7');
  expect(asked).toEqual(['market', 'hubs', 'links']);
});

test('what was answered later is read again as of the same sequence', async () => {
  const { client, asked } = exchange({ market: '7', hubs: '9', links: '7' });
  expect((await load(client)).sequence).toBe('7');
  expect(asked).toEqual(['market', 'hubs', 'links', 'hubs@7']);
});
