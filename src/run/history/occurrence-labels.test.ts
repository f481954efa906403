/** `happens` and `doesNotHappen` on recorded decisions: labels, metrics and trainings of a run equal the oracle over random histories. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DrivenRun } from '../../../test/batch/driven-run.ts'
import { labels } from '../../../test/oracle/oracle.ts'
import { Draw } from '../../../test/property/generate/draw.ts'
import { Strings } from '../../columns/strings.ts'
import type { LoggedEvent } from '../../define/source/source.ts'
import { count, doesNotHappen, entity, every, features, happens, linear, model, on, pipeline, source, stream, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/ir.ts'
import { decodeDecisions } from '../decide/decision-codec.ts'
import { trainFromLog } from '../jobs/training-job.ts'
import { recordedLabels } from './recorded-labels.ts'
import { newestSettledMetric } from './settled-metrics.ts'

const MINUTE = 60_000
const SEEDS = 8
/** Length of a history, minutes. */
const END = 480

const cart = entity('cart', t.string())
const visits = source('visits', { schema: { cart, at: t.timestamp() }, key: 'cart', time: 'at' })
const orders = source('orders', {
  schema: { cart, number: t.int(), amount: t.int().nullable(), gone: t.bool().nullable(), at: t.timestamp() },
  key: 'cart',
  time: 'at',
  allowedLateness: '5m',
  identity: ['number'],
  revisable: '1d',
  deleted: 'gone',
})
const now = features('now', { from: visits, entity: cart, place: stream, values: () => ({ n: count('1h') }) })
const score = linear({ intercept: 0, weights: { n: 1 } })
const shop = pipeline('shop', [
  model('orders', {
    decide: on(visits),
    inputs: v => ({ n: now.of(v.cart).n }),
    score,
    label: happens(orders, { by: 'cart', within: '20m', where: o => o.amount.gt(3) }),
    train: { algorithm: 'logistic' },
  }),
  model('abandoned', {
    decide: every('7m', cart, { live: '30m' }),
    inputs: c => ({ n: now.of(c.cart).n }),
    score,
    label: doesNotHappen(orders, { by: 'cart', within: '15m', lateness: '0s' }),
    train: { algorithm: 'logistic' },
  }),
])

/** A run with late, revised and deleted orders, and its log in order. */
async function lived(draw: Draw): Promise<{ driven: DrivenRun; log: LoggedEvent[] }> {
  const driven = new DrivenRun(shop, { now: 0, turns: 1 })
  const log: LoggedEvent[] = []
  for (let minute = 0; minute <= END; minute += draw.pick([0, 1, 1, 2, 5])) {
    // Never at a tick, behind which an event of its time would be stamped later.
    const arrival = (minute + 0.5) * MINUTE
    await driven.to(arrival)
    const late = draw.pick([0, 0, 0, 1, 5, 6, 12]) * MINUTE
    const row = draw.chance(0.6)
      ? { cart: draw.pick(['a', 'b', 'c']), at: arrival }
      : {
          cart: draw.pick(['a', 'b', 'c']),
          number: draw.between(1, 12),
          amount: draw.pick([null, 2, 3, 4, 5]),
          gone: draw.chance(0.1),
          at: Math.max(0, arrival - late),
        }
    const name = 'number' in row ? 'orders' : 'visits'
    const { accepted } = await driven.run.submit(name, recordBatchOf([row]))
    if (accepted === 0) continue
    log.push({ source: name, partition: 0, offset: log.filter(event => event.source === name).length, arrival, time: row.at, row })
  }
  return { driven, log }
}

const oracleLabels = (ir: PipelineIR, of: ModelIR, log: readonly LoggedEvent[], at: number) => labels({ ...ir, models: [of] }, log, at)

test('recorded labels, settled metrics and training sets of a run are those of the oracle', async () => {
  const counts = new Map<string, number>()
  for (let seed = 1; seed <= SEEDS; seed++) {
    const draw = new Draw(seed)
    const { driven, log } = await lived(draw)
    const { store } = driven
    for (const of of shop.ir.models)
      for (const at of [log.at(-1)!.arrival, 240 * MINUTE, (END + 30) * MINUTE]) {
        const strings = new Strings()
        const batches = [...store.decisionsFrom(of.name, 0)].map(({ bytes }) => {
          const { keys: key, ids: id, ...rest } = decodeDecisions(bytes, strings)
          return { ...rest, key, id }
        })
        const { labels: recorded } = recordedLabels(shop.ir, of, store, batches, strings, at)
        const expected = oracleLabels(shop.ir, of, log, at)
        const actual = expected.map((_, i) => ({
          label: recorded.known[i] === 1 ? recorded.value[i] === 1 : 'unknown',
          outcome: Number.isNaN(recorded.outcome[i]) ? undefined : recorded.outcome[i],
          late: recorded.late[i],
        }))
        const context = `seed ${seed}, model '${of.name}', as known at ${at / MINUTE} min`
        assert.deepEqual(
          actual,
          expected.map(({ label, outcome, late }) => ({ label, outcome, late })),
          context,
        )
        for (const { label, late } of expected) {
          const name = `${of.name} ${label}${late > 0 ? ' late' : ''}`
          counts.set(name, (counts.get(name) ?? 0) + 1)
        }
        // `at` is that long after the last settled decision: `within`, and `lateness`.
        const horizon = (of.name === 'orders' ? 20 + 5 : 15) * MINUTE
        const settled = expected.filter(({ t }) => t <= at - horizon)
        const metric = newestSettledMetric(shop.ir, of, store, { metric: 'auc', bound: 0, since: at, at })
        assert.equal(metric.rows, settled.length, context)
        if (at !== log.at(-1)!.arrival) continue
        const job = { ir: shop.ir, model: of.name, at, cut: driven.run.end, champion: undefined }
        const { report } = await trainFromLog(store, job)
        const positive = settled.filter(({ label }) => label === true).length
        assert.deepEqual(
          [report.set.rows, report.set.positive, report.set.negative],
          [settled.length, positive, settled.length - positive],
          context,
        )
      }
    await driven.run.stop()
  }
  const kinds = ['true', 'false', 'unknown'].flatMap(label => ['orders', 'abandoned'].map(name => `${name} ${label}`))
  for (const kind of [...kinds, 'orders false late', 'abandoned true late'])
    assert.ok((counts.get(kind) ?? 0) > 10, `only ${counts.get(kind) ?? 0} labels were '${kind}'`)
})
