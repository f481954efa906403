/** The page of alerts in Chromium: a receiver that is down is one page, which a person acknowledges, resolves and judges. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, describe, test } from 'node:test'
import { openActionDestinations } from '../../src/action/open-destinations.ts'
import { action, pipeline } from '../../src/index.ts'
import { recordBatchOf } from '../../src/intake/record-batch.ts'
import { RunMonitor } from '../../src/monitor/run-monitor.ts'
import { serveRunControl } from '../../src/operate/control/serve-control.ts'
import { LiveRun } from '../../src/run/loop/live-run.ts'
import { CommitFeed } from '../../src/serve/events/journal.ts'
import { serve } from '../../src/serve/server.ts'
import { scratchFolder } from '../scratch.ts'
import { fraud, pay, payments, start } from '../serve/shop.ts'
import { Browser, type Page } from './browser.ts'
import { click, fill, until, untilText } from './dashboard-run.ts'
import { contrasts, outside } from './look.ts'
import { browserProgram } from './program.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const violations = `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`

const program = browserProgram()
const skip = program ? false : 'there is no Chromium, and npm test could bring none'

const block = action('block', {
  when: fraud.score.gte(0.5),
  do: () => {
    throw new Error('the receiver is down')
  },
})
const telling = pipeline('telling', [block])

/** A run whose receiver has been down for a minute of its own clock, with a server. */
async function serveOutage() {
  const data = scratchFolder('dashboard-alerts')
  let now = start
  const clock = () => now
  const live = await LiveRun.open(telling, data, { clock, sendings: await openActionDestinations(telling, {}) })
  const onReport = (report: string) => assert.fail(report)
  const monitor = RunMonitor.start(live, {
    pipeline: telling,
    data,
    clock,
    after: () => ({ stop: () => {} }),
    receivers: [],
    onReport,
  })
  const control = await serveRunControl(live, { pipeline: telling, data, editAlert: monitor.editAlert, onReport })
  const app = serve({ run: live.run, pipeline: telling, data, feed: new CommitFeed(), monitor, control, clock })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  await live.run.submit(payments.name, recordBatchOf(Array.from({ length: 12 }, (_, i) => pay(i, `c${i}`, '200'))))
  await live.whenIdle()
  for (let i = 0; i < 10; i++) {
    now += 10_000
    await monitor.sample()
  }
  return {
    url,
    monitor,
    now: clock,
    close: async () => {
      app.server.closeAllConnections()
      await app.close()
      await live.stop()
    },
  }
}

describe('the page of alerts', { skip, timeout: 120_000 }, () => {
  let browser: Browser
  let run: Awaited<ReturnType<typeof serveOutage>>
  before(async () => {
    browser = new Browser(program!)
    run = await serveOutage()
  })
  after(async () => {
    await browser.close()
    await run.close()
  })

  async function openPage(path: string): Promise<Page> {
    const page = await browser.page()
    await page.resize(1280)
    await page.open(`${run.url}/ui${path}`)
    return page
  }

  test('an alert is on the overview, with what it reaches and what becomes of it, marks its card, and leads to its effects', async () => {
    const page = await openPage('')
    await untilText(page, "the receiver of action 'block' has taken none")
    await untilText(page, 'Reaches action block. First: look at effects of block. Once it is mended: Pending effects are sent again')
    await until(page, `document.querySelector('.card.trouble-bad .mark')?.textContent === 'act now'`)
    await click(page, 'act now')
    await until(page, `location.pathname + location.search === '/ui/actions?action=block'`)
  })

  test('no broken rule and nothing cut off, light and dark, at a desk and on a phone', async () => {
    const page = await openPage('/alerts')
    await untilText(page, 'Reaches action block')
    await untilText(page, 'of attempts succeed')
    assert.deepEqual(page.complaints, [])
    await page.evaluate(axe)
    for (const scheme of ['light', 'dark'] as const)
      for (const width of [1280, 360]) {
        await page.resize(width)
        await page.as({ scheme })
        await untilText(page, 'Reaches action block')
        assert.deepEqual(await page.evaluate(violations), [], `${scheme} at ${width} px`)
        assert.deepEqual(await page.evaluate(outside), [], `${scheme} at ${width} px`)
        assert.deepEqual((await page.evaluate<{ low: string[] }>(contrasts(4.5))).low, [])
      }
  })

  test('objectives show their burn rates, and too few events', async () => {
    const page = await openPage('/alerts')
    const rows = `[...document.querySelectorAll('#objectives ~ table tbody tr')].map(row => row.textContent)`
    await until(page, `${rows}.some(text => text.startsWith('effects of block90 % of attempts succeed10× in 6 h'))`)
    await untilText(page, 'not enough events to tell: no events in 3 d')
  })

  test('the navigation counts what fires', async () => {
    const page = await openPage('/decisions')
    await until(page, `document.querySelector('#pages .count')?.textContent === '1'`)
  })

  test('a person silences it for an hour, with a note', async () => {
    const page = await openPage('/alerts')
    await fill(page, 'Note', 'until the provider answers')
    await click(page, 'Silence 1 h')
    await untilText(page, 'Silenced for an hour.')
    const { silenced } = run.monitor.alerts.find(({ state }) => state === 'firing')!
    assert.deepEqual([silenced?.until, silenced?.by, silenced?.note], [run.now() + 3_600_000, 'http', 'until the provider answers'])
  })

  test('a person acknowledges it with a note, resolves it, and records that it was worth the call', async () => {
    const page = await openPage('/alerts')
    await fill(page, 'Note', 'the provider knows')
    await click(page, 'Acknowledge')
    await untilText(page, 'acknowledged by http: the provider knows')
    await until(page, `[...document.querySelectorAll('button')].find(button => button.textContent === 'Acknowledge').disabled`)
    await click(page, 'Resolve')
    await untilText(page, 'No alert fires.')
    await click(page, 'acted')
    await untilText(page, 'Recorded as acted.')
    await until(page, `[...document.querySelectorAll('#weeks + table td')].map(cell => cell.textContent).join(' ') === '1 0 1 0 0'`)
  })

  test('a change shows at once, without waiting for the next reading', async () => {
    const page = await openPage('/alerts')
    const reads = `performance.getEntriesByType('resource').filter(({ name }) => name.includes('/alerts?limit')).length`
    await untilText(page, 'Resolved (UTC)')
    // Without the stream it would be read again meanwhile.
    await page.evaluate('new Promise(resolve => setTimeout(resolve, 7000))')
    const before = await page.evaluate<number>(reads)
    await page.evaluate('new Promise(resolve => setTimeout(resolve, 7000))')
    assert.equal(await page.evaluate<number>(reads), before, 'nothing is read while nothing changes')
    await run.monitor.editAlert({ id: 'effects-block-1', change: 'resolve', outcome: 'noise', minutes: 7 }, 'ann')
    await untilText(page, 'noise, 7 min, by ann')
    assert.equal(await page.evaluate<number>(reads), before + 1)
    assert.deepEqual(page.complaints, [])
  })
})
