// What a page reads beside the market, kept true by the market's one stream.
//
// Model. A source reads its picture whole. A moment that concerns it asks for another reading, which
// comes after a rest; what happens during a reading asks for one more behind it. So a picture is at
// most one rest and one reading old, whatever happens meanwhile. Paused, nothing is read.
import { to_failure, type Failure, type StreamMoment } from '../api';
import type { Listener } from './live.svelte';

export interface ReadingSource<P> {
  read: (signal: AbortSignal) => Promise<P>;
  concerns: (moment: StreamMoment) => boolean;
}
/** What a reading hears of: the live market. */
export interface Pulse {
  readonly paused: boolean;
  listen(hear: Listener): () => void;
}

const kRest = 2_000;
const kRestMax = 30_000;

export class Reading<P> {
  picture = $state.raw<P | null>(null);
  failure = $state.raw<Failure | null>(null);
  #source: ReadingSource<P> | null = null;
  #abort = new AbortController();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #busy = false;
  #again = false;
  #failures = 0;

  constructor(private readonly pulse: Pulse, private readonly rest = kRest) {}

  /** Reads this from now on, until the function that it returns is called. */
  follow(source: ReadingSource<P>): () => void {
    this.#source = source;
    this.#abort = new AbortController();
    this.picture = null;
    this.failure = null;
    this.#failures = 0;
    const leave = this.pulse.listen((moment) => {
      if (moment === null || source.concerns(moment)) this.#want(this.rest);
    });
    void this.renew();
    return () => {
      leave();
      this.#abort.abort();
      if (this.#timer) clearTimeout(this.#timer);
      this.#timer = null;
      this.#busy = this.#again = false;
    };
  }

  /** Reads at once; during a reading, behind it. */
  async renew(): Promise<void> {
    const [source, signal] = [this.#source, this.#abort.signal];
    if (!source || signal.aborted) return;
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    let rest: number | null = null;
    try {
      const picture = await source.read(signal);
      if (signal.aborted) return;
      this.picture = picture;
      this.failure = null;
      this.#failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      this.failure = to_failure(error);
      if (this.failure.passes) rest = Math.min(kRestMax, this.rest * 2 ** this.#failures++);
    }
    this.#busy = false;
    if (rest === null && this.#again) rest = this.rest;
    this.#again = false;
    if (rest !== null) this.#want(rest);
  }

  #want(rest: number): void {
    if (this.#busy) this.#again = true;
    else this.#timer ??= setTimeout(() => this.#wake(), rest);
  }
  #wake(): void {
    this.#timer = null;
    if (this.pulse.paused) this.#want(this.rest);
    else void this.renew();
  }
}
