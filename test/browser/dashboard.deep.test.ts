/** The dashboard in Chromium: each page as people see it, the keyboard, and what a person does there. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, describe, test } from 'node:test'
import { writeAuditReport } from '../../src/audit/write-report.ts'
import { pause } from '../../src/base/clock.ts'
import { addToken, revokeToken } from '../../src/serve/access/token-file.ts'
import { fraudReport } from '../audit/reports/fraud.ts'
import { scratchFolder } from '../scratch.ts'
import { Browser, type Page } from './browser.ts'
import { click, fill, payment, press, serveDashboard, until, untilText, type DashboardRun } from './dashboard-run.ts'
import { contrasts, outside, recordDashes } from './look.ts'
import { browserProgram } from './program.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** Broken rules of WCAG 2.2 and of good practice, each with the first place. */
const violations = `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`
const CONTRAST_MIN = 4.5

const program = browserProgram()
const skip = program ? false : 'there is no Chromium, and npm test could bring none'

/** Each page with a text that it has when it is complete. */
const pages: readonly (readonly [path: string, text: string])[] = [
  ['', 'card_usual'],
  ['/sources', 'Duplicates'],
  ['/sources/payments', 'Schema versions'],
  ['/features', 'hybrid'],
  ['/features/card_now?key=c1', 'visible event'],
  ['/features/card_now?key=c1&at=2026-01-01', 'from the log'],
  ['/decisions', 'newest decision'],
  ['/decisions/0', 'features read'],
  ['/actions', 'webhook'],
  ['/dead-letters', "'amount' needs"],
  ['/dead-letters/1', 'needs a decimal number'],
  ['/models', 'on request'],
  ['/models/fraud', 'usual'],
  ['/runs', 'batch run card_usual'],
  ['/audit', 'Before: Keep it all.'],
  ['/nothing', 'There is no such page'],
]

describe('the dashboard', { skip, timeout: 600_000 }, () => {
  let browser: Browser
  let run: DashboardRun
  before(async () => {
    browser = new Browser(program!)
    const auditFolder = scratchFolder('dashboard-audit')
    for (const recommendation of ['Keep it all.', 'Stream it all.'])
      writeAuditReport({ ...fraudReport, summary: { ...fraudReport.summary, recommendation } }, auditFolder)
    run = await serveDashboard(scratchFolder('dashboard'), { auditFolder })
    await run.call('POST', '/sources/payments/events', [payment(1), payment(2, { amount: '500.00' }), payment(3, { amount: 'a lot' })])
    await run.call('POST', '/groups/card_usual/runs')
  })
  after(async () => {
    await browser.close()
    await run.close()
  })

  async function openPage(path: string, width = 1280, url = run.url): Promise<Page> {
    const page = await browser.page()
    await page.resize(width)
    await page.open(`${url}/ui${path}`)
    return page
  }

  for (const [path, text] of pages)
    test(`/ui${path}: no foreign request, no console message, nothing cut off, no broken rule, at 360 and 1280 px, light and dark`, async () => {
      const page = await openPage(path)
      await untilText(page, text)
      assert.deepEqual(page.complaints, [])
      const foreign = page.requests.filter(address => ![run.url, 'data:,', 'data:image/svg'].some(own => address.startsWith(own)))
      assert.deepEqual(foreign, [])
      // The checks themselves are injected, past the policy of the page.
      await page.evaluate(axe)
      for (const scheme of ['light', 'dark'] as const)
        for (const width of [1280, 360]) {
          await page.resize(width)
          await page.as({ scheme })
          await untilText(page, text)
          const where = `${scheme} at ${width} px`
          assert.deepEqual(await page.evaluate(violations), [], where)
          assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width, where)
          assert.deepEqual(await page.evaluate(outside), [], where)
          const { low } = await page.evaluate<{ low: string[] }>(contrasts(CONTRAST_MIN))
          assert.deepEqual(low, [], where)
        }
    })

  test('its policy blocks a request to another address, and inline code', async () => {
    const page = await openPage('')
    await page.evaluate(`fetch('http://127.0.0.1:9/').catch(() => {})`)
    await page.evaluate(`document.body.insertAdjacentHTML('beforeend', '<img src="http://127.0.0.1:9/x.png">')`)
    assert.match(page.complaints.join('\n'), /Content Security Policy/)
  })

  test('the keyboard alone reaches pages, search, rows and help', async () => {
    const page = await openPage('')
    await untilText(page, 'card_usual')
    await press(page, 'g', 'd')
    await untilText(page, 'newest decision')
    assert.match(await page.evaluate('location.pathname'), /\/flow\/ui\/decisions$/)
    await until(page, `document.activeElement.id === 'main'`)
    await until(page, `document.querySelectorAll('[data-row]').length >= 2`)
    await press(page, 'j', 'j', 'k', 'Enter')
    await untilText(page, 'Stages')
    await press(page, '/')
    assert.equal(await page.evaluate('document.activeElement.id'), 'search')
    await press(page, 'c', 'a', 'r', 'd', '_', 'u', 's', 'Enter')
    await until(page, `location.pathname === '/flow/ui/features/card_usual'`)
    await press(page, '?')
    await untilText(page, 'next and previous row')
    assert.equal(await page.evaluate(`document.querySelector('dialog').open`), true)
    await press(page, 'Escape')
    await until(page, `!document.querySelector('dialog').open`)
    await page.evaluate('history.back()')
    await untilText(page, 'Stages')
  })

  test('a filter that is typed slowly keeps its text while the page reads the status, and applies on Enter', async () => {
    const page = await openPage('/decisions')
    await untilText(page, 'newest decision')
    const field = `[...document.querySelectorAll('label')].find(label => label.textContent.startsWith('Key')).control`
    await page.evaluate(`${field}.focus()`)
    const requests = page.requests.length
    for (const letter of 'c1') {
      await press(page, letter)
      await pause(1200)
    }
    assert.ok(page.requests.slice(requests).some(url => url.endsWith('/status')))
    assert.deepEqual([await page.evaluate(`${field}.value`), await page.evaluate('location.search')], ['c1', ''])
    await press(page, 'Enter')
    await until(page, `location.search === '?key=c1' && ${field}.value === 'c1'`)
  })

  test('decisions of a least score are found by the server', async () => {
    const page = await openPage('/decisions?min=0.8')
    await untilText(page, '1 newest decision with a score of at least 0.8; there is no older one.')
    assert.ok(page.requests.some(url => url.endsWith('/decisions?min=0.8&limit=100')))
  })

  test('the theme is switched by a key, and kept', async () => {
    const page = await openPage('')
    await untilText(page, 'card_usual')
    const paper = `getComputedStyle(document.body).backgroundColor`
    assert.equal(await page.evaluate(paper), 'rgb(251, 250, 247)')
    await press(page, 't')
    assert.equal(await page.evaluate(paper), 'rgb(20, 22, 26)')
    await page.open(`${run.url}/ui/models`)
    await untilText(page, 'on request')
    assert.equal(await page.evaluate(paper), 'rgb(20, 22, 26)')
    await press(page, 't')
    assert.equal(await page.evaluate(`localStorage.length`), 0)
  })

  test('a dead letter is edited and replayed; of two editors the second sees the newer record', async () => {
    const { errors } = await run.call<{ errors: unknown[] }>('POST', '/sources/payments/events', [payment('edited', { amount: 'much' })])
    assert.equal(errors.length, 1)
    const { letters } = await run.call<{ letters: { id: number; raw: string }[] }>('GET', '/dead-letters?limit=100')
    const { id } = letters.find(({ raw }) => raw.includes('"edited"'))!
    const [first, second] = [await openPage(`/dead-letters/${id}`), await openPage(`/dead-letters/${id}`)]
    for (const page of [first, second]) await untilText(page, 'needs a decimal number')
    await fill(first, 'amount', '7.5x')
    await untilText(first, 'needs a decimal number')
    await fill(first, 'amount', '')
    await untilText(first, 'cannot be removed: write a value')
    assert.equal(
      await first.evaluate(`[...document.querySelectorAll('button')].find(({ textContent }) => textContent === 'Save').disabled`),
      true,
    )
    await fill(first, 'amount', '7.50')
    await until(first, `!document.body.innerText.includes('needs a decimal number') && document.querySelector('.diff')`)
    await click(first, 'Save')
    await untilText(first, 'The record as it came')
    await fill(second, 'amount', '8.50')
    await click(second, 'Save and replay')
    await untilText(second, 'Somebody else has changed the record')
    assert.match(await second.evaluate('document.body.innerText'), /"amount":7\.50|"amount":7\.5/)
    await click(second, 'Set my fields on theirs')
    await until(second, `document.body.innerText.includes('Saved.')`)
    await click(second, 'Replay')
    await untilText(second, '1 accepted')
    const { decisions } = await run.call<{ decisions: { id: string; vector: { amount: number } }[] }>(
      'GET',
      '/decisions?model=fraud&limit=1',
    )
    assert.deepEqual([decisions[0].id, decisions[0].vector.amount], ['edited', 8.5])
  })

  test('dead letters are dropped in bulk, with a reason', async () => {
    await run.call('POST', '/sources/payments/events', [payment('noise 1', { kind: 'x' }), payment('noise 2', { kind: 'y' })])
    const page = await openPage('/dead-letters?reason=schema')
    await untilText(page, 'noise 2')
    const box = (text: string): string =>
      `[...document.querySelectorAll('tbody tr')].find(row => row.innerText.includes('${text}')).querySelector('input')`
    for (const text of ['noise 1', 'noise 2']) await page.evaluate(`${box(text)}.click()`)
    await click(page, 'Drop 2')
    await fill(page, 'Reason, which is kept', 'a test')
    await page.evaluate(`document.querySelector('dialog[open] button[type=submit]').click()`)
    await untilText(page, '2 dead letters dropped.')
    await until(page, `!document.body.innerText.includes('noise 1')`)
  })

  test('a dead effect is tried again', async () => {
    const page = await openPage('/actions?state=dead')
    await untilText(page, 'nothing listens')
    await click(page, 'Retry the')
    await untilText(page, 'will be tried again now')
  })

  test('a question is asked again, and compared with what was served', async () => {
    const { entry } = await run.call<{ entry: number }>('POST', '/models/limit/decide', { card: 'c1', amount: '5.00' })
    const page = await openPage(`/decisions/${entry}`)
    await untilText(page, 'Decide again')
    await fill(page, 'Fields, JSON', '{ "card": "nobody", "amount": "5.00" }')
    await click(page, 'Decide again')
    await untilText(page, 'Served then, and answered now')
    const rows = await page.evaluate<string[]>(`[...document.querySelectorAll('tr.different th')].map(cell => cell.textContent)`)
    assert.deepEqual(rows, ['n', 'score'])
  })

  test('a chart has a range, which is in the address, and the starts of the run', async () => {
    const page = await openPage('')
    await untilText(page, 'Rates, since this page was opened')
    await click(page, '1h')
    await untilText(page, 'Rates, last hour')
    await until(page, `document.querySelector('.legend')`)
    await page.send('Emulation.setTimezoneOverride', { timezoneId: 'Asia/Tokyo' })
    await page.open(`${run.url}/ui?range=1h`)
    await until(page, `/\\d UTC/.test(document.querySelector('.legend')?.innerText)`)
    const [shown] = await page.evaluate<string[]>(`document.querySelector('.legend').innerText.match(/\\d\\d:\\d\\d:\\d\\d(?= UTC)/)`)
    const hourMs = 3_600_000
    const day = new Date().toISOString().slice(0, 10)
    const distance = Math.abs(Date.parse(`${day}T${shown}Z`) - Date.now())
    assert.ok(Math.min(distance, 24 * hourMs - distance) <= hourMs, `${shown} is no time of the last hour in UTC`)
    assert.equal(await page.evaluate('location.search'), '?range=1h')
    await page.open(`${run.url}/ui/sources/payments?range=6h`)
    await untilText(page, 'Rates, last 6 hours')
    assert.equal(await page.evaluate(`document.querySelector('[aria-pressed=true]').textContent`), '6h')
    // Of six hours the interval in which the run has started is shown once it has ended.
    await page.open(`${run.url}/ui/sources/payments?range=1h`)
    await page.evaluate(recordDashes)
    await until(page, `['Rates', 'Delay'].every(name => dashed.some(label => label.startsWith(name)))`)
  })

  test('a source has the lag of each partition, the furthest behind first', async () => {
    const page = await openPage('/sources')
    await untilText(page, 'Duplicates')
    const lagOf = (partition: string, ms: number) => ({ partition, verdict: 'WARN', lag: ms / 10, age: { ms, basis: 'at-least' } })
    const lag = { readers: [{ reader: 'kafka:payments', unit: 'records', partitions: [lagOf('0', 1000), lagOf('1', 12_000)] }] }
    await page.evaluate(`{
      const send = window.fetch
      window.fetch = (path, options) =>
        path.endsWith('/sources/payments/lag') ? Promise.resolve(Response.json(${JSON.stringify(lag)})) : send(path, options)
    }`)
    await click(page, 'payments')
    const rows = `[...document.querySelectorAll('#partitions + table tbody tr')].map(row => [...row.cells].map(cell => cell.innerText).join(' '))`
    await until(page, `${rows}.length === 2`)
    assert.deepEqual(await page.evaluate(rows), [
      'kafka:payments 1 1,200 records at least 12 s — falls behind',
      'kafka:payments 0 100 records at least 1 s — falls behind',
    ])
  })

  test('a batch run and a reconciliation are started', async () => {
    const page = await openPage('/runs')
    await click(page, 'Start batch run of card_usual')
    await until(page, `/batch run \\w+, number \\d+: done, /.test(document.body.innerText)`)
    await click(page, 'Reconcile now')
    await untilText(page, 'reconciliation, number 1: done, ')
  })

  test('a token signs in, roles hide pages and changes, and a revoked token signs out with the reason', async () => {
    const data = scratchFolder('dashboard-tokens')
    const token = addToken(data, 'ann', ['read'], 0)
    const guarded = await serveDashboard(data, { tokens: true })
    const page = await openPage('/actions', 1280, guarded.url)
    await fill(page, 'Token', 'spw_wrong')
    await click(page, 'Sign in')
    await untilText(page, 'there is no such token')
    assert.deepEqual(
      page.complaints.filter(complaint => !complaint.includes('401')),
      [],
    )
    await page.evaluate(axe)
    assert.deepEqual(await page.evaluate(violations), [])
    await fill(page, 'Token', token)
    await click(page, 'Sign in')
    await untilText(page, 'webhook')
    assert.equal(await page.evaluate('document.cookie'), '', 'no script can read the session')
    const names = await page.evaluate<string>(`document.querySelector('nav').innerText`)
    assert.doesNotMatch(names, /Dead letters/)
    assert.equal(await page.evaluate<number>(`fetch('/flow/dead-letters').then(({ status }) => status)`), 403)
    revokeToken(data, 'ann')
    await untilText(page, 'the session has ended: its token was revoked')
    await guarded.close()
  })
})
