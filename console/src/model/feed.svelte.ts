// Events as they come, for whoever may not read the journal: what is kept, then what happens.
import { Stream, type Client, type Failure, type StreamState, type wire } from '../api';

export const kFeedMax = 100_000;
const kBeat = 250; // milliseconds that moments are gathered, so that a thousand a second cost four updates

export class Feed {
  events = $state.raw<readonly wire.Event[]>([]);
  state = $state<StreamState>('connecting');
  failure = $state.raw<Failure | null>(null);
  cut = $state(false); // older events are not kept, by the exchange or here
  #waiting: wire.Event[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #stream: Stream | null = null;

  constructor(private readonly client: Client) {}

  /** `now`: the sequence from which on to listen where older ones are not kept. */
  start(now: () => string): void {
    this.#stream = new Stream(this.client, {
      from: '0',
      on_moment: (moment) => {
        this.#waiting.push(...moment.events);
        this.#timer ??= setTimeout(() => this.#take(), kBeat);
      },
      on_state: (state, failure) => {
        this.state = state;
        if (failure) this.failure = failure;
        else if (state === 'open') this.failure = null;
      },
      on_gap: () => {
        this.cut = true;
        return Promise.resolve(now());
      },
    });
  }
  stop(): void {
    this.#stream?.close();
    this.#stream = null;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
  pause(): void {
    this.#stream?.pause();
  }
  resume(): void {
    this.#stream?.resume();
  }

  #take(): void {
    this.#timer = null;
    const all = [...this.events, ...this.#waiting];
    this.#waiting = [];
    if (all.length > kFeedMax) this.cut = true;
    this.events = all.slice(-kFeedMax);
  }
}
