import type { Page } from '@playwright/test'

/** The one page object: what a person does, by the roles and labels that a person meets. */
export class TraceBench {
  constructor(readonly page: Page) {}

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
}
