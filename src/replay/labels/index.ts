/** Computes labels of decisions, as known at a time. */
import type { Strings } from '../../columns/index.ts'
import type { LabelIR } from '../../define/ir/index.ts'
import { episodeLabels } from './episodes.ts'
import type { VisibleEvents, Labeller } from './outcomes.ts'
import { joinedOutcomes } from './joined-outcomes.ts'

export { clearOutcome, emptyOutcomes, type Outcomes, visibleEventsAt } from './outcomes.ts'

/** The context of a label. */
export interface LabellerContext {
  readonly strings: Strings
  readonly at: number
  /** Events that arrived up to then, UTC ms, may be missing; −Infinity if none is. */
  readonly forgotten: number
}

/**
 * The labeller of a label over the events visible at `at`, UTC ms. It takes keys of decisions for `begins`, ids of triggering events
 * for `labelFrom`.
 */
export function labellerOf(label: LabelIR, events: VisibleEvents, context: LabellerContext): Labeller {
  return label.kind === 'from' ? joinedOutcomes(label, events, context) : episodeLabels(label, events, context)
}
