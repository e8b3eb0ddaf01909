// Asks the exchange. One client for the whole console; whoever signs in changes its credentials.
import { target_of, type Call, type Caller, type CallOptions, type Reply } from './call';
import { Signer, type Credentials } from './credentials';
import { cut_or, failure_of, is_abort, unreachable } from './problem';

// A line that is cut in the middle of an answer is one that was not answered.
async function body_of(response: Response, form: 'json' | 'text'): Promise<unknown> {
  try {
    return form === 'json' ? await response.json() : await response.text();
  } catch (error) {
    throw cut_or(error);
  }
}

export class Client implements Caller {
  #signer: Signer | null = null;
  constructor(
    private readonly base = '',
    private readonly ask: typeof fetch = (input, init) => fetch(input, init),
  ) {}

  use(credentials: Credentials | null): void {
    this.#signer = credentials ? new Signer(credentials) : null;
  }
  get signed_in(): boolean {
    return this.#signer !== null;
  }

  async call<T>(call: Call, options: CallOptions = {}): Promise<Reply<T>> {
    const response = await this.open(call, options);
    const value: unknown = call.form === 'nothing' ? undefined : await body_of(response, call.form);
    return { value: value as T, sequence: response.headers.get('Tongsuan-Sequence'), etag: response.headers.get('ETag') };
  }

  /** The answer itself, for streams. Throws a Failure, or what an aborted signal throws. */
  async open(call: Call, options: CallOptions = {}): Promise<Response> {
    const target = target_of(call);
    const body = call.body === undefined ? '' : JSON.stringify(call.body);
    const headers = new Headers();
    for (const [name, value] of Object.entries(call.headers ?? {})) if (value !== undefined) headers.set(name, value);
    if (call.body !== undefined) headers.set('Content-Type', call.media ?? 'application/json');
    if (this.#signer) headers.set('Authorization', await this.#signer.authorize(call.method, target, body));
    const init: RequestInit = { method: call.method, headers, credentials: 'omit', cache: 'no-store' };
    if (call.body !== undefined) init.body = body;
    if (options.signal) init.signal = options.signal;
    let response: Response;
    try {
      response = await this.ask(this.base + target, init);
    } catch (error) {
      throw is_abort(error) ? error : unreachable(error);
    }
    if (!response.ok) throw await failure_of(response);
    return response;
  }
}
