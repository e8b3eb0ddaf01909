// The pages, in one table: where each is, what it is called, which keys lead to it, and its file,
// which is fetched when somebody goes there. Adding a page is adding a row (README.md).
import type { Component } from 'svelte';

import type { Key } from '../words/index.svelte';

export interface Page {
  path: string; // the first segment of its address
  title: Key;
  keys: string;
  load: () => Promise<{ default: Component }>;
}

export const kPages: readonly Page[] = [
  { path: 'map', title: 'map.title', keys: 'g m', load: () => import('./map/MapPage.svelte') },
  { path: 'rounds', title: 'rounds.title', keys: 'g r', load: () => import('./rounds/RoundsPage.svelte') },
  { path: 'orders', title: 'order.title', keys: 'g o', load: () => import('./orders/OrdersPage.svelte') },
  { path: 'submit', title: 'submit.title', keys: 'g s', load: () => import('./submit/SubmitPage.svelte') },
  { path: 'hub', title: 'hub.title', keys: 'g h', load: () => import('./hub/HubPage.svelte') },
  { path: 'ledger', title: 'ledger.title', keys: 'g l', load: () => import('./ledger/LedgerPage.svelte') },
  { path: 'green', title: 'green.title', keys: 'g e', load: () => import('./green/GreenPage.svelte') },
  { path: 'lab', title: 'lab.title', keys: 'g x', load: () => import('./lab/LabPage.svelte') },
  { path: 'audit', title: 'audit.title', keys: 'g a', load: () => import('./audit/AuditPage.svelte') },
];
export const kHome = 'map';
