// How fast a worker reads and analyses dropped files, beside `JSON.parse` of the same bytes in the same run.
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from '../fixtures.ts'

const shared = process.env.TRACEBENCH_SHARED ?? new URL('../../../../shared', import.meta.url).pathname
const corpus = path.join(shared, 'corpus')
const ROUNDS = 5

type Timing = { bytes: number; engine: number; parse: number }

/** The corpus has a folder for each format; what is in the last one is no trace. */
function formats(): string[] {
  const folders = readdirSync(corpus, { withFileTypes: true }).filter((entry) => entry.isDirectory() && entry.name !== 'decoys')
  return folders.map((entry) => entry.name).sort()
}

/** All files of a format that are traces by themselves, largest first. */
function filesOf(format: string): string[] {
  const folder = path.join(corpus, format)
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(jsonl?|traj|md|cast)$/.test(name) && !/report\.json|results?(_summary)?\.json|preds\.json/.test(name))
    .map((name) => path.join(folder, name))
    .filter((name) => statSync(name).isFile())
    .sort((a, b) => statSync(b).size - statSync(a).size)
}

test('megabytes a second in the worker', async ({ tracebench, page }) => {
  test.skip(!existsSync(corpus), `skipped: there is no ${corpus} to measure on`)
  await page.addInitScript(keepRequests)
  const lines = ['format               files       MB   engine MB/s   JSON.parse MB/s   ratio   worker MB']
  for (const format of formats()) {
    const files = filesOf(format)
    if (files.length === 0) continue
    await tracebench.open()
    await page.reload()
    await tracebench.ready()
    await tracebench.pick(files)
    await expect(tracebench.files.getByRole('listitem').first().or(tracebench.verdict).or(tracebench.runs).first()).toBeVisible()
    await page.locator('[data-load-state=ready]').waitFor()
    const timing = await page.evaluate(measure, ROUNDS)
    expect(timing.bytes, `bytes of ${format} that were sent to be analysed`).toBeGreaterThan(0)
    const megabytes = timing.bytes / 1e6
    const [engine, parse] = [(megabytes / timing.engine) * 1000, (megabytes / timing.parse) * 1000]
    lines.push(
      format.padEnd(20) +
        [String(files.length).padStart(6), megabytes.toFixed(2).padStart(9), engine.toFixed(0).padStart(14)].join('') +
        [parse.toFixed(0).padStart(18), (engine / parse).toFixed(2).padStart(8)].join('') +
        ((await memoryOf(page)) / 1e6).toFixed(0).padStart(12),
    )
    expect(engine).toBeGreaterThan(0)
  }
  console.log(lines.join('\n'))
})

/** How large the engine's memory has grown in the worker that was measured last; wasm memory never shrinks. */
async function memoryOf(page: Page): Promise<number> {
  const engines = page.workers().filter((worker) => worker.url().includes('engine_worker'))
  const bytes = await engines.at(-1)!.evaluate(async () => {
    const engine = await import(new URL('./engine_worker.js', self.location.href).href)
    return (await engine.default()).memory.buffer.byteLength as number
  })
  await page.evaluate(() => (Reflect.get(window, 'measured') as Worker).terminate())
  return bytes
}

/** Runs in the page before its code: keeps each request to analyse that the page sends, which is the third of its kinds. */
function keepRequests(): void {
  const kept: object[] = []
  Reflect.set(window, 'requests', kept)
  const post = Worker.prototype.postMessage as (message: unknown) => void
  Worker.prototype.postMessage = function (message: { envelope?: Uint8Array }) {
    const bytes = message.envelope
    if (bytes?.[bytes.findIndex((byte) => byte < 128) + 1] === 2) kept.push(message)
    post.call(this, message)
  }
}

/** Runs in the page: sends what it kept to a worker of its own, then parses the same bytes, best of several rounds. */
async function measure(rounds: number): Promise<Timing> {
  const requests = Reflect.get(window, 'requests') as { envelope: Uint8Array; files: { file: File }[] }[]
  const worker = new Worker('./engine_worker_loader.js', { type: 'module' })
  Reflect.set(window, 'measured', worker)
  // A reply is its id and then its kind, numbers of seven bits a byte; the fourth kind is progress.
  const PROGRESS = 3
  const settled = () =>
    new Promise<void>((resolve) => {
      worker.onmessage = ({ data }: { data: Uint8Array }) => {
        if (data[data.findIndex((byte) => byte < 128) + 1] !== PROGRESS) resolve()
      }
    })
  await settled()

  const timing = { bytes: 0, engine: 0, parse: 0 }
  for (const request of [...requests]) {
    const [{ file }] = request.files
    const times: number[] = []
    const parses: number[] = []
    for (let round = 0; round < rounds; round++) {
      const start = performance.now()
      const done = settled()
      worker.postMessage(request)
      await done
      times.push(performance.now() - start)

      const again = performance.now()
      const text = await file.text()
      try {
        JSON.parse(text)
      } catch {
        for (const line of text.split('\n')) {
          try {
            JSON.parse(line)
          } catch {
            // A broken line costs the baseline nothing either.
          }
        }
      }
      parses.push(performance.now() - again)
    }
    timing.bytes += request.files.reduce((sum, { file }) => sum + file.size, 0)
    timing.engine += Math.min(...times)
    timing.parse += Math.min(...parses)
  }
  return timing
}
