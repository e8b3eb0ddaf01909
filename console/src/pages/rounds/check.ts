// Checks a round in this browser: are the files those that the exchange told of, and do they hold?
import type { VerifierVerdict } from 'verifier';

import type { wire } from '../../api';
import { parse_money } from '../../units';

export interface CheckRequest {
  book: string;
  certificate: string;
}
export interface CheckAnswer {
  verdict: VerifierVerdict | null; // null: the verifier could not be loaded
  trouble: string;
  hashes: { book: string; certificate: string } | null; // null: the browser gives no cryptography here
  milliseconds: number;
}
export type CheckState = 'holds' | 'fails' | 'unavailable';
export interface Check {
  readonly state: CheckState;
  /** The files are those that the exchange told of when the round closed; null: not known. */
  readonly files_same: boolean | null;
  readonly numbers_same: boolean;
  readonly answer: CheckAnswer;
}

const same_amount = (money: wire.Money | undefined, text: string | undefined): boolean => money === undefined || text === undefined || parse_money(money.amount) === parse_money(text);

// A bound has fractions of a micro-yuan: the exchange tells the amount above it, the verifier the one below.
function same_bound(money: wire.Money | undefined, text: string | undefined): boolean {
  const [told, found] = [money && parse_money(money.amount), text === undefined ? undefined : parse_money(text)];
  return told === undefined || found === undefined || (told !== null && found !== null && (told === found || told === found + 1n));
}
const same_count = (told: number | undefined, found: number | undefined): boolean => told === undefined || found === undefined || told === found;

/** What the answer of the worker means for what the exchange says of the round. */
export function judge(round: wire.Round, answer: CheckAnswer): Check {
  const { verdict, hashes } = answer;
  const told = round.book !== undefined && round.certificate !== undefined;
  const files_same = hashes && told ? hashes.book === round.book && hashes.certificate === round.certificate : null;
  // Of all that the page shows beside the verdict: a bound that is told too low would make the round look better than it is proved to be.
  const of_proof = verdict?.verified === true && same_amount(round.welfare, verdict.welfare) && same_bound(round.bound, verdict.bound) && same_count(round.gapPpm, verdict.gapPpm);
  const numbers_same = of_proof && round.orders === verdict.orders && round.awards === verdict.awards;
  if (!verdict) return { state: 'unavailable', files_same, numbers_same, answer };
  return { state: verdict.verified && files_same !== false && numbers_same ? 'holds' : 'fails', files_same, numbers_same, answer };
}

/** In a thread of its own, which ends with the answer or the signal. */
export function check(files: CheckRequest, signal: AbortSignal): Promise<CheckAnswer> {
  return new Promise((done, failed) => {
    const worker = new Worker(new URL('./check_worker.ts', import.meta.url), { type: 'module' });
    const end = () => worker.terminate();
    signal.addEventListener('abort', () => { end(); failed(new DOMException('', 'AbortError')); }, { once: true });
    worker.onmessage = (event: MessageEvent<CheckAnswer>) => { end(); done(event.data); };
    worker.onerror = (event) => { end(); done({ verdict: null, trouble: event.message, hashes: null, milliseconds: 0 }); };
    worker.postMessage(files);
  });
}
