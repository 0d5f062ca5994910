// The timeline: what it shows can be chosen, zoomed to, played again and again, and read as a table.
import { expect, expectAccessible, test } from './fixtures.ts'

test.beforeEach(async ({ tracebench, page }) => {
  await tracebench.open()
  await tracebench.openSample('Fake success')
  await page.keyboard.press('Home')
})

test('a range is drawn up with the mouse, zoomed to, and forgotten', async ({ tracebench, page }) => {
  const { timeline } = tracebench
  const box = (await timeline.getByRole('img').boundingBox())!
  await page.mouse.move(box.x + box.width * 0.4, box.y + box.height / 2)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2)
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height / 2)
  await page.mouse.up()
  const chosen = timeline.getByRole('group', { name: 'Chosen range' })
  await expect(chosen).toContainText(/Steps \d+–\d+/)
  await expect(page).toHaveURL(/range=\d+-\d+/)
  const rows = timeline.getByRole('table').getByRole('row')
  await timeline.getByText('Show as table').click()
  const all = await rows.count()
  await chosen.getByRole('button', { name: 'Zoom to it' }).click()
  await expect.poll(() => rows.count()).toBeLessThan(all)
  await timeline.getByRole('button', { name: 'All', exact: true }).click()
  await expect(rows).toHaveCount(all)
  await page.keyboard.press('Escape')
  await expect(chosen).toBeHidden()
  await expect(tracebench.verdict).toBeVisible()
})

test('the chosen range is played again and again', async ({ tracebench, page }) => {
  await page.keyboard.press('m')
  await page.keyboard.press('l')
  await page.keyboard.press('m')
  await tracebench.timeline.getByRole('button', { name: 'Loop it' }).click()
  await expect(tracebench.player.getByRole('button', { name: 'Loop' })).toHaveAttribute('aria-pressed', 'true')
  await tracebench.player.getByRole('button', { name: 'Pause' }).click()
})

test('the timeline zooms and moves by keyboard, and shows all again', async ({ tracebench, page }) => {
  await tracebench.timeline.getByText('Show as table').click()
  const rows = tracebench.timeline.getByRole('table').getByRole('row')
  const all = await rows.count()
  for (let press = 0; press < 4; press++) await page.keyboard.press('+')
  await expect.poll(() => rows.count()).toBeLessThan(all)
  const first = await rows.nth(1).innerText()
  await page.keyboard.press('.')
  await expect(rows.nth(1)).not.toHaveText(first)
  await page.keyboard.press('a')
  await expect(rows).toHaveCount(all)
})

test('the table says what the drawing shows: phase, time, context and marks', async ({ tracebench }) => {
  const { timeline } = tracebench
  await timeline.getByText('Show as table').click()
  const table = timeline.getByRole('table')
  await expect(table.getByRole('columnheader')).toHaveText(['Step', 'Kind', 'Agent', 'Phase', 'At', 'Took', 'Context', 'Marks'])
  for (const phase of ['explore', 'edit', 'verify']) await expect(table.getByRole('cell', { name: phase, exact: true }).first()).toBeAttached()
  await expect(table.getByRole('row').filter({ hasText: 'check failed' }).first()).toBeAttached()
})

test('what is pointed at says what it is', async ({ tracebench, page }) => {
  const box = (await tracebench.timeline.getByRole('img').boundingBox())!
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await expect(tracebench.timeline.locator('.tooltip')).toContainText(/explore|reproduce|edit|verify|finish/)
})

for (const scheme of ['light', 'dark'] as const) {
  test(`a zoomed timeline with a range is accessible in ${scheme} colours`, async ({ page, tracebench }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await page.keyboard.press('m')
    await page.keyboard.press('+')
    await tracebench.timeline.getByText('Show as table').click()
    await expectAccessible(page)
  })
}
