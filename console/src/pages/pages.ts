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
];
export const kHome = 'map';
