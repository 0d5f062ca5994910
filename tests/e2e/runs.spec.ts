// Several runs: a table to choose from, what keeps going wrong, and the way back.
import { readFile } from 'node:fs/promises'
import { expect, expectAccessible, test } from './fixtures.ts'
import { picked } from './trace_bench.ts'

const NAMES = ['api-timeout.json', 'fake-success.jsonl', 'going-in-circles.traj', 'clean-run.json']

test.beforeEach(async ({ tracebench }) => {
  await tracebench.open()
  const read = async (name: string) =>
    picked(name, await readFile(new URL(`../../samples/${name}`, import.meta.url), 'utf8'))
  await tracebench.pick(await Promise.all(NAMES.map(read)))
  await expect(tracebench.runs.getByRole('row')).toHaveCount(1 + NAMES.length)
})

test('the table sorts, opens a run, and is there again on the way back', async ({ tracebench, page }) => {
  const score = tracebench.runs.getByRole('columnheader', { name: 'Score' })
  await score.getByRole('button').click()
  await expect(score).toHaveAttribute('aria-sort', /ascending|descending/)
  await tracebench.runs.getByRole('row').filter({ hasText: 'SWE-agent' }).getByRole('button').click()
  await expect(tracebench.verdict).toBeVisible()
  await page.getByRole('button', { name: `${NAMES.length} runs` }).click()
  await expect(tracebench.runs).toBeVisible()
})

test('a cluster narrows the table to its runs', async ({ tracebench, page }) => {
  const tab = (name: string) => page.getByRole('tab', { name, exact: true })
  await tab('Failures').click()
  const cluster = tracebench.clusters.getByRole('button', { pressed: false }).first()
  await cluster.click()
  await expect(tracebench.clusters.getByRole('button', { pressed: true })).toHaveCount(1)
  await tab('Runs').click()
  await expect(tracebench.runs.getByRole('row')).not.toHaveCount(1 + NAMES.length)
  await page.getByRole('button', { name: 'Show all' }).click()
  await expect(tracebench.runs.getByRole('row')).toHaveCount(1 + NAMES.length)
})

test('the collection is accessible', async ({ page }) => {
  await expectAccessible(page)
})
