// node verify_test.mjs WASM NATIVE MARKET CERTIFICATE...
// The verifier in WebAssembly says exactly what the native one says, for every certificate.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { loadVerifier } from './tongsuan_verify.mjs';

const [wasm, native, market, ...certificates] = process.argv.slice(2);
assert.ok(certificates.length >= 2, 'needs an honest and a tampered certificate');
const verifier = await loadVerifier(readFileSync(wasm));
const verdicts = new Set();
for (const certificate of certificates) {
  const run = spawnSync(native, ['-o', 'json', market, certificate], { encoding: 'utf8' });
  const expected = JSON.parse(run.stdout);
  assert.equal(run.status, expected.verified ? 0 : 10, run.stderr);
  const found = verifier.verify(readFileSync(market), readFileSync(certificate));
  // Messages about unreadable files name the file, which the browser does not know.
  if (expected.fault.startsWith('unreadable-')) {
    delete expected.detail;
    assert.ok(found.detail.length > 0);
    delete found.detail;
  }
  assert.deepEqual(found, expected, certificate);
  verdicts.add(found.fault);
  console.log(`${basename(certificate)}: ${found.fault}`);
}
assert.ok(verdicts.has('none') && verdicts.size >= 2);
const torn = verifier.verify(new Uint8Array(), new Uint8Array());
assert.equal(torn.fault, 'unreadable-market');
