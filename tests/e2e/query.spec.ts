// Asking for steps and for runs: completion, counts, mistakes, hits in folded text, and what is kept.
import { readFile } from 'node:fs/promises'
import { expect, expectAccessible, test } from './fixtures.ts'
import { picked, type TraceBench } from './trace_bench.ts'

const LINES = 400

/** A run of many steps; the middle of the output of step 60 holds what is looked for. */
function longRun(): string {
  const messages: object[] = [{ role: 'user', content: 'Mend the parser.' }]
  for (let step = 1; step < 120; step++) {
    const lines = Array.from({ length: LINES }, (_, line) => `step ${step} line ${line}`)
    if (step === 60) lines[LINES / 2] = 'here is the "Needle" 失败'
    const call = { id: `c${step}`, type: 'function', function: { name: step % 2 ? 'bash' : 'grep', arguments: '{"command": "ls"}' } }
    messages.push({ role: 'assistant', content: null, tool_calls: [call] })
    messages.push({ role: 'tool', tool_call_id: `c${step}`, content: lines.join('\n') })
  }
  return JSON.stringify(messages)
}

const query = (tracebench: TraceBench) => tracebench.page.getByRole('combobox', { name: 'Find steps' })
const count = (tracebench: TraceBench) => tracebench.page.getByRole('search', { name: 'Find steps' }).getByText(/ of \d+ steps$/)

test.describe('in a long run', () => {
  test.beforeEach(async ({ tracebench }) => {
    await tracebench.open()
    await tracebench.pick([picked('long.json', longRun())])
    await expect(tracebench.verdict).toBeVisible()
  })

  test('text inside a folded output is found and shown', async ({ tracebench, page }) => {
    await query(tracebench).fill('"\\"needle\\" 失败"')
    await expect(count(tracebench)).toHaveText('1 of 120 steps')
    await query(tracebench).press('Enter')
    await expect(tracebench.selectedStep).toHaveAttribute('aria-posinset', '61')
    await expect(tracebench.detail.locator('mark')).toHaveText('"Needle" 失败')
    await expect(tracebench.detail.locator('mark')).toBeInViewport()
    await expect(page).toHaveURL(/q=%22/)
    await expectAccessible(page)
  })

  test('the list narrows to the hits, and Enter walks through them', async ({ tracebench, page }) => {
    await query(tracebench).fill('tool:grep step:..10')
    await expect(count(tracebench)).toHaveText('4 of 120 steps')
    await page.getByRole('button', { name: 'Only hits' }).click()
    await expect(tracebench.steps.getByRole('option')).toHaveCount(4)
    await tracebench.steps.getByRole('option').first().click()
    expect(await tracebench.selectedNumber()).toBe(3)
    await query(tracebench).press('Enter')
    expect(await tracebench.selectedNumber()).toBe(5)
    await query(tracebench).press('Shift+Enter')
    expect(await tracebench.selectedNumber()).toBe(3)
    await query(tracebench).fill('')
    await expect(tracebench.steps.getByRole('option').first()).toHaveAttribute('aria-setsize', '120')
  })

  test('fields and values are completed by keyboard', async ({ tracebench, page }) => {
    const choices = page.getByRole('listbox', { name: 'Completions' })
    await query(tracebench).pressSequentially('to')
    await expect(choices.getByRole('option')).toHaveText([/^tool:/, /^tokens:/])
    await query(tracebench).press('ArrowDown')
    await query(tracebench).press('Enter')
    await expect(query(tracebench)).toHaveValue('tool:')
    await expect(choices.getByRole('option')).toHaveText(['bash', 'grep'])
    await expectAccessible(page)
    await query(tracebench).press('ArrowUp')
    await query(tracebench).press('Enter')
    await expect(query(tracebench)).toHaveValue('tool:grep ')
    await expect(count(tracebench)).toHaveText('59 of 120 steps')
  })

  test('a mistake is pointed at', async ({ tracebench, page }) => {
    await query(tracebench).fill('exit:0 opp:run')
    await expect(query(tracebench)).toHaveAccessibleDescription(/There is no field “opp”\. Did you mean “op”\?/)
    await expect(page.locator('.query__wrong')).toHaveText('opp')
    await page.emulateMedia({ colorScheme: 'dark' })
    await expectAccessible(page)
  })

  test('a query is kept under a name, explained, and a part of the address', async ({ tracebench, page }) => {
    await query(tracebench).fill('tool:bash')
    await page.getByLabel('Saved queries').click()
    await page.getByLabel('Name of this query').fill('shell')
    await page.getByRole('button', { name: 'Save query' }).click()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Forget shell' }).waitFor()
    await page.reload()
    await tracebench.ready()
    await tracebench.pick([picked('long.json', longRun())])
    await expect(query(tracebench)).toHaveValue('tool:bash')
    await expect(count(tracebench)).toHaveText('60 of 120 steps')
    await query(tracebench).fill('')
    await page.getByLabel('Saved queries').click()
    await page.getByRole('button', { name: 'shell', exact: true }).click()
    await expect(query(tracebench)).toHaveValue('tool:bash')
    await page.getByLabel('What can be asked').first().click()
    await expect(page.getByRole('region', { name: 'What can be asked' })).toContainText('after:test-fail')
    await expectAccessible(page)
  })
})

test('the table of runs narrows by the same language', async ({ tracebench, page }) => {
  const names = ['api-timeout.json', 'fake-success.jsonl', 'going-in-circles.traj', 'clean-run.json']
  await tracebench.open()
  const read = async (name: string) => picked(name, await readFile(new URL(`../../samples/${name}`, import.meta.url), 'utf8'))
  await tracebench.pick(await Promise.all(names.map(read)))
  await expect(tracebench.runs.getByRole('row')).toHaveCount(1 + names.length)
  await page.getByRole('combobox', { name: 'Find runs' }).fill('-agent:swe* finding:any')
  await expect(page.getByRole('search', { name: 'Find runs' })).toContainText(/\d of 4 runs/)
  await expect(tracebench.runs.getByRole('row').filter({ hasText: 'SWE-agent' })).toHaveCount(0)
  await expectAccessible(page)
})
