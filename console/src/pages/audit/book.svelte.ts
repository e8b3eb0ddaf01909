// The events that a reader of the audit has: the journal for those who may read it, otherwise what the
// stream keeps and brings.
import { Feed, find_reader, JournalReader, may, type Live, type Picture, type Reader } from '../../model';
import { to_failure, type Client, type Failure, type wire } from '../../api';

export class EventBook {
  reader = $state.raw<Reader | null>(null);
  journal = $state.raw<JournalReader | null>(null);
  feed = $state.raw<Feed | null>(null);
  failure = $state.raw<Failure | null>(null);
  readonly #abort = new AbortController();

  constructor(private readonly client: Client, private readonly market: Live<Picture>) {}

  get events(): readonly wire.Event[] {
    return this.journal?.events ?? this.feed?.events ?? [];
  }
  get problem(): Failure | null {
    return this.failure ?? this.journal?.failure ?? this.feed?.failure ?? null;
  }
  get ready(): boolean {
    return (this.journal !== null && this.journal.head !== null) || this.feed !== null;
  }

  start(): () => void {
    void this.#begin();
    const leave = this.market.listen((moment) => {
      // The journal is open up to the last gate, so it grows when one closes.
      if (moment === null || moment.events.some((event) => /^round\./.test(event.type))) void this.journal?.go_on();
    });
    return () => {
      leave();
      this.#abort.abort();
      this.journal?.stop();
      this.feed?.stop();
    };
  }
  async retry(): Promise<void> {
    this.failure = null;
    // Without a head it is not known yet where to begin.
    if (this.journal) await (this.journal.head ? this.journal.go_on() : this.journal.begin(null));
    else if (!this.feed) await this.#begin();
    else if (!this.market.paused) {
      // At once, rather than when its pause is over.
      this.feed.pause();
      this.feed.resume();
    }
  }
  async #begin(): Promise<void> {
    try {
      this.reader = await find_reader(this.client, this.#abort.signal);
    } catch (error) {
      if (!this.#abort.signal.aborted) this.failure = to_failure(error);
      return;
    }
    if (this.#abort.signal.aborted) return;
    if (may(this.reader, 'readJournal')) {
      this.journal = new JournalReader(this.client);
      return this.journal.begin(null);
    }
    const feed = new Feed(this.client);
    feed.start(() => this.market.sequence);
    this.feed = feed;
  }
}
