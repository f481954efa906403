import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { shop } from '../../../test/serve/shop.ts'
import { AlertChanges } from '../../monitor/alerts/alert-changes.ts'
import { LiveRun } from '../../run/loop/live-run.ts'
import { serve } from '../server.ts'

test('answers of the probes do not count as answers, also while the run accepts nothing', async () => {
  const data = scratchFolder('health')
  const live = await LiveRun.open(shop, data)
  const counted: number[] = []
  const countResponse = (status: number) => void counted.push(status)
  const monitor = {
    countResponse,
    subscribe: () => () => {},
    alerts: [],
    burnRates: [],
    summaryNow: () => '',
    receivers: [],
    lags: [],
    changes: new AlertChanges(0),
  }
  const app = serve({ run: live.run, pipeline: shop, data, monitor })
  await app.ready()
  const statusOf = async (url: string) => (await app.inject({ url })).statusCode
  try {
    assert.deepEqual([await statusOf('/healthz'), await statusOf('/readyz')], [200, 200])
    await live.stop()
    assert.deepEqual([await statusOf('/healthz'), await statusOf('/readyz')], [200, 503])
    assert.deepEqual(counted, [])
    assert.equal(await statusOf('/openapi.json'), 200)
    assert.deepEqual(counted, [200])
  } finally {
    await app.close()
  }
})
