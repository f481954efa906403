import type { Pipeline } from '../define/pipeline.ts'
import { decide } from '../replay/decide.ts'
import { decisionRecords } from '../replay/decision-record.ts'
import type { TestLog } from './log.ts'
import { modelNamed } from './model-named.ts'

/** A decision as a test sees it: the vector as delivered, nested as the model's inputs are. */
export interface TestDecision<V> {
  /** UTC ms. */
  readonly t: number
  /** What it is about: the source key of the triggering event, the key of the tick or of the request. */
  readonly key: string | number | boolean
  readonly vector: V
  /** NULL where an input without `ifNull` was. */
  readonly score: number | null
  /** Why there is no score although the vector may be complete. */
  readonly refused?: string
}

/** The decisions that a model has made over what was sent and asked, in order. */
export function decisionsOf({ ir, scores }: Pipeline, log: TestLog, name: string): TestDecision<unknown>[] {
  const model = modelNamed(ir, name)
  const replayed = log.replay()
  const recordOf = decisionRecords(ir, model, replayed)
  const decisions: TestDecision<unknown>[] = []
  for (const batch of decide({ ir, scores }, model, replayed)) {
    for (let row = 0; row < batch.length; row++) {
      const { t, key, vector, score, refused } = recordOf(batch, row)
      decisions.push({ t, key: key!, vector, score, ...(refused !== undefined && { refused }) })
    }
  }
  return decisions
}
