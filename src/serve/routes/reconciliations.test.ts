import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { busyShop, openBusyShop } from '../../../test/serve/busy-shop.ts'
import { untilAborted } from '../../../test/serve/endless-jobs.ts'
import { posted } from '../../../test/serve/shop.ts'
import { pause } from '../../base/clock.ts'
import { reconcileInThread, type ReconcileInThread } from '../../reconcile/reconcile-job.ts'
import { reconciliationsIn, type ReconciliationRecord } from '../../reconcile/reconciliation-ledger.ts'
import { RECONCILIATION_JOB, ReconcileScheduler } from '../../reconcile/reconcile-scheduler.ts'
import type { ReconcileReport } from '../../reconcile/reconcile-report.ts'
import { operatorLogPath } from '../../operate/control/operator-log.ts'
import { openRunControl } from '../../operate/control/serve-control.ts'
import { startReconciliations } from '../../runner/reconciliations.ts'
import { serve } from '../server.ts'

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

test('a reconciliation is started by the role operate, and answered when it has ended; requests meanwhile share the next one', async () => {
  const at = Date.now()
  assert.equal((await app.inject({ method: 'POST', url: '/sources/payments/events', payload: { card: 'd', at } })).statusCode, 200)
  const listed = async () => (await app.inject('/reconciliations')).json<{ reconciliations: ReconciliationRecord[] }>().reconciliations
  const { number: last } = (await listed()).at(-1)!
  const reconciliations = startReconciliations(busyShop, folder, { onReport: report => assert.fail(report) })
  const guarded = serve({
    run: shop.run,
    pipeline: busyShop,
    data: shop.data,
    reconcile: reconciliations.request,
    authorize: ({ headers }, role) => role === 'read' || headers['x-user'] === 'ann',
  })
  const start = (user: string) => guarded.inject({ method: 'POST', url: '/reconciliations', headers: { 'x-user': user } })
  const rejected = await start('bob')
  assert.deepEqual([rejected.statusCode, rejected.json<{ code: string }>().code], [403, 'SPILL_ROLE'])
  assert.equal((await listed()).at(-1)!.number, last)
  const answers = await Promise.all([start('ann'), start('ann'), start('ann')])
  const records = answers.map(answer => answer.json<ReconciliationRecord>())
  assert.deepEqual(
    records.map(({ number, why, state, done }, i) => [answers[i].statusCode, number - last, why, state, done?.unexplained]),
    [1, 2, 2].map(number => [200, number, 'demand', 'done', 0]),
  )
  assert.ok(records[0].done!.decisions > 0 && records[1].done!.decisions === 0)
  assert.deepEqual((await listed()).slice(-2), records.slice(0, 2))
  const line = `"operator":"http","command":"reconcile now","target":"shop","outcome":"done","detail":"reconciliation ${last + 1}"`
  assert.ok(readFileSync(operatorLogPath(shop.data), 'utf8').includes(line))
  await guarded.close()
  await reconciliations.stop()
})

test('a cancel with a number leaves the requests for the reconciliation after it', async () => {
  const begun = Promise.withResolvers<void>()
  let compute: ReconcileInThread = (_job, signal) => {
    compute = reconcileInThread(folder.path)
    begun.resolve()
    return untilAborted(signal)
  }
  const reconciling = new ReconcileScheduler({
    pipeline: busyShop,
    store: folder.store,
    schedule: undefined,
    clock: Date.now,
    compute: (job, signal) => compute(job, signal),
    onReport: report => assert.fail(report),
  })
  const control = openRunControl({
    run: shop.run,
    pipeline: busyShop,
    data: shop.data,
    cancelReconciliation: options => reconciling.cancel(RECONCILIATION_JOB, options),
  })
  const server = serve({ run: shop.run, pipeline: busyShop, data: shop.data, control, reconcile: () => reconciling.reconcile() })
  const first = posted(server, '/reconciliations', {})
  await begun.promise
  const { number } = reconciliationsIn(folder.store).at(-1)!
  const waiting = [posted(server, '/reconciliations', {}), posted(server, '/reconciliations', {})]
  while (reconciling.requestTime(RECONCILIATION_JOB) === undefined) await pause(1)
  const cancelled = await posted(server, '/jobs/cancel', { kind: 'reconciliation', number })
  assert.deepEqual([cancelled.statusCode, (await first).statusCode], [200, 409])
  reconciling.tick()
  const answers = (await Promise.all(waiting)).map(answer => [answer.statusCode, answer.json<ReconciliationRecord>().number])
  assert.deepEqual(answers, [
    [200, number + 1],
    [200, number + 1],
  ])
  await server.close()
  control.close()
})

test('a server that starts no reconciliations says so', async () => {
  const answer = await app.inject({ method: 'POST', url: '/reconciliations' })
  assert.deepEqual([answer.statusCode, answer.json<{ code: string }>().code], [400, 'SPILL_UNSUPPORTED'])
})
