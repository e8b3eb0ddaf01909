// Fails where a file imports upward or sideways. The order below is the architecture (README.md).
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const kFloors = { units: 0, words: 1, api: 1, model: 2, ui: 3, charts: 3, pages: 4, app: 5 };
// Pure layers know no DOM: their tests run without one, and so could a worker.
const kPure = ['units', 'model'];
const kDom = /\b(document|window|HTMLElement|localStorage|sessionStorage|location|history|navigator)\b\s*[.(]/;
const kPackages = { svelte: ['words', 'api', 'model', 'ui', 'charts', 'pages', 'app'], uplot: ['charts'], verifier: ['pages'] };

const kImport = /^\s*(?:import|export)\b[^;'"]*?\bfrom\s*'([^']+)'|^\s*import\s*'([^']+)'|\bimport\('([^']+)'\)/gm;

const src = join(dirname(fileURLToPath(import.meta.url)), '../src');
const layer_of = (path) => relative(src, path).split('/')[0];

/** Faults of one file, given its path and text. */
export function faults_of(path, text) {
  const layer = layer_of(path);
  const faults = [];
  if (!(layer in kFloors)) return [`${relative(src, path)}: no such layer`];
  const code = text.replace(/<!--[\s\S]*?-->|\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  for (const [, one, two, three] of code.matchAll(kImport)) {
    const name = one ?? two ?? three;
    if (name.startsWith('.')) {
      const target = resolve(dirname(path), name);
      const other = layer_of(target);
      const same_page = layer !== 'pages' || other !== 'pages' || page_of(path) === page_of(target) || page_of(target) === null || page_of(path) === null;
      if (other === layer && same_page) continue;
      if (other === '..' && /\.test\.ts$/.test(path)) continue;
      if (!(other in kFloors) || kFloors[other] >= kFloors[layer]) faults.push(`${relative(src, path)}: ${layer} may not import ${name}`);
    } else if (!/\.test\.ts$/.test(path)) {
      const root = name.split('/')[0];
      if (!kPackages[root]?.includes(layer)) faults.push(`${relative(src, path)}: ${layer} may not import ${name}`);
    }
  }
  if (kPure.includes(layer) && !/\.test\.ts$/.test(path) && kDom.test(code)) faults.push(`${relative(src, path)}: ${layer} is pure, but names ${code.match(kDom)[1]}`);
  return faults;
}
// Folders of pages do not know each other; what they share lies beside them.
const page_of = (path) => {
  const parts = relative(src, path).split('/');
  return parts.length > 2 ? parts[1] : null;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = readdirSync(src, { recursive: true }).map((name) => join(src, name)).filter((name) => /\.(ts|svelte)$/.test(name));
  const faults = files.flatMap((path) => faults_of(path, readFileSync(path, 'utf8')));
  for (const fault of faults) console.error(fault);
  console.log(`layers: ${files.length} files, ${faults.length} faults`);
  process.exitCode = faults.length ? 1 : 0;
}
