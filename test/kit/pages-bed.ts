import type { Browser, BrowserContext, Page } from 'playwright-core'
import { systemClock } from '../../src/common/index.js'
import {
  type MemoryMaster,
  type MemoryWorker,
  masterUi,
  type UiFixtureOptions,
  workerUi,
} from '../../src/ui/ui.test-kit.js'
import { startWebServer } from '../../src/web/index.js'
import { chromiumPath, openBrowser } from './browser.js'

/** Pages on loopback ports, and a browser that looks at them; all of a test's are closed by `reset`. */
export class PagesBed {
  #browser: Browser | undefined
  readonly #closing: (() => Promise<void> | void)[] = []

  async open(): Promise<void> {
    if (chromiumPath !== undefined) this.#browser = await openBrowser()
  }

  async close(): Promise<void> {
    await this.#browser?.close()
  }

  async reset(): Promise<void> {
    for (const close of this.#closing.splice(0).reverse()) await close()
  }

  /** Something else that ends with the test. */
  closeLater(close: () => Promise<void> | void): void {
    this.#closing.push(close)
  }

  /** URL of a master's pages, with a slash at the end. */
  async master(master: MemoryMaster, more: UiFixtureOptions = {}): Promise<string> {
    return this.#serve(await masterUi(master, { clock: systemClock, now: () => Date.now(), ...more }))
  }

  async worker(worker: MemoryWorker, more: UiFixtureOptions = {}): Promise<string> {
    return this.#serve(await workerUi(worker, { clock: systemClock, now: () => Date.now(), ...more }))
  }

  async page(
    settings: Parameters<Browser['newContext']>[0] = {},
  ): Promise<{ readonly page: Page; readonly context: BrowserContext }> {
    const context = await this.#browser!.newContext(settings)
    this.#closing.push(() => context.close())
    const page = await context.newPage()
    page.setDefaultTimeout(20_000)
    return { page, context }
  }

  async #serve(ui: Awaited<ReturnType<typeof masterUi>>): Promise<string> {
    const server = await startWebServer(ui.app, { host: '127.0.0.1', port: 0, portRetries: 0 })
    this.#closing.push(async () => {
      ui.close()
      await server.close()
    })
    return `${server.url}/`
  }
}
