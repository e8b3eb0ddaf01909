// Who the reader is. Credentials live in memory; for the time of the tab, if the reader wants so.
import { to_failure, type Client, type Credentials } from '../api';
import { find_reader, kPublic, kUnknown, type Reader } from '../model';

const kKey = 'tongsuan.credentials';

// Browsers may refuse to keep anything; then it holds until the tab is loaded again.
function keep_for_tab(text: string | null): void {
  try {
    if (text === null) sessionStorage.removeItem(kKey);
    else sessionStorage.setItem(kKey, text);
  } catch {
    // Nothing is kept, so nothing is left behind either.
  }
}

class Session {
  name = $state<string | null>(null); // of the credentials, to show; null: nobody signed in
  reader = $state.raw<Reader | null>(kPublic); // null: the exchange is being asked whose they are
  #over = (): void => undefined;

  /** `over` hears where the exchange does not take any more what was kept. */
  begin(client: Client, over: () => void): void {
    this.#over = over;
    try {
      const kept = sessionStorage.getItem(kKey);
      if (kept) this.#enter(client, JSON.parse(kept) as Credentials, null);
    } catch {
      // Nothing was kept, or nothing may be.
    }
    void this.learn(client);
  }
  /** Asks whose the credentials are, unless that is known. Where the exchange cannot be reached, later once more. */
  async learn(client: Client): Promise<void> {
    if (this.reader !== null && this.reader.kind !== 'unknown') return;
    await this.#ask(client, kUnknown);
  }
  /** The exchange has refused the credentials in the middle: a token ends, a key is revoked. */
  async doubt(client: Client): Promise<void> {
    if (this.name !== null) await this.#ask(client, this.reader);
  }
  async #ask(client: Client, otherwise: Reader | null): Promise<void> {
    const name = this.name;
    try {
      const reader = await find_reader(client);
      if (this.name === name) this.reader = reader;
    } catch (error) {
      if (this.name !== name) return;
      this.reader = otherwise;
      if (![401, 403].includes(to_failure(error).details.status)) return;
      this.sign_out(client);
      this.#over();
    }
  }
  /** Throws what the exchange says where it does not take them. */
  async sign_in(client: Client, credentials: Credentials, keep: boolean): Promise<void> {
    client.use(credentials);
    let reader: Reader;
    try {
      reader = await find_reader(client);
    } catch (error) {
      this.sign_out(client);
      throw error;
    }
    this.#enter(client, credentials, reader);
    if (keep) keep_for_tab(JSON.stringify(credentials));
  }
  sign_out(client: Client): void {
    client.use(null);
    [this.name, this.reader] = [null, kPublic];
    keep_for_tab(null);
  }
  #enter(client: Client, credentials: Credentials, reader: Reader | null): void {
    client.use(credentials);
    [this.name, this.reader] = [credentials.kind === 'key' ? credentials.key : credentials.token.slice(0, 16), reader];
  }
}
export const session = new Session();
