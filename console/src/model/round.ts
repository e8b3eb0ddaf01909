// One round as pages look at it: what the exchange says of it, and what its book and certificate hold.
import { list_all, routes, type Client, type wire } from '../api';
import { parse_book, type Book, type BookOrder } from './book';
import { capacity_lanes, parse_certificate, type Certificate, type CertificateAward } from './certificate';
import type { ReadingSource } from './reading.svelte';

/** Above so many orders a page offers the files instead: a browser is no place for them. */
export const kOrdersInBrowser = 100_000;
const kRoundsMax = 1_000; // as many as the exchange keeps

export type Rounds = readonly wire.Round[];

export const rounds_source = (client: Client): ReadingSource<Rounds> => ({
  concerns: (moment) => moment.events.some((event) => event.type.startsWith('round.')),
  read: async (signal) => (await list_all(client, routes.listRounds, {}, kRoundsMax, { signal })).items,
});

/** A round that has a book; null is the last of them. The rounds come with the last one first. */
export function round_of(rounds: Rounds, id: string | null): wire.Round | null {
  if (id !== null) return rounds.find((round) => round.id === id) ?? null;
  return rounds.find((round) => round.state === 'cleared') ?? rounds[0] ?? null;
}

export interface RoundFiles {
  readonly book_text: string;
  readonly certificate_text: string;
  readonly book: Book;
  readonly certificate: Certificate;
  readonly lanes: ReadonlyMap<string, number> | null;
}

export async function read_round_files(client: Client, round: string, signal: AbortSignal): Promise<RoundFiles> {
  const [book_reply, certificate_reply] = await Promise.all([
    routes.getRoundBook(client, { round }, { signal }),
    routes.getRoundCertificate(client, { round }, { signal }),
  ]);
  const [book_text, certificate_text] = [book_reply.value, certificate_reply.value];
  const [book, certificate] = [parse_book(book_text), parse_certificate(certificate_text)];
  if (!book || !certificate) throw new RangeError('a book or certificate of another version');
  return { book_text, certificate_text, book, certificate, lanes: capacity_lanes(book, certificate) };
}

export interface BookRow {
  readonly order: BookOrder;
  readonly award: CertificateAward | null;
}
export const book_rows = (files: RoundFiles): BookRow[] =>
  files.book.orders.map((order) => ({ order, award: files.certificate.awards.get(order.name) ?? null }));
