// Hundreds of runs: they appear while they are read, are chosen among, and say together what keeps going wrong.
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, expectAccessible, test } from './fixtures.ts'
import { filesOf, reportLine, trials } from './made_up.ts'
import { picked, type TraceBench } from './trace_bench.ts'
import { zip } from './zip.ts'

const TASKS = 75
const RUNS = TASKS * 4

test.describe.configure({ timeout: 120_000 })

/** All trials in one archive, with what else is put in. */
function job(more: { name: string; content: string; broken?: boolean }[] = []) {
  return { name: 'job.zip', mimeType: 'application/zip', buffer: zip([...trials(TASKS).flatMap(filesOf), ...more]) }
}

async function openJob(tracebench: TraceBench, fragment = ''): Promise<void> {
  await tracebench.open(fragment)
  await tracebench.pick([job()])
  await expect(tracebench.found).toContainText(`${RUNS} runs`, { timeout: 60_000 })
  await tracebench.ready()
}

test('runs of an archive are chosen by what they have in common, and a link leads back to the choice', async ({ tracebench, page }) => {
  await openJob(tracebench)
  const outcomes = page.getByRole('group', { name: 'Outcome' })
  await outcomes.getByRole('checkbox', { name: /^failed/ }).check()
  await expect(tracebench.found).toContainText(`150 of ${RUNS} runs`)
  await page.getByRole('group', { name: 'Agent', exact: true }).getByRole('checkbox', { name: /scribe/ }).check()
  await expect(tracebench.found).toContainText(`75 of ${RUNS} runs`)
  await tracebench.search.getByRole('combobox', { name: 'Find runs' }).fill('task:task-001')
  await expect(tracebench.found).toContainText(`1 of ${RUNS} runs`)
  await expect(tracebench.runs.getByRole('row')).toHaveCount(1 + 1)

  const link = new URL(page.url()).hash.slice(1)
  await page.goto('about:blank')
  await openLinked(tracebench, link)
  await expect(tracebench.found).toContainText(`1 of ${RUNS} runs`)
  await tracebench.search.getByRole('button', { name: 'Show all' }).click()
  await expect(tracebench.found).toContainText(`${RUNS} runs`)
})

async function openLinked(tracebench: TraceBench, link: string): Promise<void> {
  await tracebench.open(link)
  await tracebench.pick([job()])
  await expect(tracebench.found).toContainText(`of ${RUNS} runs`, { timeout: 60_000 })
  await tracebench.ready()
}

test('what keeps going wrong: a cluster narrows, tasks show who solved them, trends show how groups fare', async ({ tracebench, page }) => {
  await openJob(tracebench)
  await tracebench.tab('Failures')
  const cluster = tracebench.clusters.getByRole('button', { name: /runs?$/ }).first()
  await cluster.click()
  await expect(cluster).toHaveAttribute('aria-pressed', 'true')
  await expect(tracebench.found).toContainText(new RegExp(`\\d+ of ${RUNS} runs`))
  await cluster.click()
  await expect(tracebench.found).toHaveText(`${RUNS} runs`)

  await tracebench.tab('Tasks')
  const which = page.getByRole('group', { name: 'Which tasks' })
  await expect(which.getByRole('button', { name: `All tasks ${TASKS}` })).toBeVisible()
  await which.getByRole('button', { name: `Flaky ${TASKS / 3}` }).click()
  const tasks = page.getByRole('region', { name: 'Tasks by agent and model' })
  await expect(tasks.getByRole('row')).toHaveCount(1 + TASKS / 3)
  await expect(tasks.getByRole('row', { name: /task-001/ }).getByRole('button', { name: '1 resolved, 1 failed' })).toHaveCount(2)
  await which.getByRole('button', { name: `Never solved ${TASKS / 3}` }).click()
  await expect(tasks.getByRole('row', { name: /task-002/ })).toContainText('never solved')

  await tracebench.tab('Trends')
  await page.getByRole('group', { name: 'Group the runs by' }).getByRole('button', { name: 'Model' }).click()
  const groups = page.getByRole('region', { name: 'Groups of runs' })
  await expect(groups.getByRole('row', { name: /alpha-1/ })).toContainText('150')
  await groups.getByRole('button', { name: 'beta-2' }).click()
  await expect(tracebench.found).toContainText(`150 of ${RUNS} runs`)
})

test('a bad file costs one line, which comes first', async ({ tracebench, page }) => {
  await tracebench.open()
  await tracebench.pick([job([{ name: 'job/zz-notes.txt', content: 'buy milk' }])])
  await expect(tracebench.found).toContainText(`${RUNS} runs`, { timeout: 60_000 })
  await page.getByRole('button', { name: '1 file not read' }).click()
  await expect(tracebench.files.getByRole('listitem').first()).toContainText('zz-notes.txt')
  await expect(tracebench.files).toContainText('1 failed')
  // Only as many lines as a person can look at.
  await expect(tracebench.files.getByRole('listitem')).toHaveCount(100)
  await tracebench.files.getByRole('button', { name: 'Show more files' }).click()
  await expect(tracebench.files.getByRole('listitem')).toHaveCount(200)
})

test('who does not want to wait goes to what is read, or stops and keeps it', async ({ tracebench, page }) => {
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', { get: () => 1 }))
  await tracebench.open()
  await tracebench.pick([job()])
  const files = tracebench.files
  await files.getByRole('button', { name: /^Show all \d+ runs$/ }).click({ timeout: 60_000 })
  await expect(tracebench.runs.getByRole('row').nth(1)).toBeVisible()
  await tracebench.backToLanding()
  await expect(files.getByRole('progressbar', { name: 'Files read' })).toBeVisible()
  await files.getByRole('button', { name: 'Cancel all' }).click()
  await tracebench.ready()
  // What was opened comes up by itself.
  await expect(tracebench.runs).toBeVisible()
  const story = (await tracebench.found.textContent()) ?? ''
  const kept = Number(story.match(/^\d+/)?.[0])
  expect(kept).toBeGreaterThan(1)
  expect(kept).toBeLessThan(RUNS)
  // The worker that had read it is gone: another reads it again.
  await tracebench.runs.getByRole('row').nth(1).getByRole('button').click()
  await expect(tracebench.detail).toContainText(/./)
  await expect(tracebench.steps.getByRole('option').first()).toContainText(/./)
  await tracebench.backToLanding()
  await expect(files).toContainText('cancelled')
})

test('a folder of runs is opened like an archive', async ({ tracebench, page }) => {
  const root = path.join(await mkdtemp(path.join(tmpdir(), 'tracebench-')), 'job')
  for (const { name, content } of trials(20).flatMap(filesOf)) {
    const file = path.join(root, name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, content)
  }
  await tracebench.open()
  await page.getByLabel('Folder of traces').setInputFiles(root)
  await expect(tracebench.found).toContainText('80 runs', { timeout: 60_000 })
  await tracebench.tab('Tasks')
  await expect(page.getByRole('group', { name: 'Which tasks' })).toContainText('All tasks 20')
})

test('a file of reports shows its runs without their steps', async ({ tracebench, page }) => {
  await tracebench.open()
  const failed = '{"file":"job/cut.json","error":{"kind":"empty","message":"it is empty"}}'
  const lines = [...Array.from({ length: 300 }, (_, number) => reportLine(number)), failed, '{"file": 3}']
  await tracebench.pick([picked('reports.ndjson', lines.join('\n'))])
  await expect(tracebench.found).toContainText('300 runs', { timeout: 60_000 })
  await tracebench.backToLanding()
  const line = tracebench.file('reports.ndjson')
  await expect(line).toContainText('TraceBench reports')
  await expect(line).toContainText('300 runs')
  const skipped = line.getByRole('list', { name: 'Skipped' })
  await expect(skipped).toContainText('1 line is no report')
  await expect(skipped).toContainText('job/cut.json: it is empty')
  await tracebench.files.getByRole('button', { name: 'Show all 300 runs' }).click()

  await tracebench.tab('Failures')
  await expect(tracebench.clusters.getByRole('article').first()).toContainText(/\d+ runs/)
  await tracebench.tab('Runs')
  await tracebench.runs.getByRole('row').filter({ hasText: 'task-1' }).first().getByRole('button').click()
  await expect(tracebench.verdict).toContainText('report only')
  await expect(tracebench.detail.getByRole('note')).toContainText('Drop the trace itself')
  await tracebench.verdict.getByRole('button', { name: 'Show there: step 11' }).first().click()
  await expect(tracebench.detail).toContainText('TypeError: part_')
  await tracebench.about.getByRole('tab', { name: 'Score' }).click()
  await expect(tracebench.about).toContainText('The command of step 11 fails the same way')
  await expect(page.getByRole('alert')).toHaveText('')
  await expectAccessible(page)
  // What is said to be no problem is marked; the score stays as it was reported.
  const score = await tracebench.score()
  await tracebench.about.getByRole('tab', { name: /Findings/ }).click()
  await tracebench.about.getByRole('button', { name: 'Not a problem here' }).first().click()
  await expect(tracebench.about.getByRole('tabpanel').getByText('muted', { exact: true })).toBeVisible()
  expect(await tracebench.score()).toBe(score)
})

for (const scheme of ['light', 'dark'] as const) {
  test(`every view of the collection is accessible, ${scheme}`, async ({ tracebench, page }) => {
    await page.emulateMedia({ colorScheme: scheme })
    await openJob(tracebench)
    for (const tab of ['Runs', 'Failures', 'Tasks', 'Trends']) {
      await tracebench.tab(tab)
      await expect(page.getByRole('tabpanel', { name: tab })).toBeVisible()
      await expectAccessible(page)
    }
  })
}
