import { describe, expect, test, vi } from 'vitest';

import { Client } from './client';
import { Signer } from './credentials';
import { FrameReader } from './frames';
import { routes } from '.';
import { list_all } from './paging';
import { Failure } from './problem';
import { Stream, type Moment, type StreamState } from './stream';

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers });

describe('requests', () => {
  test('are signed as the worked example of docs/access.md', async () => {
    const signer = new Signer({ kind: 'key', key: 'K-0102030405060708', secret: 'YDZYqop-TUh0wlimP4mvEr-SrLxD_tdMNCSgBjG9HiA' });
    const body = '{"name":"qwen-sft","nodes":4}';
    const header = await signer.sign({ method: 'POST', target: '/v1/orders?zone=guizhou', body, time: 1_795_000_000, nonce: 'b7Qv3mJ0kXo2Lr9d' });
    expect(header).toBe(
      'Tongsuan-HMAC key=K-0102030405060708, time=1795000000, nonce=b7Qv3mJ0kXo2Lr9d, signature=zjQxQ7wwlyHy_HWdxemJSUR1jHRHYriCyP-Ij35gij4',
    );
  });
  test('say where they go, with what is encoded, and as of when the answer is', async () => {
    const ask = vi.fn(async () => json({ hub: 'a/b' }, 200, { 'Tongsuan-Sequence': '7' }));
    const client = new Client('http://x', ask as unknown as typeof fetch);
    client.use({ kind: 'token', token: 't' });
    const reply = await routes.getHub(client, { hub: 'a/b', asOf: '5' });
    expect(reply.sequence).toBe('7');
    const [target, init] = ask.mock.calls[0] as unknown as [string, RequestInit];
    expect(target).toBe('http://x/v1/hubs/a%2Fb?asOf=5');
    expect((init.headers as Headers).get('Authorization')).toBe('Bearer t');
  });
  test('that are refused are failures with the code of the problem', async () => {
    const problem = { title: 'T', status: 429, code: 'rate-limited', detail: 'D', try: 'wait' };
    const client = new Client('', (async () => json(problem, 429, { 'Retry-After': '3' })) as typeof fetch);
    const failure = await routes.getMarket(client).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Failure);
    expect((failure as Failure).code).toBe('rate-limited');
    expect((failure as Failure).details).toMatchObject({ detail: 'D', advice: 'wait', retry_after: 3 });
    expect((failure as Failure).passes).toBe(true);
    const answered = [402, 404, 409, 429, 503, 0].map((status) => new Failure('unreadable', { status, title: '' }).answered);
    expect(answered).toEqual([true, true, true, false, false, false]); // a key is worn out by an answer, not by silence
  });
  test('answered by something else, or not at all, are failures too', async () => {
    const odd = new Client('', (async () => new Response('<html>', { status: 502 })) as typeof fetch);
    await expect(routes.getMarket(odd)).rejects.toMatchObject({ code: 'unreadable' });
    const dead = new Client('', (async () => Promise.reject(new TypeError('refused'))) as typeof fetch);
    await expect(routes.getMarket(dead)).rejects.toMatchObject({ code: 'unreachable' });
  });
  test('whose answer is cut in the middle may go better later', async () => {
    const cut = () => new ReadableStream({ pull: (controller) => controller.error(new TypeError('network error')) });
    const torn = () => Promise.reject(new TypeError('network error'));
    const client = new Client('', (async () => Object.assign(new Response(''), { json: torn, text: torn })) as typeof fetch);
    await expect(routes.getMarket(client)).rejects.toMatchObject({ code: 'unreachable', passes: true });
    await expect(routes.getRoundBook(client, { round: 'R-1' })).rejects.toMatchObject({ code: 'unreachable' });
    const failures: (Failure | null)[] = [];
    const stream = new Stream({ open: async () => new Response(cut()) }, {
      from: '0', on_moment: () => undefined, on_gap: async () => '0', on_state: (state, failure) => { if (state === 'waiting') failures.push(failure); },
    });
    await settled(() => failures.length > 0);
    stream.close();
    expect(failures[0]?.code).toBe('unreachable');
  });
  test('for listings go on to the last page, or to a limit', async () => {
    const pages = [
      { asOf: '9', items: [1, 2], nextPageToken: 'p' },
      { asOf: '9', items: [3] },
    ];
    let asked = 0;
    const list = async () => ({ value: pages[asked++] ?? { asOf: '9', items: [] }, sequence: null, etag: null });
    expect(await list_all(new Client(), list, {}, 10)).toEqual({ items: [1, 2, 3], as_of: '9', complete: true });
    asked = 0;
    expect(await list_all(new Client(), list, {}, 1)).toMatchObject({ items: [1], complete: false });
  });
});

describe('frames', () => {
  const text = ': hello\r\n\r\nevent: a\ndata: {"x":\ndata: 1}\nid: 3\n\nid: 9\nretry: 100\n\ndata\n\n';
  const whole = new FrameReader().push(text);
  test('are read as the standard says', () => {
    expect(whole).toEqual([
      { event: 'a', data: '{"x":\n1}', id: '3', retry: null },
      { event: '', data: null, id: '9', retry: 100 },
      { event: '', data: '', id: null, retry: null },
    ]);
  });
  test('are the same wherever the text is cut', () => {
    for (let cut = 0; cut <= text.length; cut++) {
      const reader = new FrameReader();
      expect([...reader.push(text.slice(0, cut)), ...reader.push(text.slice(cut))]).toEqual(whole);
    }
  });
});

// A server with one event in each of 40 parts (two parts a sequence), which cuts the connection after
// a number of bytes that a seed chooses.
class CuttingServer {
  requests: (string | null)[] = [];
  constructor(private seed: number, private readonly kept_from = 0) {}
  next(below: number): number {
    this.seed = (this.seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((this.seed / 2_147_483_648) * below);
  }
  open = async (call: { headers?: Record<string, string | undefined> }): Promise<Response> => {
    const last = Number(call.headers?.['Last-Event-ID']);
    this.requests.push(String(last));
    if (last < this.kept_from) throw new Failure('gone', { status: 410, title: 'gone' });
    let text = '';
    for (let sequence = last + 1; sequence <= 20; sequence++) {
      for (const part of [0, 1]) {
        text += `event: hub.ask-changed\ndata: {"type":"hub.ask-changed","sequence":"${sequence}","part":${part}}\n`;
        text += part ? `id: ${sequence}\n\n` : '\n';
      }
    }
    const bytes = new TextEncoder().encode(text);
    return new Response(bytes.slice(0, this.next(500)));
  };
}

const settled = (check: () => boolean) => vi.waitFor(() => { if (!check()) throw new Error('not yet'); }, { timeout: 5000, interval: 1 });

describe('the stream', () => {
  // Lets others run: a wait that is over at once would never end.
  const quick = { wait: () => new Promise<void>((done) => setTimeout(done, 0)), random: () => 0 };
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('has no gap and no duplicate when it is cut anywhere (seed %i)', async (seed) => {
    const server = new CuttingServer(seed);
    const moments: Moment[] = [];
    const stream = new Stream(server, { from: '0', on_moment: (moment) => moments.push(moment), on_gap: async () => '0' }, quick);
    await settled(() => moments.length >= 20);
    stream.close();
    expect(moments.map((moment) => moment.sequence)).toEqual(Array.from({ length: 20 }, (_, at) => String(at + 1)));
    expect(moments.every((moment) => moment.events.length === 2)).toBe(true);
    expect(server.requests.length).toBeGreaterThan(1);
  });
  test('reads the picture anew where events are no longer kept', async () => {
    const server = new CuttingServer(3, 5);
    const moments: Moment[] = [];
    const on_gap = vi.fn(async () => '12');
    const stream = new Stream(server, { from: '0', on_moment: (moment) => moments.push(moment), on_gap }, quick);
    await settled(() => moments.length >= 8);
    stream.close();
    expect(on_gap).toHaveBeenCalledOnce();
    expect(moments[0]?.sequence).toBe('13');
  });
  test('rests while it is paused, and goes on behind the same moment', async () => {
    const server = new CuttingServer(4);
    const moments: Moment[] = [];
    const states: StreamState[] = [];
    const stream: Stream = new Stream(
      server,
      { from: '0', on_gap: async () => '0', on_state: (state) => states.push(state), on_moment: (moment) => { moments.push(moment); if (moment.sequence === '3') stream.pause(); } },
      quick,
    );
    await settled(() => states.includes('paused'));
    const asked = server.requests.length;
    await new Promise((done) => setTimeout(done, 20));
    expect([moments.length, server.requests.length]).toEqual([3, asked]);
    stream.resume();
    await settled(() => moments.length >= 20);
    stream.close();
    expect(moments.map((moment) => Number(moment.sequence))).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  });
  test('waits where the picture is as of the sequence that was refused', async () => {
    let [asked, waits] = [0, 0];
    let stream: Stream | null = null;
    const odd = { open: async () => { asked++; return Promise.reject(new Failure('bad-sequence', { status: 400, title: '' })); } };
    const wait = async () => { if (++waits === 3) stream?.close(); await new Promise((done) => setTimeout(done, 0)); };
    stream = new Stream(odd, { from: '9', on_moment: () => undefined, on_gap: async () => (asked > 50 ? Promise.reject(new Error('it never waits')) : '9') }, { wait, random: () => 1 });
    await settled(() => stream?.state === 'closed');
    expect(asked).toBe(3);
  });
  test('waits longer each time nobody answers', async () => {
    const waits: number[] = [];
    let stream: Stream | null = null;
    const dead = { open: async () => Promise.reject(new Failure('unreachable', { status: 0, title: '' })) };
    const wait = async (milliseconds: number) => { waits.push(milliseconds); await new Promise((done) => setTimeout(done, 0)); if (waits.length === 9) stream?.close(); };
    stream = new Stream(dead, { from: '0', on_moment: () => undefined, on_gap: async () => '0' }, { wait, random: () => 1 });
    await settled(() => stream?.state === 'closed');
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });
});
