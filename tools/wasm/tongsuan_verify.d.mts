// What tongsuan_verify.mjs gives, for those who write TypeScript.
export interface VerifierVerdict {
  verified: boolean;
  fault: string; // "none", or the name of the first fault
  detail: string;
  orders?: number; // these are absent where a file could not be read
  awards?: number;
  rows?: number;
  welfare?: string;
  bound?: string;
  gapPpm?: number;
}
export interface Verifier {
  verify(market: Uint8Array, certificate: Uint8Array): VerifierVerdict;
}
export function loadVerifier(wasm: ArrayBuffer): Promise<Verifier>;
