import { expect, test } from 'vitest';

import { Client } from '../api';
import { round_of, rounds_source } from '.';

test('every round that the exchange keeps has its page', async () => {
  const items = Array.from({ length: 1_000 }, (_, at) => ({ id: `R-${1_000 - at}`, state: 'cleared' }));
  const client = new Client('', async () => new Response(JSON.stringify({ asOf: '1', items })));
  const rounds = await rounds_source(client).read(new AbortController().signal);
  expect([round_of(rounds, 'R-1')?.id, round_of(rounds, 'R-0'), round_of(rounds, null)?.id]).toEqual(['R-1', null, 'R-1000']);
});
