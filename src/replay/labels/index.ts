/** Labels of decisions, as known at a time. */
import type { Strings } from '../../columns/strings.ts'
import type { LabelIR } from '../../define/ir/ir.ts'
import { Episodes } from './episodes.ts'
import type { Known } from './known.ts'
import { NamedOutcomes } from './named-outcomes.ts'
import type { Judge } from './outcomes.ts'

export { knownAt, type Known } from './known.ts'
export { noOutcomes, type Judge, type Outcomes } from './outcomes.ts'

export interface JudgeContext {
  readonly strings: Strings
  readonly at: number
  /** What arrived up to then, UTC ms, may be missing; −Infinity where nothing is. */
  readonly forgotten: number
}

/** `known` is what is known at `at`, UTC ms, of the label's source. The judge is given keys of decisions under `begins`, ids of triggering events under `labelFrom`. */
export function judgeOf(label: LabelIR, known: Known, context: JudgeContext): Judge {
  return label.kind === 'from' ? new NamedOutcomes(label, known, context) : new Episodes(label, known, context)
}
