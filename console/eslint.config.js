import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

import svelteConfig from './svelte.config.js';

export default ts.config(
  { ignores: ['dist/', 'node_modules/', 'src/api/generated/', 'e2e/out/'] },
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      // The type checker knows better.
      'no-undef': 'off',
      '@typescript-eslint/no-non-null-assertion': 'error',
      // The address is the application's own (app/router); there is no SvelteKit.
      'svelte/no-navigation-without-resolve': 'off',
      // Text is put together by the compiler; markup never comes from data.
      'svelte/no-at-html-tags': 'error',
    },
  },
  { files: ['scripts/**'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
  },
);
