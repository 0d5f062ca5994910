// Two runs side by side: chosen in the table or in the tab, where they part, and the way to a step of either.
import type { Page } from '@playwright/test'
import { readFile } from 'node:fs/promises'
import { expect, expectAccessible, test } from './fixtures.ts'
import { type PickedFile, picked } from './trace_bench.ts'

type Act = { command: string; output: string }

/** A run of mini-swe-agent that does these things, one a step. */
function run(name: string, task: string, acts: Act[]): PickedFile {
  const messages = acts.flatMap(({ command, output }) => [
    { role: 'assistant', content: `THOUGHT: on.\n\n\`\`\`bash\n${command}\n\`\`\`` },
    { role: 'user', content: `<returncode>0</returncode>\n<output>\n${output}\n</output>` },
  ])
  const opening = [
    { role: 'system', content: 'You are a helpful assistant that can interact with a computer.' },
    { role: 'user', content: `Please solve this issue: ${task}` },
  ]
  const info = { exit_status: 'Submitted', submission: '', mini_version: '1.14.0', config: {} }
  const run = { info, messages: [...opening, ...messages], trajectory_format: 'mini-swe-agent-1', instance_id: task }
  return picked(name, JSON.stringify(run))
}

const read = (file: string): Act => ({ command: `cat ${file}`, output: 'def parse(): ...' })
const edit = (file: string): Act => ({ command: `sed -i 's/one/two/' ${file}`, output: '' })
const tests = (red: boolean): Act => ({
  command: 'python -m pytest tests/test_parse.py',
  output: red ? 'FAILED tests/test_parse.py::test_one\n1 failed, 3 passed in 0.1s' : '4 passed in 0.1s',
})

const SHARED = [read('src/parse.py'), read('src/words.py')]
const A = run('a.traj.json', 'repo__repo-1', [...SHARED, edit('src/parse.py'), tests(true)])
const B = run('b.traj.json', 'repo__repo-1', [...SHARED, edit('src/words.py'), tests(false)])
const OTHER = run('other.traj.json', 'repo__repo-2', [read('src/parse.py'), tests(false)])

const grid = (page: Page) => page.getByRole('grid', { name: 'Steps side by side' })
const side = (page: Page, name: string) => page.getByRole('region', { name: `Run ${name}`, exact: true })
const focused = async (page: Page) => {
  const id = await grid(page).getAttribute('aria-activedescendant')
  return page.locator(`[id="${id}"]`)
}

async function choose(page: Page, name: string, text: string, run: RegExp): Promise<void> {
  await side(page, name).getByText(/^Choose/).click()
  await page.getByRole('searchbox', { name: `Find a run for ${name}` }).fill(text)
  await side(page, name).getByRole('button', { name: run }).click()
}

test.beforeEach(async ({ tracebench, page }) => {
  await tracebench.open()
  const sample = await readFile(new URL('../../samples/clean-run.json', import.meta.url), 'utf8')
  await tracebench.pick([A, B, OTHER, picked('clean-run.json', sample)])
  await expect(tracebench.runs.getByRole('row')).toHaveCount(1 + 4)
  await tracebench.ready()
  await page.getByRole('tab', { name: 'Compare' }).click()
})

async function compareAB(page: Page): Promise<void> {
  await choose(page, 'A', 'a.traj', /a\.traj/)
  await choose(page, 'B', '', /b\.traj/)
  await expect(grid(page)).toBeVisible()
}

test('two runs picked in the table are laid side by side', async ({ tracebench, page }) => {
  await page.getByRole('tab', { name: 'Runs' }).click()
  const picks = tracebench.runs.getByRole('checkbox', { name: /repo__repo-1/ })
  await picks.nth(0).check()
  await picks.nth(1).check()
  await page.getByRole('button', { name: 'Compare' }).click()
  await expect(grid(page)).toBeVisible()
  await expect(side(page, 'A')).toContainText('repo__repo-1')
  await expect(page).toHaveURL(/runs=compare.*pair=/)
})

test('without two runs it says what to do, and offers runs of the same task first', async ({ page }) => {
  await expect(page.getByText('Choose a run for A and one for B')).toBeVisible()
  await choose(page, 'A', 'a.traj', /a\.traj/)
  await side(page, 'B').getByText('Choose a run').click()
  const offered = side(page, 'B').getByRole('button')
  await expect(side(page, 'B').getByText('Other runs of this task')).toBeVisible()
  await expect(offered.first()).toContainText('b.traj.json')
})

test('it says where they part, and goes there', async ({ page }) => {
  await compareAB(page)
  const parting = page.getByRole('region', { name: 'Where they part' })
  await expect(parting).toContainText('src/words.py')
  await parting.getByRole('button', { name: 'Go there' }).click()
  await expect(grid(page)).toBeFocused()
  await expect(await focused(page)).toContainText('src/parse.py')
})

test('the keys walk the differences and open a step', async ({ tracebench, page }) => {
  await compareAB(page)
  await grid(page).focus()
  await page.keyboard.press('n')
  const first = await grid(page).getAttribute('aria-activedescendant')
  await page.keyboard.press('n')
  await expect(grid(page)).not.toHaveAttribute('aria-activedescendant', first ?? '')
  await page.keyboard.press('p')
  await expect(grid(page)).toHaveAttribute('aria-activedescendant', first ?? '')
  // The last act hands the work in; the tests were run before.
  await page.keyboard.press('End')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowRight')
  await expect(await focused(page)).toContainText('green')
  await page.keyboard.press('Enter')
  await expect(tracebench.selectedStep).toContainText('pytest')
})

test('only the differences, and what was folded comes back', async ({ page }) => {
  await compareAB(page)
  const all = await grid(page).getAttribute('aria-rowcount')
  await page.getByRole('button', { name: 'Differences', exact: true }).click()
  const fold = grid(page).getByRole('gridcell', { name: /rows? the same/ }).first()
  await fold.click()
  await expect(grid(page)).toHaveAttribute('aria-rowcount', all ?? '')
})

test('swapped, A is what B was', async ({ page }) => {
  await compareAB(page)
  await expect(side(page, 'A')).toContainText('a.traj.json')
  await page.getByRole('button', { name: 'Swap A and B' }).click()
  await expect(side(page, 'A')).toContainText('b.traj.json')
  await expect(grid(page)).toBeVisible()
})

test('what each left behind, and a finding that leads to its step', async ({ tracebench, page }) => {
  await compareAB(page)
  const files = page.getByRole('region', { name: 'Files changed' })
  await expect(files.getByRole('row', { name: /src\/words\.py/ })).toContainText('only B')
  await expect(page.getByRole('region', { name: 'Numbers' }).getByRole('row', { name: /Steps/ })).toBeVisible()
  const found = page.getByRole('region', { name: /Found only in A/ }).getByRole('button').first()
  const step = Number((await found.innerText()).match(/Step (\d+)/)?.[1])
  await found.click()
  await expect.poll(() => tracebench.selectedNumber()).toBe(step)
})

test('runs of other agents and formats can be compared', async ({ page }) => {
  await choose(page, 'A', 'other', /other/)
  await choose(page, 'B', 'terminus', /terminus/)
  await expect(grid(page).getByRole('row').nth(1)).toBeVisible()
  await expect(grid(page).getByRole('columnheader', { name: /^A/ })).toContainText('mini-swe-agent')
  await expect(grid(page).getByRole('columnheader', { name: /^B/ })).toContainText('terminus-2')
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`it is accessible in ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme })
    await expectAccessible(page)
    await compareAB(page)
    await expectAccessible(page)
  })
}

test('on a phone A stands above B and nothing scrolls sideways', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await compareAB(page)
  const [a, b] = await Promise.all(
    ['A', 'B'].map((name) => grid(page).locator(`[id="pair-0-${name}"]`).boundingBox()),
  )
  expect(b?.y).toBeGreaterThan(a?.y ?? 0)
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
})
