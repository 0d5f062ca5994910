// How much script a frame costs while a timeline of 100,000 steps is panned and zoomed, by order and by time.
import type { Browser, Page } from '@playwright/test'
import { expect, test } from '../fixtures.ts'

const STEPS = 100_000
const FRAMES = 240
const ACTIONS = ['read_file', 'run_tests', 'edit_file', 'search', 'think', 'run_command']

/** A run in the plain format, with pauses now and then. */
function longRun(): string {
  let at = 0
  const steps = Array.from({ length: STEPS }, (_, step) => {
    at += step % 997 === 0 ? 600 : 1 + (step % 7)
    const action = ACTIONS[(step * 7 + (step >> 5)) % ACTIONS.length]
    const failed = action === 'run_tests' && step % 3 === 0
    return { timestamp: at, action, state: { file: `src/f${step % 50}.py`, tests_passed: !failed } }
  })
  return JSON.stringify(steps)
}

test('script for a frame of panning and zooming', async ({ tracebench, page, browser }) => {
  await tracebench.open()
  await tracebench.pick([{ name: 'long.json', mimeType: 'application/json', buffer: Buffer.from(longRun()) }])
  await expect(tracebench.verdict).toBeVisible({ timeout: 120_000 })
  await expect(tracebench.timeline.getByRole('button', { name: 'By time' })).toBeEnabled()
  const lines = ['axis       frames   script p50 ms   script p95 ms   worst ms']
  for (const axis of ['By order', 'By time']) {
    await tracebench.timeline.getByRole('button', { name: axis }).click()
    const costs = await scriptPerFrame(browser, page)
    expect(costs.length).toBeGreaterThan(FRAMES / 2)
    expect(costs.at(-1)).toBeGreaterThan(0)
    const share = (part: number) => costs[Math.min(costs.length - 1, Math.floor(costs.length * part))].toFixed(2)
    lines.push(axis.padEnd(9) + [String(costs.length).padStart(8), share(0.5).padStart(16), share(0.95).padStart(16), share(1).padStart(11)].join(''))
  }
  console.log(lines.join('\n'))
})

/** Milliseconds of script in each frame, as Chromium's own trace of the main thread tells, in ascending order. */
async function scriptPerFrame(browser: Browser, page: Page): Promise<number[]> {
  await browser.startTracing(page, { categories: ['devtools.timeline', 'blink.user_timing'] })
  await page.evaluate(wheelAround, FRAMES)
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] }
  const marks = traceEvents.filter((event) => event.name === 'bench-frame').sort((a, b) => a.ts - b.ts)
  const [{ pid, tid }] = marks
  const scripts = traceEvents
    .filter((event) => event.pid === pid && event.tid === tid && event.ph === 'X' && SCRIPT.has(event.name))
    .sort((a, b) => a.ts - b.ts)
  const costs = marks.map(() => 0)
  let frame = -1
  let end = 0
  for (const { ts, dur = 0 } of scripts) {
    // What runs inside another piece of script is counted with it; a frame begins with the driver's mark inside its script.
    if (ts + dur <= end) continue
    while (frame + 1 < marks.length && marks[frame + 1].ts <= ts + dur) frame++
    if (frame >= 0) costs[frame] += (ts + dur - Math.max(ts, end)) / 1000
    end = ts + dur
  }
  return costs.slice(1, -1).sort((a, b) => a - b)
}

type TraceEvent = { name: string; ph: string; ts: number; dur?: number; pid: number; tid: number }

const SCRIPT = new Set(['FunctionCall', 'EventDispatch', 'FireAnimationFrame', 'RunMicrotasks', 'TimerFire', 'EvaluateScript'])

/** Runs in the page: turns the wheel over the timeline once a frame, in and out, and sideways in between. */
async function wheelAround(frames: number): Promise<void> {
  const frame = document.querySelector('.timeline__frame')!
  const box = frame.getBoundingClientRect()
  for (let turn = 0; turn < frames; turn++) {
    await new Promise(requestAnimationFrame)
    performance.mark('bench-frame')
    const zooms = turn % 2 === 0
    const inwards = turn % 120 < 60
    frame.dispatchEvent(
      new WheelEvent('wheel', {
        bubbles: true,
        cancelable: true,
        clientX: box.left + box.width * (0.3 + 0.4 * ((turn % 37) / 37)),
        clientY: box.top + box.height / 2,
        deltaX: zooms ? 0 : turn % 80 < 40 ? 60 : -60,
        deltaY: zooms ? (inwards ? -80 : 80) : 0,
      }),
    )
  }
}
