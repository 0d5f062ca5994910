import { existsSync } from 'node:fs'
import { chromium, defineConfig } from '@playwright/test'

// Playwright's own Chromium where it was downloaded, otherwise the system's.
const installed = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const executablePath = existsSync(chromium.executablePath()) ? undefined : installed.find((file) => existsSync(file))

export default defineConfig({
  outputDir: '../../test-results',
  reporter: [['list']],
  // A journey that fails now and then is broken: it is mended, not run again.
  retries: 0,
  workers: 1,
  forbidOnly: !!process.env.CI,
  timeout: 30_000,
  use: {
    browserName: 'chromium',
    // The reports speak of times; a fixed zone and language keep them the same everywhere.
    locale: 'en-GB',
    timezoneId: 'UTC',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath,
      args: [
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        // Chromium refuses to start its sandbox as root.
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ],
    },
  },
  projects: [
    { name: 'journeys', testDir: '.', testIgnore: 'bench/**' },
    { name: 'bench', testDir: 'bench', timeout: 600_000 },
  ],
})
