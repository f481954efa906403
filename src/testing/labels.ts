/** Labels of the decisions of a pipeline under test. */
import type { Pipeline } from '../define/index.ts'
import { label } from '../replay/index.ts'
import { testDecisions, type TestDecision } from './decisions.ts'
import type { TestLog } from './log.ts'
import { modelNamed } from './model-named.ts'

/** The label of a decision under test. */
export interface TestLabel extends Pick<TestDecision<unknown>, 't' | 'key'> {
  /** `not eligible` if the condition already held before (`begins`). */
  readonly label: boolean | 'unknown' | 'not eligible'
  /** `labelFrom`: events that name the decision but came too late to change its label. */
  readonly late: number
}

/** Labels of all decisions of a model as of the clock, in order of decisions. */
export function testLabels(pipeline: Pipeline, log: TestLog, name: string): TestLabel[] {
  const { eligible, known, value, late } = label(pipeline, modelNamed(pipeline.ir, name), log.replay(), { at: log.now })
  return testDecisions(pipeline, log, name).map(({ t, key }, i) => ({
    t,
    key,
    label: !eligible[i] ? 'not eligible' : known[i] ? value[i] === 1 : 'unknown',
    late: late[i],
  }))
}
