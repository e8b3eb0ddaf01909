// A picture that is read once and kept true by the stream.
//
// Model. `load` reads it with the sequence as of which it is; the stream begins right behind, so
// that no event is missed and none is folded twice. Some events only say that it has to be read
// again: reads do not overlap, and a picture never goes back. Paused, nothing moves.
import { Stream, to_failure, type Client, type Failure, type StreamMoment, type StreamState } from '../api';

export interface LiveSource<P> {
  load: (signal: AbortSignal) => Promise<{ picture: P; sequence: string }>;
  fold: (picture: P, moment: StreamMoment) => P;
  renews: (moment: StreamMoment) => boolean;
  topics?: string[]; // all that the reader may see, if absent
  /** Read again so often, in milliseconds, for what no event says. */
  every?: number;
}

const kBeat = 100; // milliseconds between two pictures

/** Hears of each moment, in order; null: some were missed. */
export type Listener = (moment: StreamMoment | null) => void;

export class Live<P> {
  picture = $state.raw<P | null>(null);
  failure = $state.raw<Failure | null>(null);
  stream_state = $state<StreamState>('connecting');
  sequence = $state('0');
  #stream: Stream | null = null;
  #abort = new AbortController();
  #reading: Promise<void> | null = null;
  #again = false;
  #timer: ReturnType<typeof setInterval> | null = null;
  #next: { picture: P; sequence: string } | null = null; // folded, and not shown yet
  #beat: ReturnType<typeof setTimeout> | null = null;
  #shown = 0;
  #listeners: readonly Listener[] = [];

  constructor(private readonly client: Client, private readonly source: LiveSource<P>) {}

  get paused(): boolean {
    return this.stream_state === 'paused';
  }

  async start(): Promise<void> {
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    await this.renew();
    if (signal.aborted || !this.source.every) return;
    this.#timer ??= setInterval(() => { if (!this.paused) void this.renew(); }, this.source.every);
  }

  // From the first picture on, whichever reading brings it.
  #follow(): void {
    this.#stream ??= new Stream(this.client, {
      ...(this.source.topics ? { topics: this.source.topics } : {}),
      from: this.sequence,
      on_state: (state, failure) => {
        this.stream_state = state;
        if (failure) this.failure = failure;
        else if (state === 'open') this.failure = null;
      },
      on_moment: (moment) => this.#take(moment),
      on_gap: async () => {
        await this.#read(this.#abort.signal, true);
        for (const hear of this.#listeners) hear(null);
        return this.sequence;
      },
    });
  }

  #show(): void {
    if (this.#beat) clearTimeout(this.#beat);
    this.#beat = null;
    if (!this.#next) return;
    ({ picture: this.picture, sequence: this.sequence } = this.#next);
    this.#next = null;
    this.#shown = Date.now();
  }

  /** Ends with the function that it returns. */
  listen(hear: Listener): () => void {
    this.#listeners = [...this.#listeners, hear];
    return () => { this.#listeners = this.#listeners.filter((one) => one !== hear); };
  }

  stop(): void {
    this.#abort.abort();
    this.#stream?.close();
    this.#stream = null;
    if (this.#beat) clearTimeout(this.#beat);
    this.#beat = this.#next = null;
    this.#reading = null;
    this.#again = false;
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Somebody else asks, or the reader wants to try again. */
  async restart(): Promise<void> {
    this.stop();
    this.picture = null;
    this.failure = null;
    this.sequence = '0';
    await this.start();
  }

  pause(): void {
    this.#stream?.pause();
    this.#show();
  }
  resume(): void {
    this.#stream?.resume();
    void this.renew();
  }

  /** Reads again; a wish during a reading is one more reading behind it. */
  async renew(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return this.#reading;
    }
    const { signal } = this.#abort;
    const reading = this.#read(signal).catch((error: unknown) => {
      if (!signal.aborted) this.failure = to_failure(error);
    });
    this.#reading = reading;
    await reading;
    if (this.#reading !== reading) return; // of a beginning that is over
    this.#reading = null;
    if (this.#again) {
      this.#again = false;
      await this.renew();
    }
  }

  // `back`: the exchange does not know what we have seen, so what it has is taken although it is older.
  async #read(signal: AbortSignal, back = false): Promise<void> {
    const { picture, sequence } = await this.source.load(signal);
    if (signal.aborted) return;
    this.#show();
    if (!back && BigInt(sequence) < BigInt(this.sequence)) return;
    this.picture = picture;
    this.sequence = sequence;
    this.failure = null;
    this.#follow();
  }

  // A thousand moments in a second are ten pictures: people see no more, and pages draw no more.
  #take(moment: StreamMoment): void {
    const before = this.#next?.picture ?? this.picture;
    if (before === null) return;
    const last = this.#next?.sequence ?? this.sequence;
    this.#next = { picture: this.source.fold(before, moment), sequence: BigInt(moment.sequence) > BigInt(last) ? moment.sequence : last };
    const rest = this.#shown + kBeat - Date.now();
    if (rest <= 0) this.#show();
    else this.#beat ??= setTimeout(() => this.#show(), rest);
    if (this.source.renews(moment)) void this.renew();
    for (const hear of this.#listeners) hear(moment);
  }
}
