import { resolve } from 'node:path';
import { expect, test } from 'vitest';

import { faults_of } from './layers.mjs';

const faults = (name: string, text: string) => faults_of(resolve('src', name), text);

test('imports run one way', () => {
  expect(faults('pages/map/M.svelte', `<script>import { A } from '../../ui';\nimport {\n  b,\n} from './b';</script>`)).toEqual([]);
  expect(faults('ui/A.svelte', `import { x } from '../pages/context';`)).toEqual(['ui/A.svelte: ui may not import ../pages/context']);
  expect(faults('ui/A.svelte', `import { x } from '../charts';`)).toHaveLength(1);
  expect(faults('units/a.ts', `export * from '../model';`)).toHaveLength(1);
  expect(faults('pages/pages.ts', `load: () => import('../app/App.svelte')`)).toHaveLength(1);
  expect(faults('pages/a/A.svelte', `import x from '../b/B.svelte';`)).toHaveLength(1);
  expect(faults('pages/a/A.svelte', `import x from '../context';`)).toEqual([]);
});

test('packages from outside have their place, and pure layers no DOM', () => {
  expect(faults('ui/a.ts', `import uPlot from 'uplot';`)).toHaveLength(1);
  expect(faults('charts/a.ts', `import uPlot from 'uplot';\nimport 'uplot/dist/uPlot.min.css';`)).toEqual([]);
  expect(faults('model/a.ts', `const x = document.title;`)).toEqual(['model/a.ts: model is pure, but names document']);
  expect(faults('other/a.ts', '')).toEqual(['other/a.ts: no such layer']);
});
