export { default as Bars, type Bar } from './Bars.svelte';
export { default as Flows, type Flow } from './Flows.svelte';
export { default as Heat } from './Heat.svelte';
export { default as Legend } from './Legend.svelte';
export { default as Line, type LineSeries } from './Line.svelte';
export { series, tone } from './scale';
export { default as SchematicMap, type MapLink, type MapNode } from './SchematicMap.svelte';
export { default as Steps, type Step } from './Steps.svelte';
