// The page as such: it starts under its content security policy, below any path, and with the network off.
import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { BrowserContext } from '@playwright/test'
import { expect, expectAccessible, serve, test } from './fixtures.ts'

const dist = new URL('../../dist', import.meta.url).pathname

test('the page opens and is accessible', async ({ tracebench, page }) => {
  await tracebench.open()
  await expect(page).toHaveTitle(/TraceBench/)
  await expectAccessible(page)
})

test('the page opens with the network off after one visit', async ({ tracebench, page, context }) => {
  await tracebench.open()
  await tracebench.installed()
  await context.setOffline(true)
  await page.reload()
  await tracebench.ready()
})

test('a newer build takes over at a reload, once it is complete', async ({ tracebench, page, context }) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tracebench-'))
  await cp(dist, folder, { recursive: true })
  const site = await serve(folder)
  try {
    await page.goto(`${site.url}#place`)
    await tracebench.installed()
    await publishNewTitle(folder, 'A newer TraceBench')

    await page.evaluate(() => navigator.serviceWorker.ready.then((registration) => registration.update()))
    await page.waitForFunction(() => navigator.serviceWorker.ready.then(({ waiting }) => waiting?.state === 'installed'))
    // The page hears of the newer build a little before the service worker that is still in charge does.
    await expect.poll(() => everyWorkerSeesTheNewer(context)).toBe(true)
    await expect(page).not.toHaveTitle('A newer TraceBench')
    await page.reload()
    await expect(page).toHaveTitle('A newer TraceBench')
    await tracebench.ready()
    expect(page.url()).toBe(`${site.url}#place`)
    expect(await page.evaluate(() => caches.keys())).toHaveLength(1)
  } finally {
    await site.close()
  }
})

async function everyWorkerSeesTheNewer(context: BrowserContext): Promise<boolean> {
  const seen = context.serviceWorkers().map((worker) => worker.evaluate(() => Reflect.get(self, 'registration').waiting !== null))
  return (await Promise.all(seen)).every(Boolean)
}

/** What a deployment does: another index.html, and a service worker that knows of another version. */
async function publishNewTitle(folder: string, title: string): Promise<void> {
  const edit = async (file: string, change: (text: string) => string) => {
    const name = path.join(folder, file)
    await writeFile(name, change(await readFile(name, 'utf8')))
  }
  await edit('index.html', (html) => html.replace(/<title>.*<\/title>/, `<title>${title}</title>`))
  await edit('sw.js', (script) => script.replace(/const VERSION = "\w+"/, 'const VERSION = "newer"'))
}
