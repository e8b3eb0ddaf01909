// After a build: puts the verifier for browsers beside it. TONGSUAN_WASM names the file (target wasm_verify).
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';

const from = process.env.TONGSUAN_WASM ?? '';
if (from && existsSync(from)) copyFileSync(from, join(process.env.CONSOLE_OUT ?? 'dist', 'tongsuan_verify.wasm'));
else console.log(`rounds cannot be verified in the browser: ${from ? `${from} is not there` : 'TONGSUAN_WASM names no file'} (build target wasm_verify)`);
