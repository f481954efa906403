/**
 * Batch runs are rebuilt from the positions that decisions recorded, like all values. Events that a run did not know yet make a stale
 * batch.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { computeHere } from '../../test/batch/compute-here.ts'
import { ModelStore } from '../../test/crash/model-store.ts'
import { folderOf } from '../../test/reconcile/folder.ts'
import { pause } from '../base/clock.ts'
import { batch, count, entity, every, features, hybrid, linear, model, on, pipeline, source, stream, t } from '../index.ts'
import { recordBatchOf } from '../intake/record-batch.ts'
import { Run } from '../run/loop/run.ts'
import { reconcile } from './reconcile.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, amount: t.double(), at: t.timestamp() }, key: 'card', time: 'at' })
const of = { from: payments, entity: card } as const
const usual = features('usual', {
  ...of,
  place: batch(every('1m'), { lasts: '0ms' }),
  values: p => ({ n: count('10m'), mean: p.amount.mean('10m') }),
})
const now = features('now', { ...of, place: stream, values: () => ({ n: count('10m') }) })
const both = features('both', { ...of, place: hybrid(every('1m')), values: () => ({ n: count('10m') }) })
const watch = model('watch', {
  decide: on(payments),
  inputs: p => ({
    usual: usual.of(p.card).n,
    mean: usual.of(p.card).mean,
    now: now.of(p.card).n,
    both: both.of(p.card).n,
    ratio: usual.of(p.card).mean.dividedBy(p.amount),
  }),
  score: linear({ intercept: 0, weights: { now: 1 } }),
})
const pay = pipeline('pay', [watch])
const start = Date.parse('2026-01-01T00:00Z')
const SECOND = 1000

test('rebuilds the values of batch runs, and explains what they did not know', async () => {
  const store = new ModelStore(undefined, true)
  let clock = start
  const run = new Run(pay, { store, clock: () => clock, compute: computeHere(store) })
  const at = async (seconds: number, ...times: readonly number[]) => {
    clock = start + seconds * SECOND
    for (const time of times) void run.submit('payments', recordBatchOf([{ card: 'a', amount: time / 7 + 1, at: start + time * SECOND }]))
    for (let turn = 0; turn < 6; turn++) {
      run.tick()
      await pause(0)
      await run.whenIdle()
    }
  }
  await at(30, 30)
  await at(61)
  // Within the time of the one-minute batch, but unknown to it.
  await at(90, 50)
  await at(110, 100)
  await at(121)
  await at(130, 125)
  // Arrives after all others, with a time in all windows.
  await at(140, 20)
  await run.stop()

  const { decisions, inputs, sound, examples } = await reconcile(pay, folderOf(store.disk))
  assert.deepEqual([decisions, sound], [5, true])
  assert.deepEqual(
    inputs.flatMap(({ recorded }) => Object.keys(recorded.reasons)),
    [],
  )
  // The first decision had no batch. The next ones lacked the event of second 20, except the last, which that event triggered and which
  // knew it by its stream. Two of them also missed the event within the minute.
  const apart = { late: 3, 'stale batch': 3 }
  const reasons = Object.fromEntries(inputs.map(({ input, corrected }) => [input, corrected.reasons]))
  assert.deepEqual(reasons, { usual: apart, mean: apart, now: { late: 4 }, both: { late: 4 }, ratio: apart })
  const stale = examples
    .filter(({ causes }) => causes.length === 1 && causes[0].reason === 'stale batch')
    .map(({ input, t, recorded, other }) => [input, t - start, recorded, other])
  assert.deepEqual(stale[0], ['usual', 140 * SECOND, 3, 4])
})
