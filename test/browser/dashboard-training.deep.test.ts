/** A model in the dashboard, from its history to its champion: a person trains it, promotes the version, and rolls it back. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { recordBatchOf } from '../../src/intake/record-batch.ts'
import { serveRunControl } from '../../src/operate/control/serve-control.ts'
import { LiveRun } from '../../src/run/loop/live-run.ts'
import { CommitFeed } from '../../src/serve/events/journal.ts'
import { serve } from '../../src/serve/server.ts'
import { scratchFolder } from '../scratch.ts'
import { DAY, fraudHistory, fraudPipeline } from '../training/fraud-pipeline.ts'
import { Browser } from './browser.ts'
import { click, until, untilText } from './dashboard-run.ts'
import { browserProgram } from './program.ts'

const program = browserProgram()
const skip = program ? false : 'there is no Chromium, and npm test could bring none'

const shop = fraudPipeline({ algorithm: 'logistic' }, { own: true })
const HISTORY_DAYS = 14

/** A run that has read two weeks of payments and chargebacks, a day at a time, with a server. */
async function serveHistory() {
  const data = scratchFolder('dashboard-training')
  const { payments, chargebacks } = fraudHistory(HISTORY_DAYS * 24)
  let now = payments[0].at
  const live = await LiveRun.open(shop, data, { clock: () => now })
  const control = await serveRunControl(live, { pipeline: shop, data, onReport: report => assert.fail(report) })
  const app = serve({ run: live.run, pipeline: shop, data, feed: new CommitFeed(), control })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  for (; now <= payments.at(-1)!.at; now += DAY)
    for (const [name, rows] of Object.entries({ payments, chargebacks }))
      await live.run.submit(name, recordBatchOf(rows.filter(({ at }) => at <= now && at > now - DAY)))
  return {
    url,
    close: async () => {
      app.server.closeAllConnections()
      await app.close()
      await live.stop()
    },
  }
}

describe('the page of a trained model', { skip, timeout: 120_000 }, () => {
  let browser: Browser
  let run: Awaited<ReturnType<typeof serveHistory>>
  before(async () => {
    browser = new Browser(program!)
    run = await serveHistory()
  })
  after(async () => {
    await browser.close()
    await run.close()
  })

  const scores = async () => {
    const answer = await fetch(`${run.url}/models`)
    return ((await answer.json()) as { models: { scores: number; versions: { number: number; why: string }[] }[] }).models[0]
  }

  test('a version is trained now, decides once it is promoted, and no longer once it is rolled back', async () => {
    const page = await browser.page()
    await page.resize(1280)
    await page.open(`${run.url}/ui/models/fraud`)
    await untilText(page, 'No version is trained yet.')
    await click(page, 'Train now')
    await untilText(page, 'Trained version 1: candidate')
    const trained = await scores()
    assert.deepEqual([trained.scores, trained.versions.map(({ number, why }) => [number, why])], [0, [[1, 'demand']]])
    await click(page, 'Promote version 1')
    await untilText(page, 'From now on version 1 decides.')
    await untilText(page, '1 champion')
    assert.equal((await scores()).scores, 1)
    await click(page, 'Roll back')
    await until(page, `/From now on the definition's score .* decides/.test(document.body.innerText)`)
    assert.equal((await scores()).scores, 0)
    assert.deepEqual(page.complaints, [])
  })
})
