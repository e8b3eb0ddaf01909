import { defineConfig } from '@playwright/test';

import base from '../playwright.config';

// What is run by hand: a bench, and pictures for the documentation.
export default defineConfig({ ...base, testDir: '.', globalSetup: '../day.ts', outputDir: '../out', testIgnore: [], timeout: 300_000 });
