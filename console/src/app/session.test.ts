import { afterEach, expect, test, vi } from 'vitest';

import { Client } from '../api';
import { session } from './session.svelte';

const me = { participant: 'P-5', name: 'lab', role: 'participant' };
/** An exchange that takes tokens for as long as it says. */
function exchange(): { client: Client; refuse: () => void } {
  let takes = true;
  const client = new Client('', async () => (takes ? new Response(JSON.stringify(me)) : new Response(JSON.stringify({ code: 'unknown-key', title: '' }), { status: 401 })));
  return { client, refuse: () => { takes = false; } };
}
afterEach(() => vi.unstubAllGlobals());

test('who is refused in the middle is signed out, and told', async () => {
  const { client, refuse } = exchange();
  const over = vi.fn();
  session.begin(client, over);
  await session.sign_in(client, { kind: 'token', token: 't' }, false);
  await session.doubt(client);
  expect([session.name, over.mock.calls.length]).toEqual(['t', 0]); // it was for something else
  refuse();
  await session.doubt(client);
  expect([session.name, session.reader, client.signed_in, over.mock.calls.length]).toEqual([null, { kind: 'public' }, false, 1]);
  await session.doubt(client);
  expect(over).toHaveBeenCalledOnce();
});

test('a browser that keeps nothing signs in and out all the same', async () => {
  const refuse = () => { throw new DOMException('no', 'SecurityError'); };
  vi.stubGlobal('sessionStorage', { getItem: refuse, setItem: refuse, removeItem: refuse });
  const { client } = exchange();
  await session.sign_in(client, { kind: 'token', token: 't' }, true);
  expect(session.name).toBe('t');
  session.sign_out(client);
  expect([session.name, client.signed_in]).toEqual([null, false]);
});
