// How a step reads: laid out or plain, closed by kind, with its pictures, its sub-agents and its compactions.
import { expect, expectAccessible, test } from './fixtures.ts'
import { picked } from './trace_bench.ts'

const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mNwaDiAFTEMLQkAYvNgAQlPC90AAAAASUVORK5CYII='

const call = (id: string, name: string, input: object) => ({
  role: 'assistant',
  content: null,
  tool_calls: [{ id, type: 'function', function: { name, arguments: JSON.stringify(input) } }],
})
const result = (id: string, content: unknown) => ({ role: 'tool', tool_call_id: id, content })

const RUN = [
  {
    role: 'user',
    content:
      '# The task\n\nFix **both** of:\n\n- the `parser`\n- the [docs](javascript:alert(1))\n\n<script>document.title = "broken into"</script>\n\n```python\ndef run():\n    return 1  # why\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n',
  },
  call('c1', 'bash', { command: 'pytest -q && echo "done"' }),
  result('c1', '\u001b[31mFAILED\u001b[0m tests/test_a.py\n\u001b[1m1 failed\u001b[0m, 3 passed'),
  call('c2', 'edit', { path: 'a.py', old_string: 'def run():\n    return 1\n', new_string: 'def run():\n    return 2\n' }),
  result('c2', 'ok'),
  call('c3', 'fetch', { url: 'x', options: { deep: { list: Array.from({ length: 150 }, (_, place) => place) } } }),
  result('c3', JSON.stringify({ status: 'fine', items: [{ name: 'first' }] })),
  call('c4', 'view', { path: 'picture.png' }),
  result('c4', [{ type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } }]),
  { role: 'assistant', content: `${'para\n\n'.repeat(120)}The **end**.` },
]

test.beforeEach(async ({ tracebench, page }) => {
  await tracebench.open()
  await tracebench.pick([picked('reading.json', JSON.stringify(RUN))])
  await expect(tracebench.verdict).toBeVisible()
  await page.keyboard.press('Home')
})

test('what was written is laid out as Markdown, and nothing of it runs or leads away', async ({ tracebench, page }) => {
  const { detail } = tracebench
  await expect(detail.getByRole('heading', { name: 'The task' })).toBeVisible()
  await expect(detail.getByText('both', { exact: true })).toHaveClass(/ink-strong/)
  await expect(detail.getByRole('cell')).toHaveText(['a', 'b', '1', '2'])
  await expect(detail.getByText('def', { exact: true })).toHaveClass(/ink-keyword/)
  await expect(detail).toContainText('docs (javascript:alert(1))')
  await expect(detail).toContainText('<script>document.title')
  await expect(detail.getByRole('link')).toHaveCount(0)
  expect(await page.title()).toBe('TraceBench')
  await expectAccessible(page)
  await page.emulateMedia({ colorScheme: 'dark' })
  await expectAccessible(page)
})

test('who wants texts plain has them plain from then on', async ({ tracebench, page }) => {
  const { detail } = tracebench
  await detail.getByRole('button', { name: 'Plain' }).click()
  await expect(detail).toContainText('Fix **both** of:')
  await page.reload()
  await tracebench.pick([picked('reading.json', JSON.stringify(RUN))])
  await page.keyboard.press('Home')
  await expect(detail.getByRole('button', { name: 'Plain' })).toHaveAttribute('aria-pressed', 'true')
  await expect(detail).toContainText('Fix **both** of:')
  await detail.getByRole('button', { name: 'Rendered' }).click()
  await expect(detail).not.toContainText('**')
})

test('parts of a kind close together and stay closed', async ({ tracebench, page }) => {
  const { detail } = tracebench
  await page.keyboard.press('l')
  await expect(detail.getByText('FAILED', { exact: true })).toHaveClass(/ink-red/)
  await detail.getByRole('button', { name: 'Result', exact: true }).click()
  await expect(detail).not.toContainText('FAILED')
  await page.keyboard.press('l')
  await expect(detail.getByRole('button', { name: 'Result', exact: true })).toHaveAttribute('aria-expanded', 'false')
  await detail.getByRole('button', { name: 'Result', exact: true }).click()
  await expect(detail).toContainText('ok')
})

test('an edit shows the words that differ', async ({ tracebench, page }) => {
  const { detail } = tracebench
  for (const _ of [1, 2]) await page.keyboard.press('l')
  await expect(detail.getByText('1', { exact: true })).toHaveClass(/ink-removed/)
  await expect(detail.getByText('2', { exact: true })).toHaveClass(/ink-added/)
  await expect(detail.getByRole('button', { name: 'Copy: Edit' })).toBeVisible()
  await expectAccessible(page)
  await page.emulateMedia({ colorScheme: 'dark' })
  await expectAccessible(page)
})

test('JSON is a tree that opens, a long list piece by piece', async ({ tracebench, page }) => {
  const { detail } = tracebench
  for (const _ of [1, 2, 3]) await page.keyboard.press('l')
  await expect(detail.getByText('status: "fine"')).toBeVisible()
  await detail.getByText('deep: { 1 member }').click()
  await detail.getByText('list: [ 150 items ]').click()
  await expect(detail.getByText('99', { exact: true })).toBeVisible()
  await expect(detail.getByText('149', { exact: true })).toHaveCount(0)
  await detail.getByRole('button', { name: 'show 50 more' }).click()
  await expect(detail.getByText('149', { exact: true })).toBeVisible()
  await expectAccessible(page)
})

test('a picture in the file is shown', async ({ tracebench, page }) => {
  for (const _ of [1, 2, 3, 4]) await page.keyboard.press('l')
  const picture = tracebench.detail.getByRole('img', { name: 'Picture 1 of this step' })
  await expect(picture).toBeVisible()
  await expect(picture).toHaveJSProperty('naturalWidth', 8)
})

test('a long message is folded and opens', async ({ tracebench, page }) => {
  await page.keyboard.press('End')
  await expect(tracebench.detail.getByText('end', { exact: true })).toHaveClass(/ink-strong/)
  await expect(tracebench.detail.getByText('para')).toHaveCount(49)
  await tracebench.detail.getByRole('button', { name: 'hidden lines' }).click()
  await expect(tracebench.detail.getByText('para')).toHaveCount(120)
})

test.describe('with others', () => {
  const fixture = (name: string) => `tests/fixtures/${name}`

  test('a step leads to the sub-agent it started, and back', async ({ tracebench, page }) => {
    await tracebench.backToLanding()
    await tracebench.pick([fixture('claude-code/side_chain.jsonl')])
    await expect(page.getByRole('banner')).toContainText('side_chain.jsonl')
    await page.keyboard.press('Home')
    await page.keyboard.press('l')
    const kinship = tracebench.detail.getByRole('note')
    await expect(kinship).toContainText('Started general-purpose 1: 3 steps')
    await kinship.getByRole('button', { name: 'Go to its first step' }).click()
    await expect(kinship).toContainText('which step 2 started')
    await kinship.getByRole('button', { name: 'Only its steps' }).click()
    await expect(tracebench.steps.getByRole('option')).toHaveCount(3)
    await expectAccessible(page)
    await kinship.getByRole('button', { name: 'Go to the step that started it' }).click()
    await expect(kinship).toContainText('Started general-purpose 1')
  })

  test('a compaction says what it took away', async ({ tracebench, page }) => {
    await tracebench.backToLanding()
    await tracebench.pick([fixture('opencode/export.json')])
    await expect(page.getByRole('banner')).toContainText('export.json')
    await page.keyboard.press('Home')
    for (const _ of [1, 2, 3, 4, 5, 6, 7]) await page.keyboard.press('l')
    const note = tracebench.detail.getByRole('note')
    await expect(note).toContainText('The prompt had 550 tokens before and 20 after.')
    await expect(note).toContainText('Of what the 7 steps since the beginning said')
  })
})
