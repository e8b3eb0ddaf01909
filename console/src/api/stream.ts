// Events of the exchange as they happen: no gap, no duplicate, whatever the network does.
//
// Model. All events of one sequence are a *moment*: they happened together and are handed on
// together, once the last of them (it alone has an id) is here. So after a cut the stream resumes
// behind the last moment that was handed on, and what came of a half one comes again.
// States: connecting → open → (cut) waiting → connecting …; `pause` rests, `resume` goes on behind
// the same moment. Where the exchange no longer keeps what came since, `on_gap` is called: whoever
// holds a picture reads it anew and resumes as of that.
//
// Ownership. One Stream is one reader; `close` ends it for good.
import type { Call } from './call';
import type { Event } from './generated/types';
import { FrameReader, type Frame } from './frames';
import { cut_or, is_abort, to_failure, unreachable, type Failure } from './problem';

export type StreamState = 'connecting' | 'open' | 'waiting' | 'paused' | 'closed';
export interface Moment {
  sequence: string;
  events: Event[];
}
export interface StreamOptions {
  topics?: string[];
  from: string; // the sequence that was seen last
  on_moment: (moment: Moment) => void;
  on_state?: (state: StreamState, failure: Failure | null) => void;
  /** Events were missed: says as of when the picture is now. */
  on_gap: () => Promise<string>;
}
interface Opener {
  open(call: Call, options: { signal: AbortSignal }): Promise<Response>;
}
/** What a test replaces. */
export interface StreamWorld {
  wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  random: () => number;
}

const kFirstPause = 500;
const kPauseMax = 30_000;
// The exchange says something at least every 15 seconds.
const kSilenceMax = 40_000;

function wait_for(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', () => (clearTimeout(timer), done()), { once: true });
  });
}
const kWorld: StreamWorld = { wait: wait_for, random: Math.random };

export class Stream {
  #last: string;
  #state: StreamState = 'paused';
  #pause = kFirstPause;
  #abort = new AbortController();
  #half: Event[] = [];

  constructor(
    private readonly client: Opener,
    private readonly options: StreamOptions,
    private readonly world: StreamWorld = kWorld,
  ) {
    this.#last = options.from;
    this.resume();
  }

  get last(): string {
    return this.#last;
  }
  get state(): StreamState {
    return this.#state;
  }

  pause(): void {
    if (this.#state === 'closed') return;
    this.#abort.abort();
    this.#become('paused', null);
  }
  resume(): void {
    if (this.#state !== 'paused') return;
    this.#abort = new AbortController();
    this.#pause = kFirstPause;
    void this.#run(this.#abort.signal);
  }
  close(): void {
    this.#abort.abort();
    this.#become('closed', null);
  }

  #become(state: StreamState, failure: Failure | null): void {
    if (this.#state === 'closed') return;
    this.#state = state;
    this.options.on_state?.(state, failure);
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let failure: Failure | null = null;
      try {
        this.#become('connecting', null);
        await this.#read(signal);
      } catch (error) {
        failure = is_abort(error) ? unreachable(error) : to_failure(error); // aborted by nobody but us, for silence
      }
      if (signal.aborted) return;
      if (failure && (failure.code === 'gone' || failure.code === 'bad-sequence')) {
        const before = this.#last;
        failure = await this.#bridge(signal);
        if (signal.aborted) return;
        // As of the same sequence it would be refused again at once.
        if (!failure && this.#last !== before) continue;
      }
      this.#become('waiting', failure);
      await this.world.wait(this.#next_pause(failure), signal);
    }
  }

  // The picture is read anew: what was missed is in it.
  async #bridge(signal: AbortSignal): Promise<Failure | null> {
    try {
      const last = await this.options.on_gap();
      if (!signal.aborted) this.#last = last;
      return null;
    } catch (error) {
      return to_failure(error);
    }
  }

  // Doubled each time, and never all readers at once.
  #next_pause(failure: Failure | null): number {
    const base = Math.max(this.#pause, (failure?.details.retry_after ?? 0) * 1000);
    this.#pause = Math.min(this.#pause * 2, kPauseMax);
    return base * (0.5 + this.world.random() / 2);
  }

  async #read(signal: AbortSignal): Promise<void> {
    const silence = new AbortController();
    const give_up = () => silence.abort();
    signal.addEventListener('abort', give_up, { once: true });
    let timer = setTimeout(give_up, kSilenceMax);
    this.#half = [];
    const frames = new FrameReader();
    const decoder = new TextDecoder();
    try {
      const topics = this.options.topics?.join(',');
      const response = await this.client.open(
        { method: 'GET', target: '/v1/stream', form: 'text', query: { topics }, headers: { Accept: 'text/event-stream', 'Last-Event-ID': this.#last } },
        { signal: silence.signal },
      );
      if (signal.aborted) return;
      this.#become('open', null);
      const reader = response.body?.getReader();
      if (!reader) return;
      for (;;) {
        const { done, value } = await reader.read().catch((error: unknown) => { throw cut_or(error); });
        if (done || signal.aborted) return;
        clearTimeout(timer);
        timer = setTimeout(give_up, kSilenceMax);
        for (const frame of frames.push(decoder.decode(value, { stream: true }))) {
          if (signal.aborted) return;
          this.#take(frame);
        }
      }
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', give_up);
      silence.abort();
    }
  }

  #take(frame: Frame): void {
    if (frame.retry !== null) this.#pause = Math.max(50, frame.retry);
    else if (frame.data !== null) this.#pause = kFirstPause;
    if (frame.data !== null) this.#half.push(JSON.parse(frame.data) as Event);
    if (frame.id === null) return;
    const events = this.#half;
    this.#half = [];
    // A server that sends what was seen already is not believed.
    if (BigInt(frame.id) <= BigInt(this.#last)) return;
    this.#last = frame.id;
    if (events.length) this.options.on_moment({ sequence: frame.id, events });
  }
}
