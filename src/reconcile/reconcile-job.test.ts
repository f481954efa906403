import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { count, entity, features, linear, model, on, pipeline, source, stream, t } from '../index.ts'
import { recordBatchOf } from '../intake/record-batch.ts'
import { openDataFolder, type DataFolder } from '../log/sqlite/data-folder.ts'
import { LiveRun } from '../run/loop/live-run.ts'
import { reconcileInThread, type ReconcileJob } from './reconcile-job.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const busy = model('busy', { decide: on(payments), inputs: p => now.of(p.card), score: linear({ intercept: 0, weights: { n: 1 } }) })
const shop = pipeline('shop', [busy])
const job: ReconcileJob = {
  pipeline: { ir: shop.ir, fingerprint: shop.fingerprint },
  from: {},
  decisions: 1000,
  ms: 600_000,
}
const going = new AbortController().signal

let data: string
let folder: DataFolder
let running: LiveRun
before(async () => {
  data = scratchFolder('job')
  folder = await openDataFolder(data)
  running = await LiveRun.inFolder(folder, shop)
  // Three turns make three decision batches; the second has two decisions.
  for (const events of [1, 2, 1])
    await running.run.submit('payments', recordBatchOf(Array.from({ length: events }, (_, i) => ({ card: `c${i}`, at: Date.now() }))))
})
after(async () => {
  await running.stop()
})

test('the next reconciliation continues with the rest; no decision is left out or compared twice', async () => {
  const results: [decisions: number, upTo: number][] = []
  for (let upTo = 0; upTo < 4;) {
    const report = await reconcileInThread(folder.path)({ ...job, decisions: 1, from: { busy: upTo } }, going)
    assert.ok(report.sound)
    results.push([report.decisions, report.upTo['busy']])
    upTo = report.upTo['busy']
  }
  assert.deepEqual(results, [
    [1, 1],
    [2, 3],
    [1, 4],
  ])
  const none = await reconcileInThread(folder.path)({ ...job, from: { busy: 4 } }, going)
  assert.deepEqual([none.decisions, none.upTo], [0, { busy: 4 }])
})

test('reports a log that takes longer to read than the limit, with the name of the limit', async () => {
  await assert.rejects(reconcileInThread(folder.path)({ ...job, ms: -1 }, going), { code: 'SPILL_LIMIT', message: /RECONCILE_MS_MAX/ })
})

test('reports that it was stopped', async () => {
  await assert.rejects(reconcileInThread(folder.path)(job, AbortSignal.abort()), { code: 'SPILL_STOPPED' })
})

test('reports a failure with its code', async () => {
  await assert.rejects(reconcileInThread(join(data, 'no.db'))(job, going), Error)
})
