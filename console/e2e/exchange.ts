// A real exchange for tests: the national market with simulated hubs and buyers, on a free port of
// loopback, in a folder of its own. It goes on where the recorded day (day.ts) ended, so it has a history
// from the first request on, and its clock runs fast. It is ended by its own process.
//
// The programs are in TONGSUAN_APPS (a folder with tongsuan and tongsuand), the console in CONSOLE_OUT.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
export const apps = resolve(process.env.TONGSUAN_APPS ?? join(here, '../../out/release/apps'));
const dist = resolve(process.env.CONSOLE_OUT ?? join(here, '../dist'));
const kStartMilliseconds = 30_000;
const kSpeed = 60;

export interface Credentials {
  key: string;
  secret: string;
}
interface Round {
  id: string;
  state: string;
}

/** An exchange that nobody has started yet, with seeded places; everything of it is in the folder. */
export function found_exchange(folder: string, options: { orders: number; round: number; at: string }): void {
  for (const needed of [join(apps, 'tongsuan'), join(apps, 'tongsuand'), join(dist, 'index.html')]) {
    if (!existsSync(needed)) throw new Error(`${needed} is not there: build it first`);
  }
  const places = join(folder, 'national.market');
  execFileSync(join(apps, 'tongsuan'), ['generate', 'national', '--orders', String(options.orders), '--seed', '1', '-q', '-o', places]);
  const made = execFileSync(
    join(apps, 'tongsuand'),
    ['--data', join(folder, 'data'), '--init', '--places', places, '--simulate', '--dev', '--round', String(options.round), '--at', options.at],
    { encoding: 'utf8' },
  );
  const word = (name: string) => new RegExp(`operator ${name} (\\S+)`).exec(made)?.[1] ?? '';
  writeFileSync(join(folder, 'operator.json'), JSON.stringify({ key: word('key'), secret: word('secret') } satisfies Credentials));
}

export class Exchange {
  private constructor(readonly folder: string, private process: ChildProcess, private readonly speed: number, readonly address: string, readonly operator: Credentials) {}

  /** Goes on in this folder: everything that happens stays in it. */
  static async open(folder: string, speed: number, more: readonly string[] = []): Promise<Exchange> {
    const program = run(join(folder, 'data'), speed, '127.0.0.1:0', more);
    const port = await listening(program);
    const operator = JSON.parse(readFileSync(join(folder, 'operator.json'), 'utf8')) as Credentials;
    return new Exchange(folder, program, speed, `http://127.0.0.1:${port}`, operator);
  }
  /** Goes on behind the recorded day, in a copy of it. */
  static async start(speed = kSpeed): Promise<Exchange> {
    const day = process.env.TONGSUAN_DAY;
    if (!day) throw new Error('no day was recorded: see day.ts');
    const folder = mkdtempSync(join(tmpdir(), 'console-e2e-'));
    cpSync(day, folder, { recursive: true });
    return Exchange.open(folder, speed);
  }

  async stop(): Promise<void> {
    await this.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
  /** Ends; what happened is in the folder. */
  async close(): Promise<void> {
    const over = new Promise((done) => this.process.once('exit', done));
    this.process.kill('SIGTERM');
    await over;
  }
  /** Ends, and comes back where it was, at the same address; nobody answers for so long. */
  async restart(milliseconds: number): Promise<void> {
    await this.close();
    await new Promise((done) => setTimeout(done, milliseconds));
    this.process = run(join(this.folder, 'data'), this.speed, new URL(this.address).host);
    await listening(this.process);
  }

  async read<T>(path: string): Promise<T> {
    const reply = await fetch(`${this.address}/v1${path}`);
    if (!reply.ok) throw new Error(`${path}: ${await reply.text()}`);
    return (await reply.json()) as T;
  }
  /** Its cleared rounds, the last one first: at least so many. A recorded day has some. */
  async rounds(count: number): Promise<Round[]> {
    for (;;) {
      const { items } = await this.read<{ items: Round[] }>('/rounds?state=cleared&pageSize=1000');
      if (items.length >= count) return items;
      await this.close_round();
    }
  }
  /** Closes the gate of the round that collects, as an operator may, and waits until it is cleared. Its id. */
  async close_round(): Promise<string> {
    const { round } = await this.read<{ round: string }>('/market');
    const reply = await fetch(`${this.address}/v1/rounds:close-gate`, {
      method: 'POST',
      headers: { Authorization: 'Bearer dev-operator', 'Content-Type': 'application/json', 'Idempotency-Key': `close-${round}` },
      body: JSON.stringify({ round }),
    });
    // Its time may have come in between.
    if (!reply.ok && reply.status !== 409) throw new Error(await reply.text());
    for (let tries = 0; tries < 600; tries++) {
      const { state } = await this.read<Round>(`/rounds/${round}`);
      if (state !== 'collecting' && state !== 'clearing') return round;
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error(`${round} was not cleared`);
  }
}

// Visits wait for rounds that they close themselves, so rounds do not stand back.
function run(data: string, speed: number, listen: string, more: readonly string[] = []): ChildProcess {
  return spawn(join(apps, 'tongsuand'), ['--data', data, '--simulate', '--dev', '--speed', String(speed), '--round-nice', '0', '--listen', listen, '--console', dist, ...more], { stdio: ['ignore', 'pipe', 'ignore'] });
}

function listening(program: ChildProcess): Promise<number> {
  return new Promise((done, failed) => {
    const timer = setTimeout(() => failed(new Error('tongsuand did not start')), kStartMilliseconds);
    program.once('exit', (code) => failed(new Error(`tongsuand ended with ${code}`)));
    program.stdout?.on('data', (bytes: Buffer) => {
      const port = /listening on port (\d+)/.exec(bytes.toString())?.[1];
      if (!port) return;
      clearTimeout(timer);
      done(Number(port));
    });
  });
}
