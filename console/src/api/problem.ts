// Everything that can go wrong with a request, as one type of error.
//
// `code` is one of the exchange's own (api/openapi.yaml, x-problem-codes) where it answered with a
// problem. Three are ours: the exchange was not reached, answered something that is no problem, or
// the browser may not sign here.
import { kProblemCodes, type ProblemCode } from './generated/problem_codes';

export type FailureCode = ProblemCode | 'unreachable' | 'unreadable' | 'insecure';

export interface ProblemDetails {
  status: number;
  title: string;
  detail?: string | undefined;
  param?: string | undefined;
  advice?: string | undefined;
  retry_after?: number | undefined; // seconds
}

export class Failure extends Error {
  override readonly name = 'Failure';
  constructor(
    readonly code: FailureCode,
    readonly details: ProblemDetails,
  ) {
    super(details.detail ?? details.title);
  }
  /**
   * The exchange has answered, and would answer the same to the same key for ever: whoever asks again takes a
   * new Idempotency-Key. Otherwise it may have happened, so the same key is sent again.
   */
  get answered(): boolean {
    return this.details.status >= 400 && this.details.status < 500 && this.details.status !== 429;
  }
  /** The same request may go better later, without anything being changed. */
  get passes(): boolean {
    return this.code === 'unreachable' || this.details.status === 429 || this.details.status >= 500;
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const is_code = (value: unknown): value is ProblemCode => kProblemCodes.includes(value as ProblemCode);

/** Of an answer with status 400 or above. */
export async function failure_of(response: Response): Promise<Failure> {
  const after = Number(response.headers.get('Retry-After') ?? Number.NaN);
  const retry_after = Number.isFinite(after) ? after : undefined;
  const body: Record<string, unknown> | null = await response.json().catch(() => null);
  const known = body && is_code(body.code);
  return new Failure(known ? (body.code as ProblemCode) : 'unreadable', {
    status: response.status,
    title: text(body?.title) ?? response.statusText,
    detail: text(body?.detail),
    param: text(body?.param),
    advice: text(body?.try),
    retry_after,
  });
}

export const unreachable = (cause: unknown): Failure =>
  new Failure('unreachable', { status: 0, title: 'unreachable', detail: cause instanceof Error ? cause.message : undefined });

export const is_abort = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError';

/** What fetch throws where the network fails in the middle of an answer, as a failure; anything else as it is. */
export const cut_or = (error: unknown): unknown => (error instanceof TypeError ? unreachable(error) : error);

/** Any thrown thing as a failure, so that pages know one kind. */
export const to_failure = (error: unknown): Failure =>
  error instanceof Failure ? error : new Failure('unreadable', { status: 0, title: String(error) });
