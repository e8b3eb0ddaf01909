import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';
import { parse } from 'yaml';

import { texts_of, word_faults } from '../../scripts/words.mjs';
import { fill } from './index.svelte';
import en from './problems.en.json';
import zh from './problems.zh.json';

test('every code of the contract has a title in both languages', () => {
  const contract = parse(readFileSync('../api/openapi.yaml', 'utf8')) as { 'x-problem-codes': Record<string, { says: string }> };
  const ours = ['unreachable', 'unreadable', 'insecure'];
  const codes = Object.keys(contract['x-problem-codes']);
  expect(Object.keys(en)).toEqual([...codes, ...ours]);
  expect(Object.keys(zh)).toEqual(Object.keys(en));
  for (const code of codes) expect(en).toHaveProperty(code, contract['x-problem-codes'][code]?.says);
  for (const title of Object.values(zh)) expect(title).toMatch(/\p{Script=Han}/u);
});

test('a noun goes with its number, as it is written', () => {
  const rows = '{count} {count#row|rows} of {of}';
  expect(fill(rows, { count: 1, of: 'x' })).toBe('1 row of x');
  expect(fill(rows, { count: '1', of: 'x' })).toBe('1 row of x');
  for (const count of [0, 2, '1,001', '21', 1.5]) expect(fill(rows, { count, of: 'x' })).toBe(`${count} rows of x`);
  expect(fill(rows, { count: 2 })).toBe('2 rows of {of}');
});

test('the check of words finds what is missing, unused, different, or written into code', () => {
  const languages = { en: { 'a.x': 'X {n}', 'a.y': 'Y {m#one|many}' }, zh: { 'a.x': '甲', 'a.z': '丙' } };
  const faults = word_faults(languages, [['/pages/P.svelte', `<p title="Free">{say('a.x')} {say('a.q')}</p><b>Text</b><i style:width="1px">{x}</i>`]]);
  expect(faults).toEqual([
    'a.y counts {m}, which it does not say', 'zh.json lacks a.y', 'a.x has other {names} in zh', 'en.json lacks a.z', '/pages/P.svelte: there is no key a.q',
    '/pages/P.svelte: text in code: title="Free"', '/pages/P.svelte: text in code: Text', 'a.y is used nowhere',
  ]);
  expect(texts_of('<p>{x} · {y}</p>')).toEqual([]);
});
