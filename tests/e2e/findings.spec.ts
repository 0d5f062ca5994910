// What is said about a run: findings narrowed and muted, the test ledger, the detectors in their own words.
import { expect, expectAccessible, test } from './fixtures.ts'

test.beforeEach(async ({ tracebench }) => {
  await tracebench.open()
  await tracebench.openSample('Fake success')
})

test('a claim and the check that says otherwise stand side by side', async ({ tracebench }) => {
  const said = tracebench.verdict.getByRole('figure').filter({ hasText: 'What the agent said' })
  const checked = tracebench.verdict.getByRole('figure').filter({ hasText: 'What the check said' })
  await expect(said).toContainText('I fixed the clamping')
  await expect(checked).toContainText('1 failed, 34 passed')
  await checked.getByRole('button', { name: /Show there/ }).click()
  await expect(tracebench.detail.locator('mark').first()).toBeInViewport()
})

test('the list of findings narrows, by keyboard too, and the address keeps it', async ({ tracebench, page }) => {
  const cards = tracebench.about.getByRole('article')
  const all = await cards.count()
  const errors = tracebench.filter.getByRole('button', { name: /^error/ })
  await errors.focus()
  await page.keyboard.press('Enter')
  await expect(errors).toHaveAttribute('aria-pressed', 'true')
  await expect(cards).toHaveCount(1)
  await expect(page).toHaveURL(/severity=error/)
  await tracebench.filter.getByRole('button', { name: 'Show all' }).click()
  await expect(cards).toHaveCount(all)

  await tracebench.filter.getByLabel('Detector').selectOption({ label: 'Tests fail after the fix (1)' })
  await expect(cards).toHaveCount(1)
  await tracebench.filter.getByLabel('Search in the findings').fill('no such words')
  await expect(tracebench.about.getByText('No finding of this run is like that.')).toBeVisible()
})

test('what is no problem here counts no more, now and after a reload, until it is taken back', async ({ tracebench, page }) => {
  const lie = tracebench.about.getByRole('article').filter({ hasText: 'Success claimed over a failed check' })
  const before = await tracebench.score()
  await lie.getByRole('button', { name: 'Not a problem here' }).click()
  await expect(lie).toContainText('muted')
  await expect(tracebench.verdict.getByRole('heading', { level: 1 })).not.toContainText('Success claimed')
  await expect(tracebench.verdict).toContainText('1 muted')
  expect(await tracebench.score()).toBeGreaterThan(before)
  await expect(tracebench.filter.getByRole('button', { name: 'muted 1' })).toBeVisible()

  await page.reload()
  await tracebench.ready()
  await tracebench.openSample('Fake success')
  await expect(tracebench.verdict).toContainText('1 muted')
  await lie.getByRole('button', { name: 'Undo' }).click()
  await expect(tracebench.verdict.getByRole('heading', { level: 1 })).toContainText('Success claimed')
  expect(await tracebench.score()).toBe(before)
})

test('the table of tests says what each test was in each run of them', async ({ tracebench }) => {
  await tracebench.about.getByRole('tab', { name: 'Checks' }).click()
  const table = tracebench.about.getByRole('table')
  const runs = table.getByRole('columnheader').getByRole('button', { name: /^Step \d+: pytest/ })
  expect(await runs.count()).toBeGreaterThan(1)
  await expect(table.getByRole('cell', { name: 'failed' }).first()).toBeVisible()
  await runs.first().click()
  await expect(tracebench.detail).toContainText('pytest')
})

test('every detector is told of, and a finding leads to its own', async ({ tracebench, page }) => {
  await page.getByRole('button', { name: 'What is looked for' }).click()
  const rules = page.getByRole('dialog', { name: 'What is looked for' })
  const all = await rules.getByRole('article').count()
  expect(all).toBeGreaterThan(10)
  await rules.getByLabel('Search the detectors').fill('claim-contradicts')
  await expect(rules.getByRole('article')).toHaveCount(1)
  await expect(rules.getByRole('article')).toContainText('Limits')
  await expectAccessible(page)
  await rules.getByRole('button', { name: 'Close' }).click()
  await expect(rules).toBeHidden()

  const finding = tracebench.about.getByRole('article').filter({ hasText: 'Tests fail after the fix' })
  await finding.getByText('Why flagged').click()
  await finding.getByRole('button', { name: 'More about this detector' }).click()
  await expect(rules.getByRole('heading', { name: 'Tests fail after the fix' })).toBeVisible()
})

test('score with its weights and the table of tests are accessible', async ({ tracebench, page }) => {
  await tracebench.about.getByRole('tab', { name: 'Checks' }).click()
  await expect(tracebench.about.getByRole('table')).toBeVisible()
  await expectAccessible(page)
  await tracebench.about.getByRole('tab', { name: 'Score' }).click()
  await tracebench.about.getByText('Weights', { exact: true }).click()
  await expectAccessible(page)
})

test('on a phone nothing of it makes the page scroll sideways', async ({ tracebench, page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.getByRole('button', { name: 'What is looked for' }).click()
  const rules = page.getByRole('dialog', { name: 'What is looked for' })
  await expect(rules.getByRole('article').first()).toBeVisible()
  await rules.getByRole('button', { name: 'Close' }).click()
  for (const tab of ['Findings', 'Score', 'Checks']) {
    await tracebench.about.getByRole('tab', { name: tab }).click()
    if (tab === 'Score') await tracebench.about.getByText('Weights', { exact: true }).click()
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    expect(overflow, tab).toBeLessThanOrEqual(0)
  }
})
