// The first steps of somebody who is new here: shown once, and again for whoever asks.
const kKey = 'tongsuan.tour';

class Tour {
  step = $state<number | null>(null); // null: out of the way

  begin(): void {
    try {
      if (localStorage.getItem(kKey) === null) this.step = 0;
    } catch {
      // A browser that keeps nothing would show it on every visit.
    }
  }
  again(): void {
    this.step = 0;
  }
  end(): void {
    this.step = null;
    try {
      localStorage.setItem(kKey, 'seen');
    } catch {
      // Then it is over for this visit.
    }
  }
}
export const tour = new Tour();
