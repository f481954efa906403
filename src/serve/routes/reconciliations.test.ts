import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { busyShop, openBusyShop } from '../../../test/serve/busy-shop.ts'
import { reconcileInThread } from '../../reconcile/reconcile-job.ts'
import type { ReconciliationRecord } from '../../reconcile/reconciliation-ledger.ts'
import { ReconcileScheduler } from '../../reconcile/reconcile-scheduler.ts'
import type { ReconcileReport } from '../../reconcile/reconcile-report.ts'

const HOUR = 3_600_000

const shop = await openBusyShop('reconciliations')
after(() => shop.close())
const { app, folder, metric } = shop

test('without a reconciliation, lists and metrics are empty', async () => {
  assert.deepEqual((await app.inject('/reconciliations')).json(), { reconciliations: [] })
  assert.equal((await app.inject('/reconciliations/1')).statusCode, 404)
  assert.deepEqual(await metric('spillway_reconcile_values_total'), ['spillway_reconcile_values_total 0'])
})

test('reconciliations in a thread beside the run are listed, returned with their report, and counted', async () => {
  const at = Date.now()
  // The second event is older than the first: the window of the first would include it.
  const payload = [at, at - 1000].map(time => ({ card: 'c', at: time }))
  for (const event of payload)
    assert.equal((await app.inject({ method: 'POST', url: '/sources/payments/events', payload: event })).statusCode, 200)
  let clock = HOUR + 1
  const lines: string[] = []
  const reconciling = new ReconcileScheduler({
    pipeline: busyShop,
    store: folder.store,
    schedule: { kind: 'interval', every: HOUR, phase: 0 },
    clock: () => clock,
    compute: reconcileInThread(folder.path),
    onReport: text => void lines.push(text),
  })
  for (const expected of [2, 0]) {
    clock += HOUR
    reconciling.tick()
    await reconciling.idle()
    const { reconciliations } = (await app.inject('/reconciliations')).json<{ reconciliations: ReconciliationRecord[] }>()
    assert.deepEqual([reconciliations.at(-1)?.state, reconciliations.at(-1)?.done?.decisions, lines], ['done', expected, []])
  }
  const first = (await app.inject('/reconciliations/1')).json<ReconciliationRecord & { report: ReconcileReport }>()
  assert.deepEqual([first.done?.upTo, first.report.inputs[0].corrected.reasons], [{ busy: 2 }, { late: 1 }])
  assert.deepEqual(await metric('spillway_reconcile_values_total'), ['spillway_reconcile_values_total 2'])
  assert.deepEqual(await metric('spillway_reconcile_differing_total'), [
    'spillway_reconcile_differing_total{basis="corrected",cause="late"} 1',
  ])
  assert.deepEqual(await metric('spillway_reconcile_unexplained'), ['spillway_reconcile_unexplained 0'])
  assert.deepEqual(await metric('spillway_reconcile_last_seconds'), [`spillway_reconcile_last_seconds ${clock / 1000}`])
  assert.equal((await metric('spillway_reconcile_duration_seconds')).length, 1)
})

test('a stopped reconciliation ends by itself, and starts again', async () => {
  let clock = 5 * HOUR + 1
  const reconciling = new ReconcileScheduler({
    pipeline: busyShop,
    store: folder.store,
    schedule: { kind: 'interval', every: HOUR, phase: 0 },
    clock: () => clock,
    compute: reconcileInThread(folder.path),
    onReport: () => assert.fail('a stop is nothing to report'),
  })
  clock += HOUR
  reconciling.tick()
  await reconciling.stop()
  const { reconciliations } = (await app.inject('/reconciliations')).json<{ reconciliations: ReconciliationRecord[] }>()
  // It may have ended before the stop reached it.
  assert.ok(['broken off', 'done'].includes(reconciliations.at(-1)!.state))
})
