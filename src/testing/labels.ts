import type { Pipeline } from '../define/pipeline.ts'
import { label } from '../replay/label.ts'
import { decisionsOf, type TestDecision } from './decisions.ts'
import type { TestLog } from './log.ts'
import { modelNamed } from './model-named.ts'

/** What came of a decision, as a test sees it. */
export interface TestLabel extends Pick<TestDecision<unknown>, 't' | 'key'> {
  /** `not eligible` where it was going on already (`begins`). */
  readonly label: boolean | 'unknown' | 'not eligible'
  /** `labelFrom`: events that name the decision and came too late to change its label. */
  readonly late: number
}

/** The labels of all decisions that a model has made, as known at the log's clock; in the order of decisions. */
export function labelsOf(pipeline: Pipeline, log: TestLog, name: string): TestLabel[] {
  const { eligible, known, value, late } = label(pipeline, modelNamed(pipeline.ir, name), log.replay(), { at: log.now })
  return decisionsOf(pipeline, log, name).map(({ t, key }, i) => ({
    t,
    key,
    label: !eligible[i] ? 'not eligible' : known[i] ? value[i] === 1 : 'unknown',
    late: late[i],
  }))
}
