// Listings come in pages, all of them as of the sequence of the first.
import type { CallOptions, Caller, Reply } from './call';

interface Page<T> {
  asOf: string;
  items: T[];
  nextPageToken?: string;
}
type Paged = { pageToken?: string | undefined; pageSize?: number | undefined };
type List<T, P> = (client: Caller, of: P, options?: CallOptions) => Promise<Reply<Page<T>>>;

export interface Listed<T> {
  items: T[];
  as_of: string;
  complete: boolean; // false: there are more than `most`
}

/** All pages, up to `most` items. */
export async function list_all<T, P>(
  client: Caller, list: List<T, P>, of: P, most: number, options?: CallOptions,
): Promise<Listed<T>> {
  const items: T[] = [];
  let token: string | undefined;
  let as_of = '0';
  do {
    const { value } = await list(client, { pageSize: 1000, ...of, ...(token ? { pageToken: token } : {}) } as P & Paged, options);
    if (!token) as_of = value.asOf;
    for (const item of value.items) items.push(item);
    token = value.nextPageToken;
  } while (token && items.length < most);
  return { items: items.slice(0, most), as_of, complete: !token && items.length <= most };
}
