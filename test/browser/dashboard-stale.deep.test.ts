/**
 * Changes in the dashboard from a page that another person has overtaken: each button does what it names on the page, or nothing, and says
 * so.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openActionDestinations } from '../../src/action/open-destinations.ts'
import { pause } from '../../src/base/clock.ts'
import {
  action,
  batch,
  count,
  entity,
  features,
  labelFrom,
  linear,
  model,
  on,
  pipeline,
  source,
  stream,
  t,
  type Pipeline,
} from '../../src/index.ts'
import { recordBatchOf } from '../../src/intake/record-batch.ts'
import type { NamedWrite } from '../../src/log/store.ts'
import { closeDataFolder, openDataFolder } from '../../src/log/sqlite/data-folder.ts'
import { serveRunControl } from '../../src/operate/control/serve-control.ts'
import { LiveRun } from '../../src/run/loop/live-run.ts'
import { CommitFeed } from '../../src/serve/events/journal.ts'
import { serve } from '../../src/serve/server.ts'
import { inputCodes } from '../../src/training/registry/input-codes.ts'
import { putScore, putVersion } from '../../src/training/registry/registry.ts'
import { scratchFolder } from '../scratch.ts'
import { Browser, type Page } from './browser.ts'
import { click, fill, until, untilText } from './dashboard-run.ts'
import { browserProgram } from './program.ts'

const program = browserProgram()
const skip = program ? false : 'there is no Chromium, and npm test could bring none'

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.int(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const backs = source('backs', { schema: { payment: t.string(), fraud: t.bool(), at: t.timestamp() }, key: 'payment', time: 'at' })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1d') }) })
const usual = features('usual', { from: payments, entity: card, place: batch(), values: () => ({ n: count('30d') }) })
const score = linear({ intercept: 0, weights: { n: 1 } })
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ n: now.of(p.card).n }),
  label: labelFrom(backs, { join: 'payment', value: b => b.fraud, negativeAfter: '1h' }),
  train: { algorithm: 'logistic' },
  score,
})
const habit = model('habit', { decide: on(payments), inputs: p => ({ n: usual.of(p.card).n }), score })
const tell = action('tell', {
  when: fraud.score.gte(0),
  do: () => {
    throw new Error('nobody listens')
  },
})
const shop = pipeline('shop', [fraud, habit, tell])

/** Registry values of a trained version of the model. */
function versionPuts({ ir }: Pipeline, number: number): NamedWrite[] {
  const definition = ir.models.find(({ name }) => name === 'fraud')!
  const trained = { state: 'candidate', why: 'demand', at: 0, began: 0, spillway: '0', trained: {} as never } as const
  return [
    putVersion({ model: 'fraud', number, ...trained, train: definition.train!, inputs: inputCodes(ir, definition) }),
    putScore('fraud', number, { kind: 'logistic', intercept: 0, terms: [] }),
  ]
}

/** A batch run that ends only when it is cancelled. */
function endless(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true })
  return promise
}

/** The page reads nothing any more, as if its next read were slow, but still sends changes. */
const holdReads = `{
  const send = window.fetch
  window.fetch = (path, options) => options.method === 'GET' ? new Promise(() => {}) : send(path, options)
}`

describe('changes from a page that is overtaken', { skip, timeout: 300_000 }, () => {
  let browser: Browser
  let live: LiveRun
  let url: string
  let close: () => Promise<void>
  const pay = (id: string, amount: unknown = 5) => ({ id, card: 'c1', amount, at: new Date().toISOString() })
  const send = (...records: readonly object[]) => live.run.submit('payments', recordBatchOf(records))

  before(async () => {
    browser = new Browser(program!)
    const data = scratchFolder('dashboard-stale')
    const folder = await openDataFolder(data)
    await folder.store.commit({ put: [4, 5].flatMap(number => versionPuts(shop, number)) })
    await closeDataFolder(folder)
    const feed = new CommitFeed()
    const sendings = (await openActionDestinations(shop, {})).map(sending => ({ ...sending, attempts: 1 }))
    live = await LiveRun.open(shop, data, { sendings, onRecorded: feed.notify, compute: (_job, _sink, signal) => endless(signal) })
    const control = await serveRunControl(live, { pipeline: shop, data, onReport: report => assert.fail(report) })
    const app = serve({ run: live.run, pipeline: shop, data, feed, control })
    url = await app.listen({ host: '127.0.0.1', port: 0 })
    close = async () => {
      await app.close()
      await live.stop()
    }
    await send(pay('1'), pay('2', 'a lot'))
    for (const version of [4, 5]) await live.run.promote('fraud', version, 'by hand')
  })
  after(async () => {
    await browser.close()
    await close()
  })

  /** Calls a route, as another person. */
  async function call<T>(method: string, path: string, body?: object): Promise<T> {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${url}${path}`, { method, ...(body && { body: JSON.stringify(body), headers }) })
    return (await answer.json()) as T
  }

  async function openPage(path: string): Promise<Page> {
    const page = await browser.page()
    await page.resize(1280)
    await page.open(`${url}/ui${path}`)
    return page
  }

  test('a replay sends the record that the page shows, and not one that was edited since', async () => {
    const page = await openPage('/dead-letters/1')
    await untilText(page, 'A replay cannot be undone')
    const { letters } = await call<{ letters: { version: string }[] }>('GET', '/dead-letters')
    await call('PATCH', '/dead-letters/1', { version: letters[0].version, set: { amount: 7 } })
    await click(page, 'Replay')
    await untilText(page, 'Nothing was sent; 1 dead letter left out: edited since you read it; look at its record again.')
    await until(page, `[...document.querySelectorAll('input')].some(({ value }) => value === '7')`)
    assert.equal((await call<{ letters: object[] }>('GET', '/dead-letters')).letters.length, 1)
    await click(page, 'Replay')
    await untilText(page, '1 accepted.')
  })

  test('two rollbacks from one state of the page leave the version that the button names', async () => {
    const page = await openPage('/models/fraud')
    await untilText(page, 'Roll back to version 4')
    await page.evaluate(holdReads)
    assert.deepEqual(await call('POST', '/models/fraud/promote', { version: 'previous' }), { model: 'fraud', scores: 4 })
    await click(page, 'Roll back to version 4')
    await untilText(page, 'From now on version')
    const { models } = await call<{ models: { scores: number }[] }>('GET', '/models')
    assert.equal(models[0].scores, 4)
  })

  test('a batch run is cancelled by its number, and not the one that runs after it', async () => {
    const newest = async () => {
      const { runs } = await call<{ runs: { number: number; state: string }[] }>('GET', '/runs')
      return runs.at(-1)!
    }
    const page = await openPage('/runs')
    await until(page, `[...document.querySelectorAll('button')].some(({ textContent }) => textContent === 'Cancel')`)
    await page.evaluate(holdReads)
    const first = await newest()
    await call('POST', '/jobs/cancel', { kind: 'batch-run', name: 'usual' })
    const second = call('POST', '/groups/usual/runs')
    while ((await newest()).number === first.number) await pause(20)
    await click(page, 'Cancel')
    await untilText(page, `number ${first.number} of the batch-run of 'usual' does not run, but ${first.number + 1} does`)
    assert.deepEqual((await newest()).state, 'running')
    await call('POST', '/jobs/cancel', { kind: 'batch-run', name: 'usual', number: first.number + 1 })
    await second
  })

  test('an effect that dies while the dialog of a drop is open stays dead', async () => {
    const dead = async () => (await call<{ effects: { number: number }[] }>('GET', '/effects?state=dead')).effects
    await live.whenIdle()
    const reviewed = await dead()
    const page = await openPage('/actions?state=dead')
    await untilText(page, `Retry the ${reviewed.length} dead ones shown`)
    await click(page, `Drop ${reviewed.length}`)
    await untilText(page, `Drop these ${reviewed.length}?`)
    await send(pay('3'))
    await untilText(page, `Retry the ${reviewed.length + 1} dead ones shown`)
    const [{ number: retried }] = reviewed
    await call('POST', `/effects/${retried}/drop`, { why: 'by another person' })
    await fill(page, 'Reason, which is kept', 'a test')
    await page.evaluate(`document.querySelector('dialog[open] button[type=submit]').click()`)
    await untilText(page, `1 effect dropped. Left out: ${retried}; effect ${retried} is dropped;`)
    assert.equal((await dead()).length, 1)
  })

  test('a page that becomes visible reads at once', async () => {
    const page = await openPage('/models/fraud')
    await untilText(page, 'Roll back to version')
    const shown = (state: string) => `Object.defineProperty(document, 'visibilityState', { get: () => '${state}', configurable: true })`
    await page.evaluate(shown('hidden'))
    await live.run.promote('fraud', 0, 'by hand')
    // Visible only while the listeners of the change run, so that no timer reads.
    const visit = `(() => {
      ${shown('visible')}
      document.dispatchEvent(new Event('visibilitychange'))
      ${shown('hidden')}
      return document.body.innerText.includes('No version decides')
    })()`
    await until(page, visit)
  })

  test('a version is promoted by its button, whatever became the champion meanwhile', async () => {
    await call('POST', '/models/fraud/promote', { version: 0 })
    const page = await openPage('/models/fraud')
    await untilText(page, 'Promote version 5')
    await page.evaluate(holdReads)
    await call('POST', '/models/fraud/promote', { version: 4 })
    await click(page, 'Promote version 5')
    await untilText(page, 'From now on version 5 decides.')
    const { models } = await call<{ models: { scores: number }[] }>('GET', '/models')
    assert.equal(models[0].scores, 5)
  })
})
