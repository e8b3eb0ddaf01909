// Who the reader is. Credentials live in memory; for the time of the tab, if the reader wants so.
import { routes, type Client, type Credentials } from '../api';

const kKey = 'tongsuan.credentials';

class Session {
  name = $state<string | null>(null); // what to show; null: nobody signed in

  begin(client: Client): void {
    try {
      const kept = sessionStorage.getItem(kKey);
      if (kept) this.#enter(client, JSON.parse(kept) as Credentials);
    } catch {
      // Nothing was kept, or nothing may be.
    }
  }
  /** Throws what the exchange says where it does not take them. */
  async sign_in(client: Client, credentials: Credentials, keep: boolean): Promise<void> {
    client.use(credentials);
    try {
      await routes.getMarket(client);
    } catch (error) {
      this.sign_out(client);
      throw error;
    }
    this.#enter(client, credentials);
    if (keep) sessionStorage.setItem(kKey, JSON.stringify(credentials));
  }
  sign_out(client: Client): void {
    client.use(null);
    this.name = null;
    sessionStorage.removeItem(kKey);
  }
  #enter(client: Client, credentials: Credentials): void {
    client.use(credentials);
    this.name = credentials.kind === 'key' ? credentials.key : credentials.token.slice(0, 16);
  }
}
export const session = new Session();
