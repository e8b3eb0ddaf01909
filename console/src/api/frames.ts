// Server-sent events (WHATWG) out of text that comes in pieces.
export interface Frame {
  event: string;
  data: string | null; // null: only an id or a pause
  id: string | null;
  retry: number | null; // milliseconds
}

export const kLineMax = 1 << 22;

export class FrameReader {
  #rest = '';
  #frame: Frame = { event: '', data: null, id: null, retry: null };
  #empty = true;

  /** The frames that are whole now. Comments and half frames are kept back. */
  push(text: string): Frame[] {
    const frames: Frame[] = [];
    this.#rest += text;
    for (;;) {
      const end = this.#rest.search(/[\r\n]/);
      if (end < 0) break;
      // A carriage return at the end may be half of a line's end.
      if (this.#rest[end] === '\r' && end + 1 === this.#rest.length) break;
      const line = this.#rest.slice(0, end);
      this.#rest = this.#rest.slice(this.#rest.startsWith('\r\n', end) ? end + 2 : end + 1);
      if (line === '') this.#finish(frames);
      else this.#field(line);
    }
    if (this.#rest.length > kLineMax) throw new RangeError('a line of the stream is too long');
    return frames;
  }

  #finish(frames: Frame[]): void {
    if (!this.#empty) frames.push(this.#frame);
    this.#frame = { event: '', data: null, id: null, retry: null };
    this.#empty = true;
  }

  #field(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') this.#frame.data = this.#frame.data === null ? value : `${this.#frame.data}\n${value}`;
    else if (name === 'event') this.#frame.event = value;
    else if (name === 'id') this.#frame.id = value;
    else if (name === 'retry' && /^\d+$/.test(value)) this.#frame.retry = Number(value);
    else return;
    this.#empty = false;
  }
}
