/** Computes labels of decisions, as known at a time. */
import type { Strings } from '../../columns/strings.ts'
import type { LabelIR } from '../../define/ir/ir.ts'
import { Episodes } from './episodes.ts'
import type { Known } from './known.ts'
import { NamedOutcomes } from './named-outcomes.ts'
import type { Judge } from './outcomes.ts'

export { knownAt, type Known } from './known.ts'
export { noOutcomes, type Judge, type Outcomes } from './outcomes.ts'

/** The context of a label. */
export interface JudgeContext {
  readonly strings: Strings
  readonly at: number
  /** Events that arrived up to then, UTC ms, may be missing; −Infinity if none is. */
  readonly forgotten: number
}

/**
 * The labeller of a label over the events visible at `at`, UTC ms. It takes keys of decisions for `begins`, ids of triggering events
 * for `labelFrom`.
 */
export function judgeOf(label: LabelIR, events: Known, context: JudgeContext): Judge {
  return label.kind === 'from' ? new NamedOutcomes(label, events, context) : new Episodes(label, events, context)
}
