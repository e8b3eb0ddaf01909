// The verifier of the exchange, built for WebAssembly (tools/wasm), in a thread of its own.
import { loadVerifier } from 'verifier';

import type { CheckAnswer, CheckRequest } from './check';

const kVerifier = '/tongsuan_verify.wasm';

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function answer({ book, certificate }: CheckRequest): Promise<CheckAnswer> {
  const [book_bytes, certificate_bytes] = [new TextEncoder().encode(book), new TextEncoder().encode(certificate)];
  // Only pages of https and of this machine may use cryptography.
  const safe = typeof crypto !== 'undefined' && 'subtle' in crypto;
  let hashes: CheckAnswer['hashes'] = null;
  const begin = performance.now();
  try {
    if (safe) hashes = { book: await sha256(book_bytes), certificate: await sha256(certificate_bytes) };
    const file = await fetch(kVerifier);
    if (!file.ok) return { verdict: null, trouble: `${kVerifier}: ${file.status}`, hashes, milliseconds: 0 };
    const verifier = await loadVerifier(await file.arrayBuffer());
    return { verdict: verifier.verify(book_bytes, certificate_bytes), trouble: '', hashes, milliseconds: performance.now() - begin };
  } catch (error) {
    return { verdict: null, trouble: error instanceof Error ? error.message : String(error), hashes, milliseconds: performance.now() - begin };
  }
}

onmessage = async (event: MessageEvent<CheckRequest>) => postMessage(await answer(event.data));
