// The exchange's time between its messages. It may run faster than ours (tongsuand --speed), so pace
// and offset both follow from what it has said.
interface Sample {
  here: number; // milliseconds of this machine
  unix: number; // of the exchange
}

const kSpan = 3_000; // pace is measured over no less
const kSamplesMax = 64;

export class MarketClock {
  #samples: Sample[] = [];

  /** The exchange said that it was `unix`. Times that went back are of a slower reply. */
  note(here: number, unix: number): void {
    const last = this.#samples.at(-1);
    if (last && unix < last.unix) return;
    this.#samples.push({ here, unix });
    if (this.#samples.length > kSamplesMax) this.#samples.splice(1, 1);
  }
  /** Exchange seconds in one of ours; 1 until more is known. */
  get pace(): number {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last || last.here - first.here < kSpan) return 1;
    return Math.max(0, (last.unix - first.unix) / ((last.here - first.here) / 1000));
  }
  /** Null before anything was said. */
  at(here: number): number | null {
    const last = this.#samples.at(-1);
    return last ? last.unix + ((here - last.here) / 1000) * this.pace : null;
  }
}
