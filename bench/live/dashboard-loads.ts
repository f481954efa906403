/**
 * The time that each page of the dashboard takes to show its data: in headless Chromium, from the navigation on, or as the time of the page's
 * requests where there is no browser.
 */
import { pause, stopwatch } from '../../src/base/clock.ts'
import { Browser, type Page } from '../../test/browser/browser.ts'
import { browserProgram } from '../../test/browser/program.ts'
import type { LoadedPage } from './dashboard-pages.ts'

/** Routes that every page reads: the session before the others. */
const SESSION = '/ui/session'
const everyPage = ['/pipeline', '/status', '/alerts?limit=50']
const WAIT_MS = 60_000
const LOOK_MS = 10

/** Opens pages and times them. */
export interface PageLoads {
  readonly browser: string
  /** Milliseconds until the page has all of its texts. Throws after a minute. */
  load(url: string, page: LoadedPage): Promise<number>
  /** Routes that a page read in the browser and that `routes` does not name. */
  readonly unexpected: readonly string[]
  close(): Promise<void>
}

/** Chromium, if this machine has it. */
export function openPageLoads(): PageLoads {
  const program = browserProgram()
  return program ? new BrowserLoads(new Browser(program)) : requestLoads
}

class BrowserLoads implements PageLoads {
  readonly browser = 'headless Chromium'
  readonly unexpected: string[] = []
  readonly #browser: Browser

  constructor(browser: Browser) {
    this.#browser = browser
  }

  async load(url: string, { name, path, texts, routes }: LoadedPage): Promise<number> {
    const page = await this.#browser.page()
    try {
      await page.resize(1280)
      await page.send('Page.addScriptToEvaluateOnNewDocument', { source: watchTexts(texts) })
      await page.send('Page.navigate', { url: `${url}/ui${path}` })
      const ms = await shownAt(page)
      const expected = new Set([SESSION, ...[...everyPage, ...routes].map(route => route.replace(/\?.*/, ''))])
      for (const route of new Set(page.requests.flatMap(address => routeOf(url, address) ?? [])))
        if (!expected.has(route)) this.unexpected.push(`${name}: ${route}`)
      return ms
    } finally {
      await page.send('Page.close').catch(() => {})
    }
  }

  close(): Promise<void> {
    return this.#browser.close()
  }
}

/** Notes, in the page, when it has all texts: milliseconds since the navigation began. */
const watchTexts = (texts: readonly RegExp[]): string => `
  (() => {
    const isShown = () => document.body && [${texts.map(String).join(', ')}].every(text => text.test(document.body.textContent))
    const look = () => { if (globalThis.shownAt === undefined && isShown()) globalThis.shownAt = performance.now() }
    new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true })
  })()`

async function shownAt(page: Page): Promise<number> {
  for (let waited = 0; waited < WAIT_MS; waited += LOOK_MS) {
    const ms = await page.evaluate<number | null>('globalThis.shownAt ?? null').catch(() => null)
    if (ms !== null) return ms
    await pause(LOOK_MS)
  }
  throw new Error(`the page did not show its data:\n${await page.evaluate<string>('document.body.innerText')}`)
}

/** The route of an address, without its query; `undefined` for the page, its files, streams, and what is no address of the server. */
function routeOf(url: string, address: string): string | undefined {
  if (!address.startsWith(`${url}/`)) return undefined
  const { pathname } = new URL(address)
  return (pathname !== SESSION && pathname.startsWith('/ui')) || pathname.endsWith('/stream') ? undefined : pathname
}

/** Without a browser: the page, its files, the session, and then the routes of the page at once. */
const requestLoads: PageLoads = {
  browser: 'none: the requests of each page, without its scripts',
  unexpected: [],
  async load(url, { path, routes }) {
    const get = async (route: string): Promise<string> => (await fetch(`${url}${route}`)).text()
    const begin = stopwatch()
    const html = await get(`/ui${path}`)
    await Promise.all([...html.matchAll(/(?:src|href)="(\/ui\/assets\/[^"]+)"/g)].map(([, file]) => get(file)))
    await get(SESSION)
    await Promise.all(everyPage.map(get))
    await Promise.all(routes.map(get))
    return stopwatch() - begin
  },
  close: async () => {},
}
