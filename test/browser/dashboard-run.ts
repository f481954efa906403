/**
 * A run with its dashboard on loopback, for tests in a browser: payments of cards, a stream and a hybrid group, a model on each payment and
 * one on request, and an action whose receiver does not exist.
 */
import { join } from 'node:path'
import fastify, { type FastifyInstance } from 'fastify'
import {
  action,
  count,
  entity,
  every,
  features,
  hybrid,
  model,
  on,
  pipeline,
  request,
  rules,
  source,
  stream,
  t,
  webhook,
} from '../../src/index.ts'
import { spillway, type EmbedOptions } from '../../src/public/embed.ts'
import { pause } from '../../src/base/clock.ts'
import type { Page } from './browser.ts'

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.decimal(2, { min: 0 }), kind: t.enum(['online', 'terminal']), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const cardNow = features('card_now', {
  from: payments,
  entity: card,
  place: stream,
  values: p => ({ n: count('1h'), sum: p.amount.sum('1h') }),
})
const usual = features('card_usual', {
  from: payments,
  entity: card,
  place: hybrid(every('6h')),
  values: p => ({ mean: p.amount.mean('30d') }),
})
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ amount: p.amount, now: cardNow.of(p.card), usual: usual.of(p.card).mean }),
  score: v => rules([{ when: v.amount.gt(100), score: 0.9 }], 0.1),
})
const limit = model('limit', {
  decide: request({ card, amount: t.decimal(2) }, { key: 'card' }),
  inputs: r => ({ amount: r.amount, n: cardNow.of(r.card).n }),
  score: v => rules([{ when: v.n.gt(1), score: 1 }], 0),
})
const block = action('block', {
  when: fraud.score.gte(0.8),
  deadline: '10s',
  do: webhook('http://127.0.0.1:9/', { allowPrivate: true, attempts: 1 }),
})
const cards = pipeline('cards', [fraud, limit, block])

const PREFIX = '/flow'

/** A run that is served. */
export interface DashboardRun {
  /** Of the server; the dashboard is at `/ui` below it. */
  readonly url: string
  /** Calls a route. */
  readonly call: <T>(method: string, path: string, body?: unknown) => Promise<T>
  readonly close: () => Promise<void>
}

/** Starts a run over a data folder, at a port or at any. */
export async function serveDashboard(
  data: string,
  { port = 0, ...options }: Partial<EmbedOptions> & { readonly port?: number } = {},
): Promise<DashboardRun> {
  // A browser keeps connections open.
  const app: FastifyInstance = fastify({ forceCloseConnections: true })
  // Not the folder of an audit that ran in this one.
  const auditFolder = join(data, 'audits')
  await app.register(spillway, { pipeline: cards, data, auditFolder, prefix: PREFIX, ...options })
  const url = `${await app.listen({ host: '127.0.0.1', port })}${PREFIX}`
  return { url, call: callerOf(url), close: () => app.close() }
}

/** Calls routes below a URL. */
export const callerOf =
  (url: string): DashboardRun['call'] =>
  async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`${url}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    return (await answer.json()) as T
  }

/** A payment as it is sent. */
export const payment = (id: number | string, fields: Readonly<Record<string, unknown>> = {}) => ({
  id: String(id),
  card: 'c1',
  amount: '5.00',
  kind: 'online',
  at: new Date().toISOString(),
  ...fields,
})

const WAIT_MS = 15_000
const LOOK_MS = 40

/** Waits until an expression in the page is true. Throws with the text of the page after a bounded time. */
export async function until(page: Page, expression: string): Promise<void> {
  for (let waited = 0; waited < WAIT_MS; waited += LOOK_MS) {
    if (await page.evaluate<boolean>(`Boolean(${expression})`)) return
    await pause(LOOK_MS)
  }
  throw new Error(`${expression} was not true within ${WAIT_MS} ms on:\n${await page.evaluate<string>('document.body.innerText')}`)
}

/** Waits until the page has a text. */
export const untilText = (page: Page, text: string): Promise<void> =>
  until(page, `document.body.innerText.includes(${JSON.stringify(text)})`)

/** Codes by which Chromium knows keys that have no text. */
const virtualKeys: Readonly<Record<string, number>> = { Tab: 9, Enter: 13, Escape: 27 }
const SHIFT = 8

/** Presses keys, one after the other; `Shift+Tab` is Tab with the shift key. */
export async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const name of keys) {
    const key = name.replace('Shift+', '')
    const text = key === 'Enter' ? '\r' : key.length === 1 ? key : undefined
    const code = {
      key,
      ...(key !== name && { modifiers: SHIFT }),
      ...(Object.hasOwn(virtualKeys, key) && { windowsVirtualKeyCode: virtualKeys[key] }),
    }
    await page.send('Input.dispatchKeyEvent', { type: 'keyDown', ...code, ...(text !== undefined && { text }) })
    await page.send('Input.dispatchKeyEvent', { type: 'keyUp', ...code })
  }
}

/** Clicks the button or link with a text, or that begins with it. */
export async function click(page: Page, text: string): Promise<void> {
  const find = `(() => {
    const all = [...document.querySelectorAll('button, a')].filter(element => element.checkVisibility() && !element.disabled)
    const textOf = element => element.textContent.trim()
    return all.find(element => textOf(element) === ${JSON.stringify(text)}) ?? all.find(element => textOf(element).startsWith(${JSON.stringify(text)}))
  })()`
  await until(page, find)
  await page.evaluate(`${find}.click()`)
}

/** Fills a field, by the text of its label. */
export async function fill(page: Page, label: string, value: string): Promise<void> {
  const find = `[...document.querySelectorAll('label')].find(element => element.checkVisibility() && element.textContent.trim().startsWith(${JSON.stringify(label)}))?.control`
  await until(page, find)
  await page.evaluate(`(() => {
    const field = ${find}
    field.value = ${JSON.stringify(value)}
    for (const name of ['input', 'change']) field.dispatchEvent(new Event(name, { bubbles: true }))
  })()`)
}
