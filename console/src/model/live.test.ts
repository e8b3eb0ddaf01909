import { expect, test, vi } from 'vitest';

import { Failure, type Client } from '../api';
import { Live, type LiveSource } from '.';

/** Streams that stay open and say nothing; the first requests may be refused. */
function client_of(...refusals: Failure[]): { client: Client; from: () => string[] } {
  const from: string[] = [];
  const open = async (call: { headers?: Record<string, string | undefined> }) => {
    from.push(call.headers?.['Last-Event-ID'] ?? '');
    const refused = refusals.shift();
    if (refused) throw refused;
    return new Response(new ReadableStream());
  };
  return { client: { open } as unknown as Client, from: () => from };
}
const source = (load: LiveSource<string>['load'], every?: number): LiveSource<string> => ({ load, fold: (now) => now, renews: () => false, ...(every ? { every } : {}) });

test('whoever signs in while the market is read gets a picture of their own, and a stream', async () => {
  const { client, from } = client_of();
  const answers: ((picture: string) => void)[] = [];
  const load = (signal: AbortSignal) => new Promise<{ picture: string; sequence: string }>((done, failed) => {
    answers.push((picture) => done({ picture, sequence: '5' }));
    signal.addEventListener('abort', () => failed(new DOMException('', 'AbortError')));
  });
  const live = new Live(client, source(load));
  void live.start();
  const again = live.restart();
  expect(answers).toHaveLength(2); // nobody waits for what was asked as somebody else
  answers[1]?.('theirs');
  await again;
  answers[0]?.('nobody’s');
  await vi.waitFor(() => expect(live.stream_state).toBe('open'));
  expect([live.picture, live.failure, from()]).toEqual(['theirs', null, ['5']]);
  live.stop();
});

test('an answer to somebody else that comes late is not shown', async () => {
  const { client } = client_of();
  const answers: (() => void)[] = [];
  const load = () => new Promise<{ picture: string; sequence: string }>((done) => { const name = String(answers.length); answers.push(() => done({ picture: name, sequence: '5' })); });
  const live = new Live(client, source(load));
  const first = live.start();
  const again = live.restart();
  answers[0]?.(); // it had been sent before anybody signed in
  await first;
  expect(live.picture).toBeNull();
  answers[1]?.();
  await again;
  expect(live.picture).toBe('1');
  live.stop();
});

test('what could not be read at first is live as soon as it can', async () => {
  vi.useFakeTimers();
  const { client, from } = client_of();
  let tries = 0;
  const live = new Live(client, source(async () => { if (++tries === 1) throw new Failure('unreachable', { status: 0, title: '' }); return { picture: 'p', sequence: '3' }; }, 1_000));
  await live.start();
  expect([live.picture, live.failure?.code, from()]).toEqual([null, 'unreachable', []]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect([live.picture, live.failure, live.stream_state, from()]).toEqual(['p', null, 'open', ['3']]);
  live.stop();
  vi.useRealTimers();
});

test('an exchange that begins anew at the same address is read from where it is', async () => {
  const ahead = new Failure('bad-sequence', { status: 400, title: '' });
  const { client, from } = client_of(ahead);
  const answers = [{ picture: 'before', sequence: '900' }, { picture: 'anew', sequence: '4' }];
  const live = new Live(client, source(async () => answers.shift() ?? { picture: 'later', sequence: '4' }));
  const heard: unknown[] = [];
  live.listen((moment) => heard.push(moment));
  await live.start();
  await vi.waitFor(() => expect(live.stream_state).toBe('open'));
  expect([live.picture, live.sequence, from(), heard]).toEqual(['anew', '4', ['900', '4'], [null]]);
  live.stop();
});
