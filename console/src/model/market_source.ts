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
    const hubs_as_of = (asOf?: string) => list_all(client, routes.listHubs, { asOf }, kHubsMax, { signal });
    const links_as_of = (asOf?: string) => list_all(client, routes.listLinks, { asOf }, kLinksMax, { signal });
    // Asked for at once, they are mostly as of one sequence; what is not is read again as of that of the first.
    const [market, ...now] = await Promise.all([routes.getMarket(client, {}, { signal }), hubs_as_of(), links_as_of()]);
    const sequence = market.sequence ?? '0';
    const [hubs, links] = await Promise.all([
      now[0].as_of === sequence ? now[0] : hubs_as_of(sequence),
      now[1].as_of === sequence ? now[1] : links_as_of(sequence),
    ]);
    return { picture: picture_of(sequence, market.value, hubs.items, links.items), sequence };
  },
});
