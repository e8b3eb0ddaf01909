import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

import { parse_yaml, with_value, YamlFault, type YamlNode } from './yaml';

const kJob = `# A job.
name: qwen-sft
num_nodes: 4                       # the gang
resources:
  accelerators: {H100: 8, Ascend910B: 8}     # per node
  infra: "*"
market:
  window: {earliest: 2026-12-01T00:00+08:00, deadline: 2026-12-06T00:00+08:00}
  limit: 14.50 CNY/gpu-h           # per hour
  data: [{name: corpus-v3, size: 4TB, at: [hub/guian]}]
  legs:
    - {from: a, until: b}
    - from: c
      until: "d # e"
  hubs:
  - x
  - y
run: |
  set -x

  torchrun train.py   # not a comment
`;

// As a parser of all of YAML sees it, every scalar as text.
function plain(node: YamlNode): unknown {
  if (node.kind === 'scalar') return node.text;
  if (node.kind === 'list') return node.items.map(plain);
  return Object.fromEntries(node.entries.map((entry) => [entry.key, plain(entry.value)]));
}
const reference = (text: string): unknown => parse(text, { schema: 'failsafe' });

describe('job files', () => {
  test('are read as any reader of YAML reads them', () => {
    expect(plain(parse_yaml(kJob))).toEqual(reference(kJob));
  });
  test('with the line ends of Windows, too', () => {
    expect(plain(parse_yaml(kJob.replaceAll('\n', '\r\n')))).toEqual(reference(kJob));
  });
  test.each([
    ['a:\n\tb: 1', 'tab', 2], ['a: 1\na: 2', 'twice', 2], ['a: "x', 'quote', 1], ['a: {b: 1', 'flow', 1], ['a: &x 1', 'anchor', 1],
    ['a: *x', 'anchor', 1], ['a: one\n  two', 'lines', 2], ['just text', 'entry', 1], ['a: 1\n---\nb: 2', 'document', 2], ['a: 1\n b: 2', 'lines', 2],
    ['a: b: c', 'entry', 1], ['a: [1, 2] x', 'flow', 1], ['a:\n  b: 1\n c: 2', 'indent', 3], ['a: |\n    b\n  c', 'indent', 3], ['a: >\n  b\n\n  c', 'lines', 3], ['a: >\n  b\n    c', 'lines', 3], ['a: - b', 'entry', 1], [`a: ${'['.repeat(40)}`, 'deep', 1],
  ])('that are odd are refused: %j', (text, code, line) => {
    let fault: unknown;
    try { parse_yaml(text); } catch (error) { fault = error; }
    expect(fault).toBeInstanceOf(YamlFault);
    expect(fault).toMatchObject({ code, line });
  });
});

describe('one value is changed', () => {
  const changed = (path: string[], value: string | { raw: string } | null, text = kJob) => with_value(text, path, value);
  test('where it stands, and nothing else', () => {
    expect(changed(['market', 'limit'], '15 CNY/gpu-h')).toBe(kJob.replace('14.50 CNY/gpu-h', '15 CNY/gpu-h'));
    expect(changed(['market', 'window', 'deadline'], null)).toBe(kJob.replace(', deadline: 2026-12-06T00:00+08:00', ''));
    expect(changed(['market', 'window', 'earliest'], null)).toBe(kJob.replace('earliest: 2026-12-01T00:00+08:00, ', ''));
    expect(changed(['name'], null)).toBe(kJob.replace('name: qwen-sft\n', ''));
    expect(changed(['resources', 'infra'], { raw: '[hub/a, hub/b]' })).toBe(kJob.replace('"*"', '[hub/a, hub/b]'));
  });
  test('or added beside its neighbours', () => {
    expect(reference(changed(['market', 'work'], '40h'))).toMatchObject({ market: { work: '40h', hubs: ['x', 'y'] } });
    expect(changed(['market', 'limit'], '5 CNY/gpu-h', 'name: x')).toBe('name: x\nmarket:\n  limit: 5 CNY/gpu-h\n');
    expect(changed(['market', 'limit'], '5', 'market:\nname: x\n')).toBe('market: {limit: 5}\nname: x\n');
    expect(changed(['a'], '1', '')).toBe('a: 1\n');
    expect(changed(['a'], '1', '# only a comment')).toBe('# only a comment\na: 1\n');
    expect(changed(['market', 'preempt', 'allowed'], { raw: 'true' }, 'market: {work: 1h}')).toBe('market: {work: 1h, preempt: {allowed: true}}');
  });
  test.each(['a b', 'x: y', '# no', '"q"', 'true', '-1', 'l1\nl2\n', 'l1\n\nl3', '', '贵州', "it's", '*', 'tab\there', '  l1\nl2', '\tl1\nl2\n', '\n l1\nl2', 'l1\n\n', '\n', 'l1\r\nl2'])('and comes back as it was: %j', (value) => {
    for (const path of [['name'], ['run'], ['market', 'note'], ['market', 'window', 'note']]) {
      const text = changed(path, value);
      const read = path.reduce((at, key) => (at as Record<string, unknown>)[key], reference(text) as unknown);
      expect(read).toBe(value);
      expect(plain(parse_yaml(text))).toEqual(reference(text));
    }
  });
});
