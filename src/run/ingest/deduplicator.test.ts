import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { count, entity, features, linear, model, on, pipeline, source, stream, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { Run } from '../loop/run.ts'

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.int().nullable(), label: t.string().nullable(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const risk = model('risk', {
  decide: on(payments),
  inputs: p => ({ n: now.of(p.card).n }),
  score: linear({ intercept: 0, weights: { n: 1 } }),
})

/** The outcome of a record with an id of an earlier one: in the same turn, in a later turn, and after a restart. */
async function outcomesOf(first: object, second: object): Promise<string[]> {
  const record = (values: object) => ({ id: 'i', card: 'c', amount: 5, label: 'a', at: 1000, ...values })
  const outcomes: string[] = []
  const outcomeOf = ({ duplicates, rejected }: { duplicates: number; rejected: number }) =>
    duplicates === 1 ? 'duplicate' : rejected === 1 ? 'conflict' : 'accepted'
  const open = (store: ModelStore) => new Run(pipeline('shop', [risk]), { store, clock: () => 2000 })

  const together = open(new ModelStore(undefined, true))
  outcomes.push(outcomeOf(await together.submit('payments', recordBatchOf([record(first), record(second)]))))
  await together.stop()

  const store = new ModelStore(undefined, true)
  const run = open(store)
  await run.submit('payments', recordBatchOf([record(first)]))
  outcomes.push(outcomeOf(await run.submit('payments', recordBatchOf([record(second)]))))
  await run.stop()
  const again = open(new ModelStore(store.disk, true))
  outcomes.push(outcomeOf(await again.submit('payments', recordBatchOf([record(second)]))))
  await again.stop()
  return outcomes
}

const all = (outcome: string): string[] => [outcome, outcome, outcome]

test('a record with the id and the values of an earlier one is a duplicate', async () => {
  assert.deepEqual(await outcomesOf({}, {}), all('duplicate'))
  assert.deepEqual(await outcomesOf({ amount: null, label: null }, { amount: null, label: null }), all('duplicate'))
})

test('a record with the id of an earlier one and a different value, or NULL in its place, is a conflict', async () => {
  for (const [first, second] of [
    [{ amount: 5 }, { amount: 6 }],
    [{ amount: 0 }, { amount: null }],
    [{ amount: null }, { amount: 0 }],
    [{ label: 'a' }, { label: 'b' }],
    [{ label: 'a' }, { label: null }],
    [{ label: null }, { label: 'a' }],
  ])
    assert.deepEqual(await outcomesOf(first, second), all('conflict'), JSON.stringify([first, second]))
})
