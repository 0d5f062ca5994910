// One run: the verdict with its proof, the steps, the timeline, all by mouse and by keyboard.
import { expect, expectAccessible, test } from './fixtures.ts'
import { picked } from './trace_bench.ts'

test.beforeEach(async ({ tracebench }) => {
  await tracebench.open()
  await tracebench.openSample('Fake success')
})

test('the verdict comes first, and its quotes lead to the proof', async ({ tracebench, page }) => {
  await expect(tracebench.verdict.getByRole('heading', { level: 1 })).toContainText(/success/i)
  await tracebench.verdict.getByRole('button', { name: 'Show there' }).first().click()
  await expect(tracebench.detail.locator('mark').first()).toBeInViewport()
  await expect(page).toHaveURL(/step=\d+/)
})

test('steps that may be the first wrong one are ranked, each with its reason and the way there', async ({ tracebench }) => {
  const steps = tracebench.suspects.getByRole('listitem')
  await expect(steps).toHaveCount(3)
  await expect(steps.first()).toContainText('most likely')
  await expect(steps.nth(1)).toContainText('A passing test was broken 1 test passed before this edit and failed')
  await steps.nth(1).getByRole('button', { name: 'step 9' }).click()
  expect(await tracebench.selectedNumber()).toBe(9)
})

test('what followed from the first wrong step leads to each finding of it', async ({ tracebench }) => {
  await tracebench.backToLanding()
  await tracebench.openSample('Going in circles')
  const links = tracebench.chain.getByRole('listitem')
  await expect(links).toHaveText([/^step 12 The last check failed/, /^step 13 Stopped with red tests/])
  await links.last().getByRole('button').click()
  expect(await tracebench.selectedNumber()).toBe(13)
})

test('a conversation names where such most often go wrong, and says that nothing is proved', async ({ tracebench }) => {
  const said = (name: string, content: string) => ({ name, role: 'user', content })
  const history = [
    said('Planner', 'Find the opening hours.'),
    said('Searcher', 'I look at the first hit only.'),
    said('Planner', 'They open at nine.'),
  ]
  const log = { is_corrected: false, question: 'When do they open?', question_ID: 'q-1', history }
  await tracebench.backToLanding()
  await tracebench.pick([picked('talk.json', JSON.stringify(log))])
  await expect(tracebench.verdict.getByRole('heading', { level: 1 })).toContainText('the conversation does not prove where')
  await expect(tracebench.verdict).toContainText('no proven cause')
  await expect(tracebench.suspects.getByRole('listitem').first()).toContainText(/Searcher|Planner/)
  await expect(tracebench.chain).toBeHidden()
})

test('a person walks through the run by keyboard', async ({ tracebench, page }) => {
  await page.keyboard.press('Home')
  await expect(tracebench.selectedStep).toHaveAttribute('aria-posinset', '1')
  await page.keyboard.press('l')
  await expect(tracebench.selectedStep).toHaveAttribute('aria-posinset', '2')
  await page.keyboard.press('h')
  await expect(tracebench.selectedStep).toHaveAttribute('aria-posinset', '1')
  await page.keyboard.press('n')
  const first = await tracebench.selectedNumber()
  expect(first).toBeGreaterThan(1)
  await page.keyboard.press('n')
  expect(await tracebench.selectedNumber()).toBeGreaterThan(first)
  await page.keyboard.press('p')
  await expect(tracebench.selectedStep).toHaveAttribute('aria-posinset', String(first))
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeHidden()
})

test('a step shows what was called, what came back, and the bytes of the file', async ({ tracebench, page }) => {
  await page.keyboard.press('Home')
  await tracebench.steps.getByRole('option').filter({ hasText: 'pytest' }).first().click()
  await expect(tracebench.detail).toContainText('python -m pytest')
  await expect(tracebench.detail).toContainText('1 failed, 34 passed')
  await expect(tracebench.detail).toContainText('exit 1')
})

test('the timeline goes by order or by time, and a table says the same', async ({ tracebench, page }) => {
  const byTime = tracebench.timeline.getByRole('button', { name: 'By time' })
  await byTime.click()
  await expect(byTime).toHaveAttribute('aria-pressed', 'true')
  await expect(page).toHaveURL(/axis=time/)
  await tracebench.timeline.getByRole('button', { name: 'By order' }).click()

  const drawing = await tracebench.timeline.getByRole('img').boundingBox()
  await page.mouse.click(drawing!.x + drawing!.width / 2, drawing!.y + drawing!.height / 2)
  await expect(tracebench.selectedStep).not.toHaveAttribute('aria-posinset', '18')

  await tracebench.timeline.getByText('Show as table').click()
  const rows = tracebench.timeline.getByRole('table').getByRole('row')
  await expect(rows).toHaveCount(1 + Number(await tracebench.selectedStep.getAttribute('aria-setsize')))
  await expect(rows.filter({ hasText: 'finding' }).first()).toBeVisible()
})

test('a format without times says so', async ({ tracebench }) => {
  await tracebench.backToLanding()
  await tracebench.openSample('Going in circles')
  await expect(tracebench.timeline).toBeVisible()
})

test('the address leads back to the place after a reload with the same file', async ({ tracebench, page }) => {
  await page.keyboard.press('End')
  const place = new URL(page.url()).hash
  expect(place).toMatch(/run=0\.0/)
  await page.reload()
  await tracebench.ready()
  await tracebench.openSample('Fake success')
  await expect(page).toHaveURL(new RegExp(place.replaceAll('.', '\\.')))
})

test('no failure signal is a verdict of its own', async ({ tracebench }) => {
  await tracebench.backToLanding()
  await tracebench.openSample('A clean run')
  await expect(tracebench.verdict).toContainText('No failure signal found')
})

for (const scheme of ['light', 'dark'] as const) {
  test(`a run is accessible in ${scheme} colours`, async ({ page, tracebench }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await expect(tracebench.detail).toContainText(/./)
    await expectAccessible(page)
  })
}

test('a phone names the likeliest first wrong step, and the others when asked', async ({ page, tracebench }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  const steps = tracebench.suspects.getByRole('listitem')
  await expect(steps.filter({ visible: true })).toHaveCount(1)
  await tracebench.suspects.getByRole('button', { name: 'Other candidates' }).click()
  await expect(steps.filter({ visible: true })).toHaveCount(3)
})

test('a phone shows all of it without scrolling sideways', async ({ page, tracebench }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect(await overflow()).toBeLessThanOrEqual(0)
  await tracebench.steps.getByRole('option').first().click()
  await expect(tracebench.detail).toBeInViewport()
  expect(await overflow()).toBeLessThanOrEqual(0)
})
