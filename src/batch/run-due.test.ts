import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../base/limits.ts'
import { batch, entity, count, features, hybrid, pipeline, source, stream, t } from '../index.ts'
import { groupCode } from './group-definition.ts'
import type { BatchRunRecord } from './ledger.ts'
import { batchRunDueOf } from './run-due.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const card = entity('card', t.string())
const payments = source('payments', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const group = (name: string, place: ReturnType<typeof batch>) =>
  features(name, { from: payments, entity: card, place, values: () => ({ n: count('1d') }) })
const { ir } = pipeline('shop', [
  group('nightly', batch('0 2 * * *', { lasts: '20m' })),
  group('layered', hybrid('0 2 * * *')),
  group('now', stream),
])
const [nightly, layered, now] = ir.groups
const midnight = Date.UTC(2026, 0, 10)
const due = midnight + 2 * HOUR

const run = (of: typeof nightly, values: Partial<BatchRunRecord>): BatchRunRecord => ({
  number: 1,
  group: of.name,
  why: 'schedule',
  state: 'done',
  s: due - DAY,
  cut: 1,
  code: groupCode(of, ir.sources[0]),
  schema: 1,
  began: due - DAY,
  ended: due - DAY + 2000,
  swapped: 5,
  swappedAt: due - DAY + 2000,
  ...values,
})

test('a result is overdue after the stated duration and a grace, until it is in use', () => {
  const dueOf = batchRunDueOf(nightly, ir.sources[0])!
  const allowedMs = 20 * 60_000 + limits.BATCH_RUN_GRACE_MS
  const yesterday = run(nightly, {})
  assert.deepEqual(dueOf([yesterday], due + allowedMs - 1), { group: 'nightly', due, next: due + DAY, allowedMs, isOverdue: false })
  assert.equal(dueOf([yesterday], due + allowedMs).isOverdue, true)
  assert.equal(dueOf([yesterday, run(nightly, { s: due })], due + allowedMs).isOverdue, false)
  assert.equal(dueOf([], due + allowedMs).isOverdue, false, 'without events of its source a group has no runs')
  assert.equal(dueOf([run(nightly, { s: due, code: 'other' }), yesterday], due + allowedMs).isOverdue, true, 'of another definition')
  const putBack = [run(nightly, { s: due }), run(nightly, { s: due, code: 'other', swapped: 9 })]
  assert.equal(dueOf(putBack, due + allowedMs).isOverdue, true, 'a definition that was put back has no values')
  assert.equal(dueOf([yesterday], due - 1).due, due - DAY)
})

test('without a stated duration twice the longest run is allowed', () => {
  const dueOf = batchRunDueOf(layered, ir.sources[0])!
  const grace = limits.BATCH_RUN_GRACE_MS
  assert.equal(dueOf([run(layered, {})], due).allowedMs, limits.BATCH_RUN_USUAL_MS_MIN + grace)
  assert.equal(dueOf([run(layered, { ended: due - DAY + HOUR })], due).allowedMs, 2 * HOUR + grace)
  assert.equal(batchRunDueOf(now, ir.sources[0]), undefined)
})
