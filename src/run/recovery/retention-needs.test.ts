import assert from 'node:assert/strict'
import { test } from 'node:test'
import { action, count, entity, features, linear, model, on, pipeline, source, stdout, stream, t } from '../../index.ts'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { limits } from '../../base/limits.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { logStartOf } from '../../log/named-values.ts'
import { Run } from '../loop/run.ts'
import { checkRetention, retentionMs } from './retention.ts'

const HOUR = 3_600_000
const card = entity('card', t.string())
const payments = source('payments', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const risk = model('risk', {
  decide: on(payments),
  inputs: p => ({ n: now.of(p.card).n }),
  score: linear({ intercept: 0, weights: { n: 1 } }),
})
const note = action('note', { when: risk.score.gte(1), do: stdout() })
const page = action('page', { when: risk.score.gte(2), cooldown: '3h', do: stdout() })
const { ir } = pipeline('shop', [note, page])

test('a cooldown needs the effects of its time', () => {
  assert.equal(retentionMs(ir, HOUR), 3 * HOUR)
  assert.equal(retentionMs(ir, 5 * HOUR), 5 * HOUR)
})

test('a log that has forgotten what a cooldown needs is rejected, and names the action', () => {
  const start = { entry: 7, arrival: 10 * HOUR }
  assert.throws(() => checkRetention(ir, start, 13 * HOUR), {
    code: 'SPILL_UNSUPPORTED',
    message: /^cooldown of action 'page' is 3h, and the log has forgotten what arrived up to 1970-01-01T10:00:00\.000Z/,
  })
  checkRetention(ir, start, 13 * HOUR + 1)
  checkRetention(ir, { entry: 0, arrival: -Infinity }, 0)
})

test('a segment with more entries than are forgotten at a time is forgotten at once', async () => {
  const shop = pipeline('shop', [risk])
  const store = new ModelStore(undefined, true)
  let clock = 0
  const run = new Run(shop, { store, clock: () => clock, keep: retentionMs(shop.ir, 1) })
  const entries = limits.FORGET_ENTRIES + 1
  await run.submit('payments', recordBatchOf(Array.from({ length: entries }, () => ({ card: 'c', at: 0 }))))
  for (let hour = 2; hour < 6; hour++) {
    clock = hour * HOUR
    await run.submit('payments', recordBatchOf([{ card: 'c', at: clock }]))
  }
  await run.stop()
  assert.equal(store.segments[0].first, logStartOf(store).entry)
  assert.ok(logStartOf(store).entry >= entries, String(logStartOf(store).entry))
})
