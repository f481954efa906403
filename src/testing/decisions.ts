/** Decisions of a pipeline under test. */
import type { Pipeline } from '../define/index.ts'
import { decide, decisionRecords } from '../replay/index.ts'
import type { TestLog } from './log.ts'
import { modelNamed } from './model-named.ts'

/** A decision of a model under test: the feature vector as delivered, nested like the inputs of the model. */
export interface TestDecision<V> {
  /** UTC ms. */
  readonly t: number
  /** Key: the source key of the triggering event, or the key of the tick or request. */
  readonly key: string | number | boolean
  readonly vector: V
  /** NULL if an input without `ifNull` was NULL. */
  readonly score: number | null
  /** Reason for a missing score although the vector may be complete. */
  readonly rejected?: string
}

/** Decisions of a model over all events and requests so far, in order. */
export function testDecisions({ ir, scores }: Pipeline, log: TestLog, name: string): TestDecision<unknown>[] {
  const model = modelNamed(ir, name)
  const replayed = log.replay()
  const recordOf = decisionRecords(ir, model, replayed)
  const decisions: TestDecision<unknown>[] = []
  for (const batch of decide({ ir, scores }, model, replayed)) {
    for (let row = 0; row < batch.length; row++) {
      const { t, key, vector, score, rejected } = recordOf(batch, row)
      decisions.push({ t, key: key!, vector, score, ...(rejected !== undefined && { rejected }) })
    }
  }
  return decisions
}
