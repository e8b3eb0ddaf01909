import { expect, test } from 'vitest';

import type { RuleHit } from '../../model';
import { rule_bars } from './audit_view';

test('what was missed and its penalty are two bars with names of their own', () => {
  const hit = (kind: RuleHit['kind'], rule: string): RuleHit => ({ kind, rule, count: 1, last: { unix: 0, zone: 0 }, sequence: '1' });
  const bars = rule_bars([hit('missed', 'delivery'), hit('penalty', 'delivery'), hit('refused', 'no-money')], (key) => key, (code) => `<${code}>`);
  expect(bars.map((bar) => bar.title)).toEqual(['audit.missed · delivery', 'audit.penalty · delivery', '<no-money>']);
});
