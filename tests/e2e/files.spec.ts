// The files of a run as they were at the selected step, made from the transcript alone.
import { expect, expectAccessible, test } from './fixtures.ts'
import { picked } from './trace_bench.ts'

const said = (role: string, content: string) => ({ role, content })
const ran = (command: string) => said('assistant', `THOUGHT: go on\n\n\`\`\`bash\n${command}\n\`\`\``)
const answered = (output: string) => said('user', `<returncode>0</returncode>\n<output>\n${output}</output>`)

const MESSAGES = [
  said('system', 'You are an agent.'),
  said('user', 'Fix the sum.'),
  ran('cat src/sum.py'),
  answered('def add(a, b):\n    return a - b\n'),
  ran("sed -i 's/a - b/a + b/' src/sum.py"),
  answered(''),
  ran("cat <<'EOF' > check.py\nfrom src.sum import add\nassert add(1, 2) == 3\nEOF"),
  answered(''),
  ran('python fix_all.py && python check.py'),
  answered(''),
  ran("cat <<'EOF' > fix_all.py\nopen('src/other.py', 'w').write(x)\nEOF\npython fix_all.py"),
  answered(''),
]
const RUN = JSON.stringify({ trajectory_format: 'mini-swe-agent-1', info: { exit_status: 'Submitted' }, messages: MESSAGES })

test.beforeEach(async ({ tracebench }) => {
  await tracebench.open()
  await tracebench.pick([picked('sum.traj.json', RUN)])
  await expect(tracebench.verdict).toBeVisible()
  await tracebench.about.getByRole('tab', { name: 'Files' }).click()
})

test('a file is shown as it was at each step, beside how it began', async ({ tracebench, page }) => {
  const { about } = tracebench
  const tree = about.getByRole('list', { name: 'Files' })
  const lines = about.getByRole('region', { name: 'Lines of the file' })
  await tracebench.steps.focus()
  await page.keyboard.press('Home')
  await expect(about).toContainText('No file was changed up to this step.')
  await tracebench.steps.getByRole('option').filter({ hasText: 'sed -i' }).click()
  await expect(tree.getByRole('button', { name: /sum\.py known/ })).toContainText('✎ changed here')
  await expect(lines.getByRole('row').filter({ hasText: 'added' })).toContainText('return a + b')
  await expect(lines.getByRole('row').filter({ hasText: 'removed' })).toContainText('return a - b')
  await about.getByRole('button', { name: 'Text', exact: true }).click()
  await expect(lines.getByRole('row')).toHaveCount(2)
  await expect(lines).not.toContainText('a - b')
  await tracebench.steps.getByRole('option').filter({ hasText: 'cat src/sum.py' }).click()
  await about.getByRole('button', { name: 'Also those only read' }).click()
  await expect(lines).toContainText('a - b')
})

test('what is not known says so, and why', async ({ tracebench, page }) => {
  const { about } = tracebench
  await tracebench.steps.focus()
  await page.keyboard.press('End')
  await about.getByRole('button', { name: /other\.py unknown/ }).click()
  await expect(about).toContainText(/Changed at step \d+ by .python fix_all.py., whose effect is not shown/)
  await about.getByRole('button', { name: /check\.py known/ }).click()
  await expect(about.getByRole('region', { name: 'Lines of the file' })).toContainText('assert add(1, 2) == 3')
  await about.getByText('Terminal, as left at step').click()
  await expect(about.getByRole('region', { name: 'Terminal' })).toContainText('python fix_all.py')
})

for (const scheme of ['light', 'dark'] as const) {
  test(`the files are accessible, ${scheme}`, async ({ tracebench, page }) => {
    await page.emulateMedia({ colorScheme: scheme })
    await tracebench.steps.getByRole('option').filter({ hasText: 'sed -i' }).click()
    await expect(tracebench.about.getByRole('region', { name: 'Lines of the file' })).toBeVisible()
    await expectAccessible(page)
  })
}
