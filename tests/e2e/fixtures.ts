// What every journey starts from. `import { expect, test } from './fixtures'` instead of Playwright's own.
import AxeBuilder from '@axe-core/playwright'
import { test as base, expect, type Page } from '@playwright/test'
import { fileURLToPath } from 'node:url'
// @ts-expect-error the server is plain JavaScript, shared with `make serve`
import { serve } from '../../scripts/serve.mjs'
import { TraceBench } from './trace_bench.ts'

export { expect, serve }

/** The built page, served below a path, because nothing in it may depend on lying at the root of a host. */
type Site = { url: string; close: () => Promise<void> }

type Fixtures = { tracebench: TraceBench }
type WorkerFixtures = { site: Site }

export const test = base.extend<Fixtures, WorkerFixtures>({
  site: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const site: Site = await serve(fileURLToPath(new URL('../../dist', import.meta.url)), { prefix: '/some/path/' })
      await use(site)
      await site.close()
    },
    { scope: 'worker' },
  ],

  baseURL: async ({ site }, use) => use(site.url),

  page: async ({ page }, use) => {
    const complaints = collectComplaints(page)
    await use(page)
    expect(complaints, 'console errors, panics, and requests to other machines').toEqual([])
  },

  tracebench: async ({ page }, use) => use(new TraceBench(page)),
})

/** Fails the journey for what a person would not see: errors on the console, panics, requests that leave this machine. */
function collectComplaints(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()} (${message.location().url})`)
  })
  page.on('pageerror', (error) => complaints.push(`panic: ${error.message}`))
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.protocol.startsWith('http') && url.hostname !== '127.0.0.1') complaints.push(`request: ${request.url()}`)
  })
  return complaints
}

/** Checks what can be checked by program of WCAG 2.2 AA on the page as it stands. */
export async function expectAccessible(page: Page): Promise<void> {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
  const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze()
  expect(violations.map(({ id, help, nodes }) => `${id}: ${help} (${nodes[0]?.html})`)).toEqual([])
}
