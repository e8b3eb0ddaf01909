// The market as something that can be live.
import { list_all, routes, type Client } from '../api';

import type { LiveSource } from './live.svelte';
import { fold, picture_of, renews, type Picture } from './market';

const kHubsMax = 4_096;
const kLinksMax = 65_536;

export const market_source = (client: Client): LiveSource<Picture> => ({
  every: 15_000,
  fold,
  renews,
  async load(signal) {
    // All three as of the sequence of the first, whatever happens in between.
    const market = await routes.getMarket(client, {}, { signal });
    const asOf = market.sequence ?? undefined;
    const [hubs, links] = await Promise.all([
      list_all(client, routes.listHubs, { asOf }, kHubsMax, { signal }),
      list_all(client, routes.listLinks, { asOf }, kLinksMax, { signal }),
    ]);
    const sequence = market.sequence ?? '0';
    return { picture: picture_of(sequence, market.value, hubs.items, links.items), sequence };
  },
});
