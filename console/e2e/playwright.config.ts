import { defineConfig } from '@playwright/test';

// Against the real server, in the system's browser; nothing is downloaded.
export default defineConfig({
  testDir: '.',
  testIgnore: 'by_hand/**',
  outputDir: 'out',
  globalSetup: './day.ts',
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 20_000 },
  reporter: 'list',
  use: {
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      // Containers run as root, where Chromium's own sandbox cannot.
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    },
  },
});
