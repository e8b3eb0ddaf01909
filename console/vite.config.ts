import { fileURLToPath } from 'node:url';

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// `npm run dev` shows the exchange that runs here.
const exchange = process.env.TONGSUAN_SERVER ?? 'http://127.0.0.1:7070';

export default defineConfig({
  resolve: {
    // The loader of the verifier is that of tools/wasm, for browsers and Node alike.
    alias: { verifier: fileURLToPath(new URL('../tools/wasm/tongsuan_verify.mjs', import.meta.url)) },
    // Svelte has a build for servers, too: tests of components need the browsers'.
    ...(process.env.VITEST ? { conditions: ['browser'] } : {}),
  },
  plugins: [svelte()],
  build: {
    outDir: process.env.CONSOLE_OUT ?? 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // Data in addresses is not let in by the server's policy of content.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: 'es', rollupOptions: { output: { entryFileNames: 'workers/[name]-[hash].js' } } },
  server: { fs: { allow: ['.', '../tools/wasm'] }, proxy: { '/v1': exchange, '/healthz': exchange } },
  test: {
    include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'],
    environment: 'happy-dom',
  },
});
