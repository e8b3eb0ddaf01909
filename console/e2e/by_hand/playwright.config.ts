import { defineConfig } from '@playwright/test';

import base from '../playwright.config';

// What is run by hand: a bench, and pictures for the documentation.
export default defineConfig({ ...base, testDir: '.', outputDir: '../out', testIgnore: [], timeout: 300_000 });
