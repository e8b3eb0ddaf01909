// Who asks. A key signs each request (docs/access.md): the secret never crosses the wire.
import { hex } from '../units';

import { Failure } from './problem';

export type Credentials = { kind: 'key'; key: string; secret: string } | { kind: 'token'; token: string };

export interface Signed {
  method: string;
  target: string; // as in the request line
  body: string;
  time: number; // seconds since 1970
  nonce: string;
}

const bytes_of = (text: string) => new TextEncoder().encode(text);
const base64url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');

export const random_text = (bytes = 16): string => base64url(crypto.getRandomValues(new Uint8Array(bytes)));

export class Signer {
  #key: Promise<CryptoKey> | null = null;
  constructor(private readonly credentials: Credentials) {}

  /** The Authorization header. */
  async authorize(method: string, target: string, body: string): Promise<string> {
    if (this.credentials.kind === 'token') return `Bearer ${this.credentials.token}`;
    return this.sign({ method, target, body, time: Math.floor(Date.now() / 1000), nonce: random_text() });
  }

  async sign(request: Signed): Promise<string> {
    if (this.credentials.kind !== 'key') throw new TypeError('a token signs nothing');
    // Browsers give cryptography to pages of https and of this machine only.
    if (!crypto.subtle) throw new Failure('insecure', { status: 0, title: 'insecure' });
    const algorithm = { name: 'HMAC', hash: 'SHA-256' };
    this.#key ??= crypto.subtle.importKey('raw', bytes_of(this.credentials.secret), algorithm, false, ['sign']);
    const hash = hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes_of(request.body))));
    const { method, target, time, nonce } = request;
    const lines = ['tongsuan-hmac-v1', method, target, hash, String(time), nonce].join('\n');
    const signature = base64url(new Uint8Array(await crypto.subtle.sign('HMAC', await this.#key, bytes_of(lines))));
    return `Tongsuan-HMAC key=${this.credentials.key}, time=${time}, nonce=${nonce}, signature=${signature}`;
  }
}
