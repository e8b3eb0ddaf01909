// What the verifier found, in words. Names of faults are stable (src/tongsuan/market/verify.h).
import type { Key } from '../../words/index.svelte';

const kFaults: Record<string, Key> = {
  'unreadable-market': 'fault.unreadable_market',
  'unreadable-certificate': 'fault.unreadable_certificate',
  'market-limit': 'fault.market_limit',
  'root-mismatch': 'fault.root_mismatch',
  'unknown-award': 'fault.unknown_award',
  'award-order': 'fault.award_order',
  'lots-out-of-range': 'fault.lots',
  precedence: 'fault.precedence',
  'flow-count': 'fault.flow_count',
  'flow-out-of-range': 'fault.flow_range',
  'over-capacity': 'fault.over_capacity',
  'price-count': 'fault.price_count',
  'price-out-of-range': 'fault.price_range',
  'welfare-mismatch': 'fault.welfare',
  'bound-mismatch': 'fault.bound',
  'gang-price-shape': 'fault.gang_shape',
  'gang-bound-mismatch': 'fault.gang_bound',
  'bound-below-welfare': 'fault.bound_below',
  'buyer-loses': 'fault.buyer_loses',
  'seller-loses': 'fault.seller_loses',
  'line-loses': 'fault.line_loses',
  'tie-rule': 'fault.tie_rule',
  'totals-mismatch': 'fault.totals',
  'rent-mismatch': 'fault.rent',
  'rent-negative': 'fault.rent_negative',
};

/** A name that is not known yet stands for itself. */
export function fault_text(fault: string, say: (key: Key) => string): string {
  const key = kFaults[fault];
  return key ? say(key) : fault;
}
