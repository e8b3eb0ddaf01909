// An exchange that talks too much: everything comes from a real one, but the stream tells a thousand
// changed asks in a second, and there are as many hubs as are wanted.
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface HubLike {
  hub: string;
  title: { en: string; zh: string };
  latitude: string;
  longitude: string;
  pools: { class: string }[];
}

export class Flood {
  sent = 0;
  private constructor(private readonly server: Server, readonly address: string) {}

  static async start(real: string, rate: number, hubs: number): Promise<Flood> {
    const answer = (await (await fetch(`${real}/v1/hubs`)).json()) as { asOf: string; items: HubLike[] };
    const names = Array.from({ length: hubs }, (_, at) => many(answer.items[at % answer.items.length] as HubLike, at, hubs));
    const server = createServer((ask, reply) => {
      if (ask.url?.startsWith('/v1/stream')) flood.#talk(ask, reply, rate, names);
      else if (hubs > answer.items.length && ask.url?.startsWith('/v1/hubs?')) reply.setHeader('Content-Type', 'application/json').end(JSON.stringify({ asOf: answer.asOf, items: names }));
      else pass(real, ask, reply);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const flood = new Flood(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return flood;
  }
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  #talk(ask: IncomingMessage, reply: ServerResponse, rate: number, hubs: HubLike[]): void {
    reply.writeHead(200, { 'Content-Type': 'text/event-stream' });
    let sequence = Number(ask.headers['last-event-id'] ?? 0) + 1_000_000;
    const began = Date.now();
    let told = 0;
    const timer = setInterval(() => {
      const due = Math.floor(((Date.now() - began) / 1000) * rate);
      let text = '';
      for (; told < due; told++) {
        const hub = hubs[told % hubs.length] as HubLike;
        const pool = hub.pools[told % hub.pools.length] as { class: string };
        const id = String(++sequence);
        const event = { type: 'hub.ask-changed', sequence: id, part: 0, at: new Date().toISOString().slice(0, 19) + '+00:00', hub: hub.hub, class: pool.class, ask: { amount: (1 + (told % 500) / 100).toFixed(2), currency: 'CNY' } };
        text += `event: ${event.type}\ndata: ${JSON.stringify(event)}\nid: ${id}\n\n`;
      }
      this.sent = told;
      if (text) reply.write(text);
    }, 10);
    reply.on('close', () => clearInterval(timer));
  }
}

// A hub more, a little beside the one it is a copy of.
function many(hub: HubLike, at: number, hubs: number): HubLike {
  if (hubs <= 10) return hub;
  const shift = (value: string, by: number) => String((Number(value) + by).toFixed(1));
  return { ...hub, hub: `${hub.hub}-${at}`, title: { en: `H${at}`, zh: `枢纽${at}` }, latitude: shift(hub.latitude, (at % 7) - 3), longitude: shift(hub.longitude, (at % 11) - 5) };
}

function pass(real: string, ask: IncomingMessage, reply: ServerResponse): void {
  const to = new URL(ask.url ?? '/', real);
  const onward = request(to, { method: ask.method, headers: { ...ask.headers, host: to.host } }, (answer) => {
    reply.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(reply);
  });
  onward.on('error', () => reply.destroy());
  ask.pipe(onward);
}
