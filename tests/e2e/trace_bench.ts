// The page as a person meets it: by role and by label.
import type { Locator, Page } from '@playwright/test'
import { expect } from '@playwright/test'

/** A file that a person picks. */
export type PickedFile = { name: string; mimeType: string; buffer: Buffer }

export const picked = (name: string, text: string): PickedFile => ({
  name,
  mimeType: 'application/json',
  buffer: Buffer.from(text),
})

export class TraceBench {
  readonly files: Locator
  readonly verdict: Locator
  readonly suspects: Locator
  readonly chain: Locator
  readonly timeline: Locator
  readonly player: Locator
  readonly steps: Locator
  readonly selectedStep: Locator
  readonly detail: Locator
  readonly runs: Locator
  readonly clusters: Locator
  readonly about: Locator
  readonly filter: Locator
  readonly weights: Locator
  readonly search: Locator
  readonly found: Locator

  constructor(readonly page: Page) {
    this.files = page.getByRole('region', { name: 'Opened files' })
    this.verdict = page.getByRole('region', { name: 'Verdict' })
    this.suspects = this.verdict.getByRole('region', { name: 'First wrong step' })
    this.chain = this.verdict.getByRole('region', { name: 'What followed' })
    this.timeline = page.getByRole('region', { name: 'Timeline' })
    this.player = page.getByRole('group', { name: 'Player' })
    this.steps = page.getByRole('listbox', { name: 'Steps' })
    this.selectedStep = this.steps.getByRole('option', { selected: true })
    this.detail = page.getByRole('region', { name: 'Selected step' })
    this.runs = page.getByRole('region', { name: 'Runs', exact: true })
    this.clusters = page.getByRole('region', { name: 'Clusters of the same failure' })
    this.about = page.getByRole('complementary', { name: 'About the run' })
    this.filter = page.getByRole('search', { name: 'Filter the findings' })
    this.weights = page.getByRole('dialog', { name: 'Weights' })
    this.search = page.getByRole('search', { name: 'Find runs' })
    this.found = this.search.getByRole('status')
  }

  /** Opens the page and waits until it can be used. The fragment is what follows the `#`. */
  async open(fragment = ''): Promise<void> {
    await this.page.goto(fragment && `#${fragment}`)
    await this.ready()
  }

  /** Waits until the page says that nothing is loading any more. */
  async ready(): Promise<void> {
    await this.page.locator('[data-load-state=ready]').waitFor()
  }

  /** Waits until the page is kept for use without the network. */
  async installed(): Promise<void> {
    await this.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
    await this.page.waitForFunction(() => navigator.serviceWorker.controller !== null)
  }

  async openSample(title: string): Promise<void> {
    await this.page.getByRole('button', { name: title }).click()
    await expect(this.verdict).toBeVisible()
  }

  /** Goes back to where files are opened. */
  async backToLanding(): Promise<void> {
    await this.page.getByRole('button', { name: 'TraceBench', exact: true }).click()
  }

  async pick(files: PickedFile[] | string[]): Promise<void> {
    await this.page.getByLabel('Trace files').setInputFiles(files)
  }

  /** Goes to one of the views of many runs. */
  async tab(name: string): Promise<void> {
    await this.page.getByRole('tablist', { name: 'What to show of the runs' }).getByRole('tab', { name }).click()
  }

  file(name: string): Locator {
    return this.files.getByRole('listitem').filter({ hasText: name })
  }

  /** The score of the run that is open, as the verdict shows it. */
  async score(): Promise<number> {
    const label = await this.verdict.getByRole('img', { name: /^Score/ }).getAttribute('aria-label')
    return Number(label?.match(/\d+/)?.[0])
  }

  /** The number the list shows for the step that is open. */
  async selectedNumber(): Promise<number> {
    return Number(await this.selectedStep.getAttribute('aria-posinset'))
  }
}
