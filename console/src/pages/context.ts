// What every page may use: the client, the place in the address, and the live market. app/ makes it.
import { getContext, setContext } from 'svelte';

import type { Client } from '../api';
import type { Live, MarketClock, Picture, Place, Reader } from '../model';

export interface Console {
  client: Client;
  place: Place;
  market: Live<Picture>;
  clock: MarketClock;
  who: () => Reader | null; // null: signed in, and the exchange is being asked as whom
  sign_in: () => void; // asks the reader to
}

const kKey = Symbol('console');
export const give_console = (console: Console): Console => setContext(kKey, console);
export const use_console = (): Console => getContext<Console>(kKey);
