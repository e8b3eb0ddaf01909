// The keyboard: one key, or two one after the other ("g m"). Pure: what is typed comes as text.
export interface Binding {
  keys: string; // "/", "g m"
  run: () => void;
}

const kPatience = 1_000; // milliseconds between the two

export class Keyboard {
  #first: { key: string; at: number } | null = null;

  /** True where the key meant something. */
  press(key: string, at: number, bindings: readonly Binding[]): boolean {
    const before = this.#first && at - this.#first.at < kPatience ? `${this.#first.key} ` : '';
    this.#first = null;
    const found = bindings.find((one) => one.keys === before + key) ?? bindings.find((one) => one.keys === key);
    if (found) {
      found.run();
      return true;
    }
    if (!bindings.some((one) => one.keys.startsWith(`${key} `))) return false;
    this.#first = { key, at };
    return true;
  }
}
