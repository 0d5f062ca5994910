// Scores by one's own weights: changed while one looks, remembered, taken away and brought back.
import { readFile } from 'node:fs/promises'
import { expect, expectAccessible, test } from './fixtures.ts'
import { picked } from './trace_bench.ts'

test('a changed weight scores the open run at once, and a reset takes it back', async ({ tracebench }) => {
  await tracebench.open()
  await tracebench.openSample('The API timeout')
  const before = await tracebench.score()
  await tracebench.about.getByRole('tab', { name: 'Score' }).click()
  await tracebench.about.getByText('Weights', { exact: true }).click()
  const points = tracebench.about.getByRole('spinbutton', { name: 'Tests fail after the fix' })
  await points.fill('0')
  await expect.poll(() => tracebench.score()).toBe(before + 10)
  await expect(tracebench.about.getByRole('textbox', { name: 'Profile' })).toHaveValue('my weights')
  await points.fill('-3')
  await expect(points).toHaveAttribute('aria-invalid', 'true')
  await tracebench.about.getByRole('button', { name: 'Reset', exact: true }).click()
  await expect.poll(() => tracebench.score()).toBe(before)
})

test('a profile is remembered, exported and imported', async ({ tracebench, page }) => {
  await tracebench.open()
  await tracebench.openSample('The API timeout')
  const openWeights = async () => {
    await tracebench.about.getByRole('tab', { name: 'Score' }).click()
    await tracebench.about.getByText('Weights', { exact: true }).click()
  }
  await openWeights()
  await tracebench.about.getByRole('button', { name: 'Classic' }).click()
  await expect.poll(() => tracebench.score()).toBe(55)

  await page.reload()
  await tracebench.ready()
  await tracebench.openSample('The API timeout')
  expect(await tracebench.score()).toBe(55)

  await openWeights()
  const download = page.waitForEvent('download')
  await tracebench.about.getByRole('link', { name: 'Export', exact: true }).click()
  const file = await (await download).path()
  const profile = JSON.parse(await readFile(file, 'utf8'))
  expect(profile).toMatchObject({ version: 1, name: 'classic', weights: { failing_tests: 25 } })

  const importing = tracebench.about.getByLabel('Profile file')
  await importing.setInputFiles(picked('own.json', JSON.stringify({ ...profile, name: 'own', weights: { failing_tests: 1, strange: 2 } })))
  await expect.poll(() => tracebench.score()).toBe(94)
  await expect(tracebench.about.getByRole('alert')).toContainText('“strange”')
  await importing.setInputFiles(picked('broken.json', JSON.stringify({ ...profile, proof: 'ten' })))
  await expect(tracebench.about.getByRole('alert')).toContainText('expected f64')
  expect(await tracebench.score()).toBe(94)
})

test('the table of runs is scored anew while the weights are changed', async ({ tracebench, page }) => {
  await tracebench.open()
  const names = ['api-timeout.json', 'fake-success.jsonl']
  const read = async (name: string) => picked(name, await readFile(new URL(`../../samples/${name}`, import.meta.url), 'utf8'))
  await tracebench.pick(await Promise.all(names.map(read)))
  const row = tracebench.runs.getByRole('row').filter({ hasText: 'api-timeout' })
  await expect(row).toContainText('85')
  await tracebench.runs.getByRole('button', { name: 'Edit weights' }).click()
  await expectAccessible(page)
  await tracebench.weights.getByRole('spinbutton', { name: 'Tests fail after the fix' }).fill('25')
  await tracebench.weights.getByRole('button', { name: 'Close' }).click()
  await expect(row).toContainText('70')
})

test('rewards are exported by weights that a person brings', async ({ tracebench, page }) => {
  await tracebench.open()
  await tracebench.openSample('The API timeout')
  await tracebench.about.getByRole('tab', { name: 'Score' }).click()
  const saved = async (click: () => Promise<void>) => {
    const download = page.waitForEvent('download')
    await click()
    return readFile(await (await download).path(), 'utf8')
  }
  const exported = async () => {
    const text = await saved(() => tracebench.about.getByRole('button', { name: 'Export rewards' }).click())
    return JSON.parse(text.split('\n')[0])
  }
  expect(await exported()).toMatchObject({ kind: 'run', weights: 'default' })

  await tracebench.about.getByText('Weights', { exact: true }).click()
  const written = await saved(() => tracebench.about.getByRole('button', { name: 'Export weights of rewards' }).click())
  const own = JSON.stringify({ ...JSON.parse(written), name: 'own', turn: 0.5 })
  const importing = tracebench.about.getByLabel('File with weights of rewards')
  await importing.setInputFiles(picked('broken.json', own.replace('0.5', '"much"')))
  await expect(tracebench.about.getByRole('alert')).toContainText('these are no weights of rewards')
  await importing.setInputFiles(picked('own.json', own))
  await expect(tracebench.about.getByText('Exported by the weights called own')).toBeVisible()

  await page.reload()
  await tracebench.ready()
  await tracebench.openSample('The API timeout')
  const run = await exported()
  expect(run.weights).toBe('own')
  expect(run.r_turn).toBeLessThan(0)
})
