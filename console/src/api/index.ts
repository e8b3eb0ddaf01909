export type { CallOptions, Caller, Reply } from './call';
export { Client } from './client';
export { random_text, type Credentials } from './credentials';
export * as routes from './generated/routes';
export type * as wire from './generated/types';
export { kProblemCodes } from './generated/problem_codes';
export { list_all, type Listed } from './paging';
export { Failure, is_abort, to_failure, type FailureCode } from './problem';
export { Stream, type Moment as StreamMoment, type StreamOptions, type StreamState } from './stream';
