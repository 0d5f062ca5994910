// The workbench on runs as they come: several calls at once, huge outputs, a page at twice its size.
import { expect, expectAccessible, test } from './fixtures.ts'
import { picked } from './trace_bench.ts'

/** A turn of three calls at once, the last of which prints 40,000 lines. */
function parallelRun(): string {
  const call = (id: string, command: string) => ({
    id,
    type: 'function',
    function: { name: 'bash', arguments: JSON.stringify({ command }) },
  })
  const lines = Array.from({ length: 40_000 }, (_, line) => `line ${line} of the log`).join('\n')
  const messages = [
    { role: 'user', content: 'Look at the log.' },
    {
      role: 'assistant',
      content: 'Three looks at once.',
      tool_calls: [call('a', 'ls'), call('b', 'git status'), call('c', 'cat build.log')],
    },
    { role: 'tool', tool_call_id: 'c', content: lines },
    { role: 'tool', tool_call_id: 'a', content: 'build.log' },
    { role: 'tool', tool_call_id: 'b', content: 'nothing to commit' },
    { role: 'assistant', content: 'The log has 40,000 lines.' },
  ]
  return JSON.stringify(messages)
}

test('several calls at once keep their own answers, and a huge output opens', async ({ tracebench, page }) => {
  await tracebench.open()
  await tracebench.pick([picked('parallel.json', parallelRun())])
  await expect(tracebench.verdict).toBeVisible()
  await tracebench.steps.getByRole('option', { name: /git status/ }).click()
  await expect(tracebench.detail).toContainText('nothing to commit')
  await tracebench.steps.getByRole('option', { name: /build\.log/ }).last().click()
  await expect(tracebench.detail).toContainText('line 0 of the log')
  await expect(tracebench.detail).toContainText('line 39999 of the log')
  await tracebench.detail.getByRole('button', { name: /show all .* hidden lines/ }).click()
  await expect(tracebench.detail.getByText('line 20000 of the log')).toBeAttached()
})

test('what is zoomed into and out again looks as it did', async ({ tracebench, page }) => {
  await tracebench.open()
  await tracebench.openSample('Fake success')
  await page.emulateMedia({ reducedMotion: 'reduce' })
  const drawing = tracebench.timeline.getByRole('img')
  await page.keyboard.press('Home')
  await expect(tracebench.detail).toContainText('in the file')
  const before = await drawing.screenshot()
  for (let press = 0; press < 3; press++) await page.keyboard.press('+')
  await expect.poll(async () => before.equals(await drawing.screenshot())).toBe(false)
  await page.keyboard.press('a')
  await expect.poll(async () => before.equals(await drawing.screenshot())).toBe(true)
})

for (const scheme of ['light', 'dark'] as const) {
  test(`at twice its size nothing runs out of the page, ${scheme}`, async ({ tracebench, page }) => {
    // Half the room is what a zoom of 200 % leaves of 1280×800.
    await page.setViewportSize({ width: 640, height: 400 })
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await tracebench.open()
    await tracebench.openSample('Fake success')
    for (const tab of ['Findings', 'Files', 'Score', 'Checks', 'Notes', 'About']) {
      await tracebench.about.getByRole('tab', { name: tab }).click()
      await expect(tracebench.about.getByRole('tabpanel')).toBeVisible()
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect(overflow, `${tab} is wider than the page`).toBeLessThanOrEqual(0)
    }
    await expectAccessible(page)
  })
}
