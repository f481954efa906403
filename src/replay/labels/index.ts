/** Computes labels of decisions, as known at a time. */
import type { Strings } from '../../columns/index.ts'
import type { LabelIR } from '../../define/ir/index.ts'
import { episodeLabels } from './episodes.ts'
import type { VisibleEvents, Labeller } from './outcomes.ts'
import { joinedOutcomes } from './joined-outcomes.ts'
import { occurrenceLabels } from './occurrences.ts'

export { clearOutcome, emptyOutcomes, type Outcomes, visibleEventsAt } from './outcomes.ts'

/** The context of a label. */
export interface LabellerContext {
  readonly strings: Strings
  readonly at: number
  /** Events that arrived up to then, UTC ms, may be missing; −Infinity if none is. */
  readonly forgotten: number
}

/** The labeller of a label over the events visible at `at`, UTC ms. It takes ids of triggering events for `labelFrom`, otherwise keys of decisions. */
export function labellerOf(label: LabelIR, events: VisibleEvents, context: LabellerContext): Labeller {
  switch (label.kind) {
    case 'from':
      return joinedOutcomes(label, events, context)
    case 'begins':
      return episodeLabels(label, events, context)
    case 'happens':
      return occurrenceLabels(label, events, context)
  }
}
