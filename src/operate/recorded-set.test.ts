/** Labels and decisions are read one after the other, and a run may delete decisions in between. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAY, fraudPipeline, startTime } from '../../test/training/fraud-pipeline.ts'
import { byHand, open, send } from '../../test/training/training-run.ts'
import { Strings } from '../columns/strings.ts'
import { labelledSet } from '../replay/labelled-set.ts'
import type { StoredDecisionBatch } from '../log/store.ts'
import { type DecisionSource, recordedSet } from './recorded-set.ts'

const { ir } = fraudPipeline(byHand)
const [model] = ir.models
const driven = open({ train: byHand })
await send(driven, -1, 10 * 24)
await driven.run.stop()
const all = [...driven.store.decisionsFrom('fraud', 0)]

/** The store, whose second pass over the decisions reads `later`. */
function storeWith(later: readonly StoredDecisionBatch[]): DecisionSource {
  let passes = 0
  const { store } = driven
  return {
    get: name => store.get(name),
    named: prefix => store.named(prefix),
    schemas: () => store.schemas(),
    segmentAt: entry => store.segmentAt(entry),
    lastSegment: () => store.lastSegment(),
    models: () => [{ model: 'fraud', decisions: 240 }] as ReturnType<DecisionSource['models']>,
    *decisionsFrom() {
      // A generator is read when its first row is needed, so the passes are counted here.
      yield* passes++ === 0 ? all : later
    },
  }
}

function labelledRows(later: readonly StoredDecisionBatch[]): number {
  const request = { ir, model, strings: new Strings(), data: 'shop', labels: { at: startTime + 14 * DAY, isSettled: false } }
  const { set, labelling } = recordedSet(storeWith(later), request)
  return [...labelledSet(set, labelling!).set.batches].reduce((rows, { length }) => rows + length, 0)
}

test('decisions that are deleted after they were labelled end the training set: no label moves to another decision', () => {
  const message = /^shop is in use by a run that deleted decisions while they were read \(run --keep\); make the training set again$/
  assert.ok(all.length > 4)
  const rows = labelledRows(all)
  assert.ok(rows > 200)
  assert.throws(() => labelledRows(all.slice(2)), { code: 'SPILL_BUSY', message })
  assert.throws(() => labelledRows([]), { code: 'SPILL_BUSY', message })
  assert.equal(labelledRows([...all, all.at(-1)!]), rows, 'decisions that are recorded later have no labels, and are left out')
})
