// The certificate of a round (docs/formats/certificate.md), as far as pages draw it: who was awarded
// what, and what each row is paid. Whether it is true is for the verifier to say.
import { micro, parse_money, type Micro } from '../units';
import type { Book } from './book';

export interface CertificateAward {
  readonly hub: string | null;
  readonly start: number;
  readonly variant: number;
}
export interface Certificate {
  readonly root: string;
  readonly awards: ReadonlyMap<string, CertificateAward>;
  readonly payments: readonly (readonly Micro[])[]; // by lane, then slot
}

const field = (words: readonly string[], name: string): string | undefined =>
  words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);

// "8.5x24,6.25": equal neighbours are written once.
function prices_of(text: string): Micro[] {
  const prices: Micro[] = [];
  for (const item of text.split(',')) {
    const [price = '', times = '1'] = item.split('x');
    const value = parse_money(price) ?? micro(0n);
    for (let at = Number(times); at > 0; at--) prices.push(value);
  }
  return prices;
}

/** Null where it is no certificate text of version 1. */
export function parse_certificate(text: string): Certificate | null {
  const lines = text.split('\n');
  if (lines[0]?.trim() !== 'tongsuan-certificate 1') return null;
  let root = '';
  const awards = new Map<string, CertificateAward>();
  const bounds: Micro[][] = [];
  const payments: Micro[][] = [];
  for (const line of lines) {
    const words = line.trim().split(' ');
    const [kind, first = ''] = words;
    if (kind === 'award') {
      awards.set(first, { hub: field(words, 'hub') ?? null, start: Number(field(words, 'start') ?? 0), variant: Number(field(words, 'variant') ?? 0) });
    } else if (kind === 'bound') bounds[Number(first)] = prices_of(field(words, 'prices') ?? '');
    else if (kind === 'payment') {
      const text_of = field(words, 'prices') ?? '';
      payments[Number(first)] = text_of === 'bound' ? (bounds[Number(first)] ?? []) : prices_of(text_of);
    } else if (kind === 'market') root = field(words, 'root') ?? '';
  }
  return { root, awards, payments };
}

/**
 * The lanes of capacity by "hub/class". Lanes are numbered: capacity, whole nodes, zones, data links,
 * caps. Null where the numbers do not add up: then some lane is not known here, and no price is shown
 * rather than a wrong one.
 */
export function capacity_lanes(book: Book, certificate: Certificate): Map<string, number> | null {
  const names = [...new Set(book.offers.map((offer) => `${offer.hub} ${offer.accelerator}`))].sort();
  if (names.length + book.node_pools + book.zones + book.links + book.caps !== certificate.payments.length) return null;
  return new Map(names.map((name, at) => [name.replace(' ', '/'), at]));
}
