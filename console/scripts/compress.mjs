// After a build: each file also as .gz and .br, which tongsuand answers with; and how much script a
// first visit loads, which has a limit.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const kFirstLoadMax = 250_000; // bytes of script as gzip
const kWorth = 512; // smaller files gain nothing

const dist = process.env.CONSOLE_OUT ?? 'dist';
const files = readdirSync(dist, { recursive: true }).filter((name) => statSync(join(dist, name)).isFile() && !/\.(gz|br)$/.test(name));
let all = 0;
for (const name of files) {
  const bytes = readFileSync(join(dist, name));
  if (bytes.length < kWorth || /\.(png|ico|woff2)$/.test(name)) continue;
  const gzip = gzipSync(bytes, { level: 9 });
  if (/\.js$/.test(name)) all += gzip.length;
  if (gzip.length < bytes.length) writeFileSync(join(dist, `${name}.gz`), gzip);
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  if (brotli.length < bytes.length) writeFileSync(join(dist, `${name}.br`), brotli);
}
// What index.html names, and what those files import without being asked.
const entry = readFileSync(join(dist, 'index.html'), 'utf8');
const wanted = [...entry.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map((one) => one[1]);
const seen = new Set();
while (wanted.length) {
  const name = wanted.pop();
  if (seen.has(name)) continue;
  seen.add(name);
  for (const [, other] of readFileSync(join(dist, name), 'utf8').matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) wanted.push(`assets/${other}`);
}
const first = [...seen].reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, name)), { level: 9 }).length, 0);
const kb = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
console.log(`script, gzip: ${kb(first)} at first, ${kb(all)} with all pages (limit ${kb(kFirstLoadMax)})`);
if (first > kFirstLoadMax || seen.size === 0) {
  console.error(seen.size === 0 ? 'index.html names no script' : 'a first visit loads too much script');
  process.exitCode = 1;
}
