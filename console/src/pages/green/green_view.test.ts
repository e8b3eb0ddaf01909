import { expect, test } from 'vitest';

import { energy_of } from '../../model';
import { hour_mark, hour_names, run_world, run_world_text } from './green_view';

const book = (slot: string) => energy_of(`tongsuan-market 1\ncalendar start=2026-01-01T23:00+08:00 slot=${slot} slots=3\n`);

test('columns are named by when their slot begins', () => {
  expect(hour_names(book('1h'), 3)).toEqual(['01-01 23', '01-02 00', '01-02 01']);
  expect(hour_names(book('30min'), 48)).toEqual(['01-01 23:00', '01-01 23:30', '01-02 00:00']);
  expect(hour_names(energy_of('tongsuan-market 1\ncalendar slot=1h slots=2\n'), 48)).toEqual(['+0', '+1']);
  expect(['01-01 23:30', '01-02 00', '+1'].map(hour_mark)).toEqual(['23:30', '00', '+1']);
});

test('runs of another load, or of a world without something, are told apart', () => {
  const run = { policy: 'pool', seed: 1, hours: [] };
  const worlds = [run_world({ ...run, load: 80, without: 'nothing' }), run_world({ ...run, load: 80, without: 'green power' })];
  expect(worlds.map((world) => run_world_text(world, (key) => key))).toEqual(['80 %', '80 % · lab.without green power']);
});
