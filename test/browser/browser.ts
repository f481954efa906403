/** A browser for tests, controlled by the Chrome DevTools Protocol over two pipes. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import type { Program } from './program.ts'

interface Message {
  readonly id?: number
  readonly method?: string
  readonly sessionId?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

type Params = Readonly<Record<string, unknown>>

export class Browser {
  readonly #child: ChildProcess
  readonly #profile: string
  readonly #waiting = new Map<number, { readonly done: (result: unknown) => void; readonly failed: (error: Error) => void }>()
  readonly #listeners = new Set<(message: Message) => void>()
  #messageCount = 0
  #ended: Error | undefined

  constructor({ path, env }: Program) {
    this.#profile = mkdtempSync(join(tmpdir(), 'spillway-browser-'))
    const flags = [
      '--headless=new',
      '--remote-debugging-pipe',
      `--user-data-dir=${this.#profile}`,
      '--no-first-run',
      '--disable-gpu',
      '--hide-scrollbars',
      '--disable-dev-shm-usage',
    ]
    // As root there is no sandbox, and the pages are our own.
    if (process.getuid?.() === 0) flags.push('--no-sandbox')
    this.#child = spawn(path, [...flags, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env, HOME: this.#profile },
    })
    this.#child.once('exit', () => this.#fail(new Error('the browser ended')))
    this.#child.once('error', error => this.#fail(error))
    ;(this.#child.stdio[3] as Writable).on('error', () => {})
    this.#read(this.#child.stdio[4] as Readable)
  }

  #read(from: Readable): void {
    let open = ''
    from.setEncoding('utf8')
    from.on('data', (chunk: string) => {
      const texts = (open + chunk).split('\0')
      open = texts.pop()!
      for (const text of texts) this.#take(JSON.parse(text) as Message)
    })
  }

  #take(message: Message): void {
    const waiting = message.id === undefined ? undefined : this.#waiting.get(message.id)
    if (!waiting) return this.#listeners.forEach(listener => listener(message))
    this.#waiting.delete(message.id!)
    if (message.error) waiting.failed(new Error(message.error.message))
    else waiting.done(message.result)
  }

  #fail(error: Error): void {
    this.#ended = error
    for (const { failed } of this.#waiting.values()) failed(error)
    this.#waiting.clear()
  }

  send<T = unknown>(method: string, params: Params = {}, sessionId?: string): Promise<T> {
    if (this.#ended) return Promise.reject(this.#ended)
    const id = ++this.#messageCount
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    this.#waiting.set(id, { done: resolve, failed: reject })
    ;(this.#child.stdio[3] as Writable).write(
      `${JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) })}\0`,
    )
    return promise as Promise<T>
  }

  on(listener: (message: Message) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async page(): Promise<Page> {
    const { targetId } = await this.send<{ targetId: string }>('Target.createTarget', { url: 'about:blank' })
    const { sessionId } = await this.send<{ sessionId: string }>('Target.attachToTarget', { targetId, flatten: true })
    const page = new Page(this, sessionId)
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await page.send(`${domain}.enable`)
    return page
  }

  async close(): Promise<void> {
    const ended = new Promise<void>(resolve => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) resolve()
      else this.#child.once('exit', () => resolve())
    })
    this.#child.kill('SIGKILL')
    await ended
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

export class Page {
  readonly #browser: Browser
  readonly #session: string
  /** Console messages of the page, and messages of the browser about it. */
  readonly complaints: string[] = []
  /** Addresses that the page requested. */
  readonly requests: string[] = []

  constructor(browser: Browser, session: string) {
    this.#browser = browser
    this.#session = session
    browser.on(message => {
      if (message.sessionId === session) this.#hear(message)
    })
  }

  #hear({ method, params = {} }: Message): void {
    if (method === 'Network.requestWillBeSent') this.requests.push((params['request'] as { url: string }).url)
    if (method === 'Runtime.consoleAPICalled' || method === 'Runtime.exceptionThrown' || method === 'Log.entryAdded')
      this.complaints.push(JSON.stringify(params))
  }

  send<T = unknown>(method: string, params: Params = {}): Promise<T> {
    return this.#browser.send<T>(method, params, this.#session)
  }

  /** Opens a page, and waits until it is complete. */
  async open(url: string): Promise<void> {
    const loaded = Promise.withResolvers<void>()
    const off = this.#browser.on(({ method, sessionId }) => {
      if (method === 'Page.loadEventFired' && sessionId === this.#session) loaded.resolve()
    })
    await this.send('Page.navigate', { url })
    await loaded.promise
    off()
  }

  async resize(width: number, height = 900): Promise<void> {
    await this.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 600 })
  }

  async as({
    scheme = 'light',
    media = 'screen',
  }: {
    readonly scheme?: 'light' | 'dark'
    readonly media?: 'screen' | 'print'
  }): Promise<void> {
    await this.send('Emulation.setEmulatedMedia', { media, features: [{ name: 'prefers-color-scheme', value: scheme }] })
  }

  /** The value of an expression in the page, as JSON. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.send<{
      result: { value: T }
      exceptionDetails?: { text: string; exception?: { description?: string } }
    }>('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true })
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }

  /** A screenshot of the whole page, or of its top, as PNG. */
  async picture(size?: { readonly width: number; readonly height: number }): Promise<Buffer> {
    const { cssContentSize } = await this.send<{ cssContentSize: { width: number; height: number } }>('Page.getLayoutMetrics')
    const { width, height } = size ?? cssContentSize
    const clip = { x: 0, y: 0, width, height, scale: 1 }
    const { data } = await this.send<{ data: string }>('Page.captureScreenshot', { format: 'png', captureBeyondViewport: true, clip })
    return Buffer.from(data, 'base64')
  }

  /** The page as it would be printed. */
  async pdf(): Promise<Buffer> {
    const { data } = await this.send<{ data: string }>('Page.printToPDF', { preferCSSPageSize: true, printBackground: false })
    return Buffer.from(data, 'base64')
  }
}
