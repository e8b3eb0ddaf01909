// A real exchange for tests: the national market with simulated hubs and buyers, whose clock runs fast,
// on a free port of loopback, in a folder of its own. It is ended by its own process.
//
// The programs are in TONGSUAN_APPS (a folder with tongsuan and tongsuand), the console in CONSOLE_OUT.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
export const apps = resolve(process.env.TONGSUAN_APPS ?? join(here, '../../out/release/apps'));
const dist = resolve(process.env.CONSOLE_OUT ?? join(here, '../dist'));
const kStartMilliseconds = 30_000;

export interface ExchangeOptions {
  orders: number;
  speed: number; // seconds of the exchange in one of ours
  round: number; // seconds of the exchange between gates
}

export class Exchange {
  private constructor(readonly folder: string, private process: ChildProcess, private readonly speed: number, readonly address: string, readonly operator: { key: string; secret: string }) {}

  static async start(options: ExchangeOptions = { orders: 3_000, speed: 60, round: 300 }): Promise<Exchange> {
    for (const needed of [join(apps, 'tongsuan'), join(apps, 'tongsuand'), join(dist, 'index.html')]) {
      if (!existsSync(needed)) throw new Error(`${needed} is not there: build it first`);
    }
    const folder = mkdtempSync(join(tmpdir(), 'console-e2e-'));
    const [places, data] = [join(folder, 'national.market'), join(folder, 'data')];
    execFileSync(join(apps, 'tongsuan'), ['generate', 'national', '--orders', String(options.orders), '--seed', '1', '-q', '-o', places]);
    const made = execFileSync(join(apps, 'tongsuand'), ['--data', data, '--init', '--places', places, '--simulate', '--dev', '--round', String(options.round)], { encoding: 'utf8' });
    const word = (name: string) => new RegExp(`operator ${name} (\\S+)`).exec(made)?.[1] ?? '';
    const program = run(data, options.speed, '127.0.0.1:0');
    const port = await listening(program);
    return new Exchange(folder, program, options.speed, `http://127.0.0.1:${port}`, { key: word('key'), secret: word('secret') });
  }

  async stop(): Promise<void> {
    const over = new Promise((done) => this.process.once('exit', done));
    this.process.kill('SIGTERM');
    await over;
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Ends, and comes back where it was, at the same address; nobody answers for so long. */
  async restart(milliseconds: number): Promise<void> {
    const over = new Promise((done) => this.process.once('exit', done));
    this.process.kill('SIGTERM');
    await over;
    await new Promise((done) => setTimeout(done, milliseconds));
    this.process = run(join(this.folder, 'data'), this.speed, new URL(this.address).host);
    await listening(this.process);
  }

  /** Resolves once so many rounds have closed; each page of tests says how many it needs. */
  async rounds(count: number): Promise<void> {
    for (let tries = 0; tries < 300; tries++) {
      const reply = await fetch(`${this.address}/v1/rounds?state=cleared`);
      const { items } = (await reply.json()) as { items: unknown[] };
      if (items.length >= count) return;
      await new Promise((done) => setTimeout(done, 200));
    }
    throw new Error(`${count} rounds did not close`);
  }
}

function run(data: string, speed: number, listen: string): ChildProcess {
  return spawn(join(apps, 'tongsuand'), ['--data', data, '--simulate', '--dev', '--speed', String(speed), '--listen', listen, '--console', dist], { stdio: ['ignore', 'pipe', 'ignore'] });
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
