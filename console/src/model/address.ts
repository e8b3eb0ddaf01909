// What an address of the console says: a page, what it is about, and how it is looked at. All state
// that a reader would want to send to somebody else is in it.
export interface Address {
  readonly path: readonly string[]; // "/rounds/R-1" → rounds, R-1
  readonly query: Readonly<Record<string, string>>;
}

export function parse_address(path: string, search: string): Address {
  const query: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(search)) query[name] = value;
  const segments = path.split('/').filter(Boolean).map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  return { path: segments, query };
}

/** The same address has the same text: names are sorted. */
export function address_text(address: Address): string {
  const path = '/' + address.path.map(encodeURIComponent).join('/');
  const query = Object.entries(address.query).sort(([a], [b]) => (a < b ? -1 : 1));
  const search = new URLSearchParams(query).toString();
  return search ? `${path}?${search}` : path;
}

/** With these parameters; null takes one away. */
export function with_query(address: Address, changes: Record<string, string | null>): Address {
  const kept = Object.entries(address.query).filter(([name]) => !(name in changes));
  const given = Object.entries(changes).flatMap(([name, value]): [string, string][] => (value === null ? [] : [[name, value]]));
  return { ...address, query: Object.fromEntries([...kept, ...given]) };
}

/** One of the values that a parameter may have; the first where it has none of them. */
export function choice_of<T extends string>(address: Address, name: string, values: readonly [T, ...T[]]): T {
  return values.find((value) => value === address.query[name]) ?? values[0];
}

/** Text of several lines, as a parameter that every server takes. */
export const packed = (text: string): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text))).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
/** Null where it is none. */
export function unpacked(text: string): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0)));
  } catch {
    return null;
  }
}
