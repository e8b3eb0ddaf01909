// The journal as an auditor's browser has read it: a part up to its end, which grows with each gate.
//
// Invariants. Events are in order and each is there once: the next page begins where the last one said.
// Every head that was seen continues the one before, or `broken` says which does not.
import { routes, to_failure, type Client, type Failure, type wire } from '../api';
import { continues, head_of, type Head } from './journal';

export const kCommandsMax = 50_000; // a reader's browser holds no more

export class JournalReader {
  events = $state.raw<readonly wire.Event[]>([]);
  head = $state.raw<Head | null>(null);
  heads = $state(0); // how many were seen
  broken = $state.raw<Head | null>(null);
  failure = $state.raw<Failure | null>(null);
  from = $state('1');
  next = $state('1');
  reading = $state(false);
  #abort = new AbortController();

  constructor(private readonly client: Client) {}

  /** From this command on; without one, from where the last `kCommandsMax` begin. */
  async begin(from: string | null): Promise<void> {
    this.stop();
    this.#abort = new AbortController();
    this.events = [];
    this.failure = null;
    this.from = this.next = from ?? '1';
    if (from === null) {
      await this.#page('1', 1, (page) => {
        const last = BigInt(page.head.sequence);
        if (last > kCommandsMax) this.from = this.next = String(last - BigInt(kCommandsMax) + 1n);
      });
    }
    if (!this.failure) await this.go_on();
  }

  /** What has come since. */
  async go_on(): Promise<void> {
    if (this.reading) return;
    const { signal } = this.#abort;
    this.reading = true;
    const found: wire.Event[] = [];
    for (let more = true; more; ) {
      const before = this.next;
      await this.#page(before, 1000, (page) => {
        for (const event of page.items) found.push(event);
        this.next = page.next;
      });
      if (signal.aborted) return; // what is read now is not of this reading
      more = this.next !== before && !this.failure && found.length < 20 * kCommandsMax;
    }
    if (found.length) this.events = [...this.events, ...found];
    this.reading = false;
  }

  stop(): void {
    this.#abort.abort();
    this.reading = false;
  }

  async #page(from: string, pageSize: number, take: (page: wire.JournalPage) => void): Promise<void> {
    const { signal } = this.#abort;
    try {
      const { value } = await routes.readJournal(this.client, { from, pageSize }, { signal });
      if (signal.aborted) return;
      this.failure = null;
      this.#see(head_of(value.head));
      take(value);
    } catch (error) {
      if (!signal.aborted) this.failure = to_failure(error);
    }
  }

  #see(head: Head): void {
    if (this.head && !continues(this.head, head)) this.broken ??= head;
    this.head = head;
    this.heads++;
  }
}
