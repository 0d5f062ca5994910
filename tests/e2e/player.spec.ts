// The player and the command palette: a run is played, walked through and steered by keyboard and by mouse.
import { expect, expectAccessible, test } from './fixtures.ts'

test.beforeEach(async ({ tracebench }) => {
  await tracebench.open()
  await tracebench.openSample('Fake success')
})

test('a run plays to its end, and begins anew from there', async ({ tracebench, page }) => {
  await page.keyboard.press('End')
  await page.keyboard.press('h')
  await tracebench.player.getByLabel('Speed').selectOption('8×')
  await tracebench.player.getByRole('button', { name: 'Play' }).click()
  const last = (await tracebench.selectedStep.getAttribute('aria-setsize'))!
  await expect(tracebench.selectedStep).toHaveAttribute('aria-posinset', last)
  await expect(tracebench.player.getByRole('button', { name: 'Play' })).toBeVisible()
  // Slow, so that it is on its way for longer than anybody looks.
  await tracebench.player.getByLabel('Speed').selectOption('0.5×')
  await tracebench.player.getByRole('button', { name: 'Play' }).click()
  await expect(tracebench.player.getByRole('button', { name: 'Pause' })).toBeVisible()
  await expect.poll(() => tracebench.selectedNumber()).toBeLessThan(Number(last) - 1)
})

test('space plays and pauses, and a looped range is not left', async ({ tracebench, page }) => {
  await page.keyboard.press('Home')
  await page.keyboard.press('l')
  await page.keyboard.press('m')
  await page.keyboard.press('l')
  await page.keyboard.press('m')
  await expect(page).toHaveURL(/range=2-3/)
  await page.keyboard.press('r')
  await expect(tracebench.player.getByRole('button', { name: 'Loop' })).toHaveAttribute('aria-pressed', 'true')
  for (let faster = 0; faster < 3; faster++) await page.keyboard.press('>')
  await expect(tracebench.player.getByLabel('Speed')).toHaveValue('4')
  await page.keyboard.press('Space')
  // From the end of the range back to its beginning, and on.
  await expect(tracebench.selectedStep).toHaveAttribute('aria-posinset', '2')
  await expect(tracebench.selectedStep).toHaveAttribute('aria-posinset', '3')
  await expect(tracebench.selectedStep).toHaveAttribute('aria-posinset', '2')
  await page.keyboard.press('Space')
  await expect(tracebench.player.getByRole('button', { name: 'Play' })).toBeVisible()
})

test('turns, edits and failed checks are one key away, forwards and backwards', async ({ tracebench, page }) => {
  for (const [forward, back] of [['L', 'H'], [']', '['], ['t', 'T'], ['n', 'p']]) {
    await page.keyboard.press('Home')
    await page.keyboard.press(forward)
    const first = await tracebench.selectedNumber()
    expect(first).toBeGreaterThan(1)
    await page.keyboard.press(forward)
    const second = await tracebench.selectedNumber()
    if (second > first) {
      await page.keyboard.press(back)
      expect(await tracebench.selectedNumber()).toBe(first)
    }
  }
  await tracebench.player.getByRole('button', { name: 'Next red test' }).click()
  await expect(tracebench.detail).toContainText('exit 1')
})

test('the palette finds a command by a few letters, and a step by its number', async ({ tracebench, page }) => {
  await page.keyboard.press('Control+k')
  const palette = page.getByRole('dialog', { name: 'Find a command' })
  const field = palette.getByRole('combobox')
  await expect(field).toBeFocused()
  await field.fill('first st')
  await expect(palette.getByRole('option', { selected: true })).toHaveText(/first step/)
  await page.keyboard.press('Enter')
  await expect(palette).toBeHidden()
  await expect(tracebench.selectedStep).toHaveAttribute('aria-posinset', '1')

  await page.keyboard.press('Control+k')
  await expect(field).toHaveValue('')
  await field.fill('7')
  await page.keyboard.press('Enter')
  await expect(tracebench.selectedStep).toHaveAttribute('aria-posinset', '7')

  await page.keyboard.press('Control+k')
  await field.fill('tab score')
  await palette.getByRole('option').first().click()
  await expect(tracebench.about.getByRole('tab', { name: 'Score' })).toHaveAttribute('aria-selected', 'true')

  await page.keyboard.press('Control+k')
  await page.keyboard.press('ArrowDown')
  const second = palette.getByRole('option').nth(1)
  await expect(second).toHaveAttribute('aria-selected', 'true')
  await expect(field).toHaveAttribute('aria-activedescendant', (await second.getAttribute('id'))!)
  await field.fill('nothing is called so')
  await expect(palette.getByRole('status')).toHaveText('No command fits')
  await page.keyboard.press('Escape')
  await expect(palette).toBeHidden()
  await expect(tracebench.verdict).toBeVisible()
})

test('the palette works where no run is open, too', async ({ tracebench, page }) => {
  await tracebench.backToLanding()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Command' }).fill('keys')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible()
})

for (const scheme of ['light', 'dark'] as const) {
  test(`the palette is accessible in ${scheme} colours`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Command' }).fill('next')
    await expectAccessible(page)
  })
}
