export * from './address';
export * from './clock';
export * from './keys';
export { Live, type LiveSource } from './live.svelte';
export * from './market';
export { market_source } from './market_source';
export { Place } from './place.svelte';
export * from './rows';
