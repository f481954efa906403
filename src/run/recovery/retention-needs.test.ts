import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { paymentCount } from '../../../test/payment-count.ts'
import { action, pipeline, stdout } from '../../index.ts'
import { limits } from '../../base/limits.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { logStartOf } from '../../log/named-values.ts'
import { Run } from '../loop/run.ts'
import { checkRetention, retentionMs } from './retention.ts'

const HOUR = 3_600_000
const note = action('note', { when: paymentCount.score.gte(1), do: stdout() })
const page = action('page', { when: paymentCount.score.gte(2), cooldown: '3h', do: stdout() })
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
  const shop = pipeline('shop', [paymentCount])
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
