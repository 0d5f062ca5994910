// How long a question to 300,000 steps takes in the page: until the first hit is counted, and until all are.
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { finished } from 'node:stream/promises'
import type { Page } from '@playwright/test'
import { expect, test } from '../fixtures.ts'

const CALLS = 300_000

/** A chat of so many calls, each with its result a step. */
async function writeLongRun(file: string): Promise<void> {
  const out = createWriteStream(file)
  out.write(JSON.stringify([{ role: 'user', content: 'Mend the parser.' }]).slice(0, -1))
  for (let call = 0; call < CALLS; call++) {
    const command = call % 5 === 0 ? 'pytest -q' : `grep -rn name_${call % 97} src`
    const result = `line ${call} of the output\n`.repeat(10) + (call % 1000 === 999 ? 'ImportError: no module named numpy' : '')
    const messages = [
      { role: 'assistant', content: `Now look at part ${call}.`, tool_calls: [{ id: `c${call}`, type: 'function', function: { name: 'bash', arguments: JSON.stringify({ command }) } }] },
      { role: 'tool', tool_call_id: `c${call}`, content: result },
    ]
    if (!out.write(',' + JSON.stringify(messages).slice(1, -1))) await new Promise((resolve) => out.once('drain', resolve))
  }
  out.end(']')
  await finished(out)
}

test('milliseconds for a question to 300,000 steps', async ({ tracebench, page }) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tracebench-'))
  try {
    const file = path.join(folder, 'long.json')
    await writeLongRun(file)
    await tracebench.open()
    await tracebench.pick([file])
    await expect(tracebench.verdict).toBeVisible({ timeout: 180_000 })
    const lines = ['query                         first hits ms    all ms   found']
    for (const query of ['op:test', 'exit:!=0', '"ImportError"', 'text:"part 299999"', 'numpy -op:test']) {
      const { first, all, told } = await page.evaluate(ask, query)
      lines.push(query.padEnd(30) + [first.toFixed(0).padStart(13), all.toFixed(0).padStart(10), '   ' + told].join(''))
    }
    console.log(lines.join('\n'))
  } finally {
    await rm(folder, { recursive: true })
  }
})

type Asked = { first: number; all: number; told: string }

/** Runs in the page: types a query and watches what is told of it until that stays the same for a while. */
async function ask(query: string): Promise<Asked> {
  const field = document.querySelector<HTMLInputElement>('input[role=combobox][aria-label="Find steps"]')!
  const told = () => field.closest('[role=search]')!.querySelector('[role=status]:not(#query-error)')?.textContent ?? ''
  const set = (text: string) => {
    field.value = text
    field.dispatchEvent(new Event('input', { bubbles: true }))
  }
  set('')
  await new Promise((resolve) => setTimeout(resolve, 500))
  const start = performance.now()
  let [first, all, last] = [0, 0, told()]
  set(query)
  while (performance.now() - start < 30_000) {
    await new Promise((resolve) => requestAnimationFrame(resolve))
    const now = told()
    if (now === last) {
      if (all && performance.now() - start - all > 1500) break
      continue
    }
    last = now
    all = performance.now() - start
    if (!first && /[1-9]/.test(now)) first = all
  }
  return { first, all, told: last }
}
