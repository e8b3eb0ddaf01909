// Where the reader is. Pages read and change it; app/ binds it to the browser's address bar.
import { address_text, with_query, type Address } from './address';

export class Place {
  address = $state.raw<Address>({ path: [], query: {} });
  #listen: ((address: Address, replace: boolean) => void) | null = null;

  /** Who writes it down. `replace`: the same step of the history. */
  bind(listen: (address: Address, replace: boolean) => void): void {
    this.#listen = listen;
  }
  go(address: Address, replace = false): void {
    if (address_text(address) === address_text(this.address)) return;
    this.address = address;
    this.#listen?.(address, replace);
  }
  /** The same page, looked at in another way: `keep` it in the history as a step of its own. */
  look(changes: Record<string, string | null>, keep = false): void {
    this.go(with_query(this.address, changes), !keep);
  }
}
