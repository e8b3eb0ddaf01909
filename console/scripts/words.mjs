// Fails where languages have different keys or placeholders, where a key is used that is not there
// or is there and unused, and where components hold text of their own.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'svelte/compiler';

const src = join(dirname(fileURLToPath(import.meta.url)), '../src');
const kSpoken = ['aria-label', 'title', 'placeholder', 'alt', 'label', 'text', 'help', 'aria-description'];
const kKey = /['"]([a-z]+\.[a-z_]+)['"]/g;
const has_letters = (text) => /\p{L}/u.test(text);

/** Texts in the markup of a component that nobody can translate. */
export function texts_of(source) {
  const found = [];
  const visit = (node) => {
    if (!node || typeof node !== 'object') return;
    if (Array.isArray(node)) return node.forEach(visit);
    if (node.type === 'StyleDirective') return;
    if (node.type === 'Text' && has_letters(node.data)) found.push(node.data.trim());
    if (node.type === 'Attribute') {
      const parts = Array.isArray(node.value) ? node.value : [node.value];
      const literal = (part) => (part?.type === 'Text' ? part.data : part?.type === 'ExpressionTag' && part.expression.type === 'Literal' ? String(part.expression.value) : '');
      if (kSpoken.includes(node.name)) for (const part of parts) if (has_letters(literal(part))) found.push(`${node.name}="${literal(part)}"`);
      return;
    }
    for (const [name, value] of Object.entries(node)) if (name !== 'css' && name !== 'instance' && name !== 'module') visit(value);
  };
  visit(parse(source, { modern: true }).fragment);
  return found;
}

export function word_faults(languages, files) {
  const faults = [];
  const [first, ...others] = Object.entries(languages);
  const names = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((one) => one[1]).sort().join();
  for (const words of Object.values(languages)) {
    for (const [key, text] of Object.entries(words)) {
      for (const [, name] of text.matchAll(/\{(\w+)#/g)) if (!text.includes(`{${name}}`)) faults.push(`${key} counts {${name}}, which it does not say`);
    }
  }
  for (const [language, words] of others) {
    for (const key of Object.keys(first[1])) if (!(key in words)) faults.push(`${language}.json lacks ${key}`);
    for (const [key, text] of Object.entries(words)) {
      if (!(key in first[1])) faults.push(`${first[0]}.json lacks ${key}`);
      else if (names(text) !== names(first[1][key])) faults.push(`${key} has other {names} in ${language}`);
    }
  }
  const roots = new Set(Object.keys(first[1]).map((key) => key.split('.')[0]));
  const used = new Set();
  for (const [name, source] of files) {
    const events = /\/(api|model)\//.test(name); // types of events look like keys
    if (!events) for (const [, key] of source.matchAll(kKey)) {
      used.add(key);
      if (roots.has(key.split('.')[0]) && !(key in first[1])) faults.push(`${name}: there is no key ${key}`);
    }
    if (name.endsWith('.svelte')) for (const text of texts_of(source)) faults.push(`${name}: text in code: ${text}`);
  }
  for (const key of Object.keys(first[1])) if (!used.has(key)) faults.push(`${key} is used nowhere`);
  return faults;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const read = (name) => readFileSync(join(src, name), 'utf8');
  const names = readdirSync(src, { recursive: true }).filter((name) => /\.(ts|svelte)$/.test(name) && !/\.test\.ts$|generated/.test(name));
  const languages = Object.fromEntries(['en', 'zh'].map((one) => [one, JSON.parse(read(`words/${one}.json`))]));
  const faults = word_faults(languages, names.map((name) => [`/${relative('.', name)}`, read(name)]));
  for (const fault of faults) console.error(fault);
  console.log(`words: ${Object.keys(languages.en).length} keys, ${faults.length} faults`);
  process.exitCode = faults.length ? 1 : 0;
}
