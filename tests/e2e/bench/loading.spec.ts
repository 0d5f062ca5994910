// How fast a thousand runs are read by one worker and by all, and what ten thousand reports cost to hold and show.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Browser, Page } from '@playwright/test'
import { expect, test } from '../fixtures.ts'
import { reportLine } from '../made_up.ts'
import { TraceBench } from '../trace_bench.ts'

const shared = process.env.TRACEBENCH_SHARED ?? new URL('../../../../shared', import.meta.url).pathname
const corpus = path.join(shared, 'labelled', 'mini_swe_gemini3_verified')
const RUNS = Number(process.env.BENCH_RUNS ?? 1_000)
const REPORTS = Number(process.env.BENCH_REPORTS ?? 10_000)
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 2)
/** How many different traces the copies are made of. */
const KINDS = 40

test.describe.configure({ timeout: 1_800_000 })

/** Copies of real traces, each with an id of its own. */
async function copies(): Promise<{ folder: string; bytes: number }> {
  const folder = path.join(await mkdtemp(path.join(tmpdir(), 'tracebench-')), 'runs')
  await mkdir(folder)
  const names = readdirSync(corpus).filter((name) => name.endsWith('.traj.json.gz')).sort().slice(0, KINDS)
  const texts = names.map((name) => gunzipSync(readFileSync(path.join(corpus, name))).toString())
  let bytes = 0
  for (let number = 0; number < RUNS; number++) {
    const at = number % names.length
    const id = names[at].replace('.traj.json.gz', '')
    const text = texts[at].replaceAll(`"${id}"`, `"${id}-${number}"`)
    bytes += text.length
    await writeFile(path.join(folder, `${id}-${number}.traj.json`), text)
  }
  return { folder, bytes }
}

/** Keeps the memories of the page's own programs where they can be looked at, and counts what holds up its thread. */
function watch(cores?: number): void {
  if (cores) Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', { get: () => cores })
  const memories: WebAssembly.Memory[] = []
  const held = { sum: 0, worst: 0 }
  Reflect.set(window, 'watched', { memories, held })
  const stream = WebAssembly.instantiateStreaming
  WebAssembly.instantiateStreaming = async (...given) => {
    const made = await stream(...given)
    memories.push(made.instance.exports.memory as WebAssembly.Memory)
    return made
  }
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      held.sum += duration
      held.worst = Math.max(held.worst, duration)
    }
  }).observe({ type: 'longtask' })
}

type Watched = { memories: WebAssembly.Memory[]; held: { sum: number; worst: number } }

/** Megabytes of the page's programs and of the heap of scripts; milliseconds in which the page could not answer. */
async function cost(page: Page) {
  const { wasm, held } = await page.evaluate(() => {
    const { memories, held } = Reflect.get(window, 'watched') as Watched
    return { wasm: memories.map((memory) => memory.buffer.byteLength / 1e6), held }
  })
  const devtools = await page.context().newCDPSession(page)
  const { usedSize } = await devtools.send('Runtime.getHeapUsage')
  return { wasm, heap: usedSize / 1e6, held }
}

/** Megabytes of each of the engine's workers; wasm memory never shrinks. */
async function workerMemories(page: Page): Promise<number[]> {
  const engines = page.workers().filter((worker) => worker.url().includes('engine_worker'))
  const memory = async () => {
    const engine = await import(new URL('./engine_worker.js', self.location.href).href)
    return (await engine.default()).memory.buffer.byteLength / 1e6
  }
  return Promise.all(engines.map((worker) => worker.evaluate(memory)))
}

const whole = (numbers: number[]) => numbers.map((number) => number.toFixed(0)).join(' + ')

/** Seconds until all files are read, in a fresh page that has so many cores, or all. */
async function secondsToRead(browser: Browser, url: string, folder: string, cores?: number) {
  const context = await browser.newContext({ baseURL: url })
  const page = await context.newPage()
  await page.addInitScript(watch, cores)
  const tracebench = new TraceBench(page)
  await tracebench.open()
  const start = performance.now()
  await page.getByLabel('Folder of traces').setInputFiles(folder)
  await page.locator('[data-load-state=loading]').waitFor()
  const picked = performance.now()
  await tracebench.files.getByRole('button', { name: /^Show all/ }).waitFor({ timeout: 600_000 })
  const first = performance.now()
  await page.locator('[data-load-state=ready]').waitFor({ timeout: 900_000 })
  const seconds = (performance.now() - picked) / 1000
  await expect(tracebench.found).toContainText(`${RUNS.toLocaleString('en')} runs`)
  const { wasm, heap, held } = await cost(page)
  const memories = await workerMemories(page)
  const workers = memories.length
  if (cores === 1) expect(workers).toBe(1)
  await context.close()
  const line =
    `${workers} worker${workers > 1 ? 's' : ' '}  ${seconds.toFixed(1)} s  ${(RUNS / seconds).toFixed(1)} runs/s  ` +
    `picked in ${((picked - start) / 1000).toFixed(1)} s, first run after ${((first - picked) / 1000).toFixed(1)} s  ` +
    `page held up ${(held.sum / 1000).toFixed(1)} s, at worst ${held.worst.toFixed(0)} ms  ` +
    `workers ${whole(memories)} MB, page ${whole(wasm)} MB wasm + ${heap.toFixed(0)} MB heap`
  return { seconds, line }
}

test('runs a second, by one worker and by all', async ({ browser, baseURL }) => {
  test.skip(!existsSync(corpus), `skipped: there is no ${corpus} to make copies of`)
  const { folder, bytes } = await copies()
  const cores = cpus().length
  const lines = [`${RUNS} runs of ${(bytes / RUNS / 1000).toFixed(0)} kB each, ${cores} cores`]
  const ratios: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const one = await secondsToRead(browser, baseURL!, folder, 1)
    const all = await secondsToRead(browser, baseURL!, folder)
    ratios.push(one.seconds / all.seconds / cores)
    lines.push(one.line, all.line, `ratio to cores × single: ${(100 * ratios.at(-1)!).toFixed(0)} %`)
  }
  console.log(lines.join('\n'))
  expect(Math.max(...ratios)).toBeGreaterThan(0)
})

test('ten thousand reports are held and shown', async ({ page, tracebench }) => {
  await page.addInitScript(watch)
  const text = Array.from({ length: REPORTS }, (_, number) => reportLine(number)).join('\n')
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'tracebench-')), 'reports.ndjson')
  await writeFile(file, text)
  await tracebench.open()
  const start = performance.now()
  const passed = () => ((performance.now() - start) / 1000).toFixed(1)
  await tracebench.pick([file])
  await tracebench.files.getByRole('button', { name: /^Show all/ }).waitFor({ timeout: 300_000 })
  const first = passed()
  await expect(tracebench.found).toContainText(`${REPORTS.toLocaleString('en')} runs`, { timeout: 600_000 })
  const shown = passed()
  await tracebench.tab('Failures')
  await expect(tracebench.clusters.getByRole('article').first()).toBeVisible({ timeout: 600_000 })
  const clustered = passed()
  await tracebench.tab('Runs')
  await expect(tracebench.runs.getByRole('row').nth(1)).toBeVisible()
  const blank = await page.evaluate(scroll, 300)
  const { wasm, heap, held } = await cost(page)
  console.log(
    [
      `${REPORTS} reports, ${(text.length / 1e6).toFixed(0)} MB: the first shown after ${first} s, all after ${shown} s, clusters seen after ${clustered} s`,
      `page held up ${(held.sum / 1000).toFixed(1)} s, at worst ${held.worst.toFixed(0)} ms; ${whole(wasm)} MB wasm + ${heap.toFixed(0)} MB heap; workers ${whole(await workerMemories(page))} MB`,
      `scrolling: ${blank.frames} frames, longest ${blank.worstFrame.toFixed(0)} ms, longest without a row ${blank.worstBlank.toFixed(0)} ms`,
    ].join('\n'),
  )
  expect(blank.worstBlank).toBeLessThan(1_000)
})

/** Runs in the page: scrolls the table by more than a screen a frame, and looks whether a row stands in its middle. */
async function scroll(frames: number) {
  const table = document.querySelector<HTMLElement>('section[aria-label="Runs"]')!
  const box = table.getBoundingClientRect()
  const [x, y] = [box.left + box.width / 3, box.top + box.height / 2]
  let last = performance.now()
  let full = last
  let [worstFrame, worstBlank] = [0, 0]
  for (let frame = 0; frame < frames; frame++) {
    table.scrollTop += frame % 100 < 80 ? 900 : -20_000
    await new Promise(requestAnimationFrame)
    const now = performance.now()
    worstFrame = Math.max(worstFrame, now - last)
    last = now
    if (document.elementFromPoint(x, y)?.closest('tr[aria-rowindex]')) full = now
    worstBlank = Math.max(worstBlank, now - full)
  }
  return { frames, worstFrame, worstBlank }
}
