// Whether what was published of rounds is what the market was told: the hash of each text.
import { routes, type Client, type wire } from '../api';
import { hex } from '../units';

export interface TextCheck {
  readonly round: string;
  readonly part: 'book' | 'certificate';
  readonly told: string;
  readonly found: string;
  readonly bytes: number;
  readonly holds: boolean;
}

export async function check_text(round: string, part: TextCheck['part'], told: string, text: string): Promise<TextCheck> {
  const bytes = new TextEncoder().encode(text);
  const found = hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
  return { round, part, told, found, bytes: bytes.length, holds: found === told };
}

/** Book and certificate of a round; those that it does not have are left out. */
export async function check_round(client: Client, round: wire.Round, signal: AbortSignal): Promise<TextCheck[]> {
  const options = { signal };
  const checks: TextCheck[] = [];
  if (round.book) checks.push(await check_text(round.id, 'book', round.book, (await routes.getRoundBook(client, { round: round.id }, options)).value));
  if (round.certificate) {
    checks.push(await check_text(round.id, 'certificate', round.certificate, (await routes.getRoundCertificate(client, { round: round.id }, options)).value));
  }
  return checks;
}
