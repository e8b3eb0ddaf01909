// What the generated routes and the client agree on.
export interface Call {
  method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  target: string; // encoded, without its query
  query?: Record<string, string | number | boolean | undefined>;
  headers?: Record<string, string | undefined>;
  body?: unknown;
  media?: string;
  form: 'json' | 'text' | 'nothing';
}

export interface CallOptions {
  signal?: AbortSignal;
}

/** `sequence`: as of when the exchange answered; null where it does not say. */
export interface Reply<T> {
  value: T;
  sequence: string | null;
  etag: string | null;
}

export interface Caller {
  call<T>(call: Call, options?: CallOptions): Promise<Reply<T>>;
}

export const segment = (text: string): string => encodeURIComponent(text);

export function target_of(call: Pick<Call, 'target' | 'query'>): string {
  const query = Object.entries(call.query ?? {}).filter(([, value]) => value !== undefined);
  if (!query.length) return call.target;
  return `${call.target}?${query.map(([name, value]) => `${segment(name)}=${segment(String(value))}`).join('&')}`;
}
