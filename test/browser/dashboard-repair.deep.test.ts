/**
 * Repairs in the dashboard of a run with personal data and a labelled model: a person follows events, starts and cancels an audit and a
 * reconciliation, compares a decision with now, undoes an edit; and sees no personal data without the role.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, describe, test } from 'node:test'
import { count, entity, features, labelFrom, linear, model, on, pipeline, source, stream, t } from '../../src/index.ts'
import { recordBatchOf } from '../../src/intake/record-batch.ts'
import { AuditJobs } from '../../src/operate/audit-jobs.ts'
import { serveRunControl } from '../../src/operate/control/serve-control.ts'
import { RECONCILIATION_JOB, ReconcileScheduler } from '../../src/reconcile/reconcile-scheduler.ts'
import { LiveRun } from '../../src/run/loop/live-run.ts'
import { addToken } from '../../src/serve/access/token-file.ts'
import { Tokens } from '../../src/serve/access/tokens.ts'
import { CommitFeed } from '../../src/serve/events/journal.ts'
import { serve } from '../../src/serve/server.ts'
import { scratchFolder } from '../scratch.ts'
import { Browser, type Page } from './browser.ts'
import { click, fill, until, untilText } from './dashboard-run.ts'
import { contrasts, outside } from './look.ts'
import { browserProgram } from './program.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const violations = `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`

const program = browserProgram()
const skip = program ? false : 'there is no Chromium, and npm test could bring none'

const card = entity('card', t.string().personal())
const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.int(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const backs = source('backs', { schema: { payment: t.string(), fraud: t.bool(), at: t.timestamp() }, key: 'payment', time: 'at' })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1d') }) })
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ amount: p.amount, n: now.of(p.card).n }),
  label: labelFrom(backs, { join: 'payment', value: b => b.fraud, negativeAfter: '1h' }),
  score: linear({ intercept: 0, weights: { n: 1 } }),
})
const shop = pipeline('shop', [fraud])

/** An audit that runs until it is cancelled. */
const endlessAudit = [process.execPath, '-e', "console.error('sweeping now …'); setInterval(() => {}, 1000)", '--']

describe('repairs in the dashboard', { skip, timeout: 300_000 }, () => {
  let browser: Browser
  let live: LiveRun
  let url: string
  let close: () => Promise<void>
  let tokens: Readonly<Record<'ann' | 'bob', string>>
  const send = (...records: readonly object[]) => live.run.submit('payments', recordBatchOf(records))
  const pay = (id: string, amount: unknown = 5) => ({ id, card: 'secret-card', amount, at: new Date().toISOString() })

  before(async () => {
    browser = new Browser(program!)
    const data = scratchFolder('dashboard-repair')
    const feed = new CommitFeed()
    live = await LiveRun.open(shop, data, { onRecorded: feed.notify })
    const audits = new AuditJobs(endlessAudit)
    const onReport = (report: string): void => assert.fail(report)
    const reconciling = new ReconcileScheduler({
      pipeline: shop,
      store: live.folder.store,
      schedule: undefined,
      clock: Date.now,
      compute: (_job, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
      onReport,
    })
    live.closeWith({ close: () => reconciling.stop() })
    const cancelReconciliation = () => reconciling.cancel(RECONCILIATION_JOB)
    const control = await serveRunControl(live, { pipeline: shop, data, cancelReconciliation, onReport })
    tokens = {
      ann: addToken(data, 'ann', ['read', 'operate'], 0),
      bob: addToken(data, 'bob', ['admin'], 0),
    }
    const app = serve({
      run: live.run,
      pipeline: shop,
      data,
      feed,
      control,
      audits,
      reconcile: () => reconciling.reconcile(),
      tokens: new Tokens(data),
    })
    url = await app.listen({ host: '127.0.0.1', port: 0 })
    close = async () => {
      await app.close()
      await audits.close()
      await live.stop()
    }
    await send(pay('1'), pay('2'), pay('3', 'a lot'))
  })
  after(async () => {
    await browser.close()
    await close()
  })

  async function signedIn(path: string, name: 'ann' | 'bob'): Promise<Page> {
    const page = await browser.page()
    await page.resize(1280)
    // A session replaces that of an earlier page.
    await page.open(`${url}/ui`)
    const session = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token: tokens[name] }) }
    await page.evaluate(`fetch('/ui/session', ${JSON.stringify(session)}).then(answer => answer.text())`)
    await page.open(`${url}/ui${path}`)
    return page
  }

  async function assertAccessible(page: Page): Promise<void> {
    await page.evaluate(axe)
    for (const scheme of ['light', 'dark'] as const)
      for (const width of [1280, 360]) {
        await page.resize(width)
        await page.as({ scheme })
        const place = `${scheme} at ${width} px`
        assert.deepEqual(await page.evaluate(violations), [], place)
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width, place)
        assert.deepEqual(await page.evaluate(outside), [], place)
        assert.deepEqual((await page.evaluate<{ low: string[] }>(contrasts(4.5))).low, [], place)
      }
  }

  test('events of a source appear as they come', async () => {
    const page = await signedIn('/sources/payments?tail=1', 'bob')
    await untilText(page, 'Newest first.')
    await untilText(page, 'secret-card')
    const rows = `document.querySelectorAll('[aria-label="Columns of the events"] tbody tr').length`
    const before = await page.evaluate<number>(rows)
    await send(pay('live 1'), pay('live 2'))
    await until(page, `${rows} === ${before + 2}`)
    assert.match(await page.evaluate<string>(`document.querySelector('[aria-label="Columns of the events"] tbody tr').innerText`), /live 2/)
    await assertAccessible(page)
  })

  test('without the role, pages have masks, and their rows still lead on', async () => {
    const page = await signedIn('/decisions', 'ann')
    await untilText(page, '***')
    await click(page, '20')
    await untilText(page, 'Inputs')
    await untilText(page, '"card": "***"')
    for (const path of ['/sources/payments', '/dead-letters', '/dead-letters/1']) {
      await page.open(`${url}/ui${path}`)
      await untilText(page, '***')
      assert.doesNotMatch(await page.evaluate<string>('document.body.innerText'), /secret-card/, path)
    }
    await untilText(page, 'Personal data are masked')
    await assertAccessible(page)
  })

  test('an audit is started, followed and cancelled', async () => {
    const page = await signedIn('/audit', 'bob')
    await click(page, 'Start an audit')
    await untilText(page, 'sweeping now')
    await assertAccessible(page)
    await click(page, 'Cancel the audit')
    await untilText(page, 'was cancelled')
    await until(page, `[...document.querySelectorAll('button')].some(({ textContent }) => textContent === 'Start an audit')`)
  })

  test('a decision is compared with now, and nothing is decided', async () => {
    const page = await signedIn('/decisions/0', 'bob')
    const before = live.run.counts.totals.decisions
    await click(page, 'Compare with now')
    await untilText(page, 'Features then and now')
    const rows = await page.evaluate<string[]>(`[...document.querySelectorAll('tr.different th')].map(cell => cell.textContent)`)
    assert.deepEqual(rows, ['n'])
    assert.equal(live.run.counts.totals.decisions, before)
    await assertAccessible(page)
  })

  test('a reconciliation is started and cancelled', async () => {
    const page = await signedIn('/runs', 'bob')
    await untilText(page, 'No batch run, report, training or reconciliation')
    await click(page, 'Reconcile now')
    await click(page, 'Cancel reconciliation 1')
    await untilText(page, 'The reconciliation is cancelled; the next one compares its decisions.')
    await untilText(page, "the job 'reconciliation' was cancelled")
    await untilText(page, '1, demand')
    await assertAccessible(page)
  })

  test('the edits of a dead letter are undone', async () => {
    const page = await signedIn('/dead-letters/1', 'bob')
    await untilText(page, 'A replay cannot be undone')
    await fill(page, 'amount', '7')
    await click(page, 'Save')
    await click(page, 'Undo the edits')
    await untilText(page, 'The record is again as it came.')
    await until(page, `document.body.innerText.includes('a lot') && !document.body.innerText.includes('Undo the edits')`)
  })

  test('dead letters of one cause are chosen, have a field renamed, and are accepted', async () => {
    const renamed = ({ amount, ...rest }: ReturnType<typeof pay>) => ({ ...rest, value: amount })
    await send(renamed(pay('renamed 1')), renamed(pay('renamed 2')))
    const page = await signedIn('/dead-letters', 'bob')
    await untilText(page, "field 'value' is no column")
    await click(page, 'Only these')
    await untilText(page, 'Of the chosen cause, the newest first')
    await until(page, `document.querySelectorAll('table.list:not(.causes) tbody tr').length === 2`)
    await page.evaluate(`document.querySelector('[aria-label="Choose all that are shown"]').click()`)
    await untilText(page, 'All 2 are unchanged since the rejection')
    await assertAccessible(page)
    const replay = `[...document.querySelectorAll('button')].find(({ textContent }) => textContent === 'Replay 2').className`
    assert.equal(await page.evaluate(replay), '')
    await click(page, 'Rename a field …')
    await untilText(page, "2 of 2 have 'value' and no 'amount'; renamed, 2 then fit the columns of payments.")
    await click(page, 'Rename')
    await untilText(page, "'value' is now 'amount' in 2 dead letters. Nothing is replayed yet.")
    await until(page, `${replay} === 'primary'`)
    await click(page, 'Replay 2')
    await untilText(page, '2 accepted.')
    await untilText(page, 'None is left of the chosen cause.')
    await click(page, 'All causes')
    await untilText(page, 'a lot')
  })
})
