/** Causes of a mismatch with today's log: the kinds of missed events that changed the value. */
import { definitionOf } from '../base/index.ts'
import type { StrictOmit } from '../base/index.ts'
import type { FeatureIR, GroupIR, InputIR, ModelIR, PipelineIR } from '../define/ir/index.ts'
import { type SqlVector, recordedReads, missedKinds, type MissedCount, type MissedKind } from '../sql/index.ts'
import { isMismatch } from './cell-comparison.ts'
import type { MissedEvents } from './chunk.ts'
import { featuresOf } from './code-versions.ts'
import { mismatchReasons, type MismatchCause, type RecordedCell, type MismatchReason } from './reconcile-report.ts'

/** A feature of an input, and the model's read that contains it. */
export interface InputFeature {
  readonly feature: FeatureIR
  readonly read: number
  readonly group: GroupIR
  readonly key: readonly string[]
}

/** The features of an input. */
export function inputFeaturesOf(ir: PipelineIR, model: ModelIR, { expr }: InputIR): InputFeature[] {
  const reads = recordedReads(ir, model)
  return featuresOf(expr).map(leaf => {
    const read = reads.findIndex(({ group, key }) => group.name === leaf.group && key.join() === leaf.key.join())
    const { group, key } = reads[read]
    return { feature: definitionOf(group.features, leaf.name), read, group, key }
  })
}

/** Start of a window at an as-of time, UTC ms (semantics, the value). */
export const windowStart = ({ window, hop }: FeatureIR, asOf: number): number =>
  window === 'lifetime' ? -Infinity : Math.floor((asOf - window) / hop) * hop

const reasonOf: Readonly<Record<MissedKind, MismatchReason>> = {
  stale: 'stale batch',
  revision: 'revision',
  letter: 'dead letter',
  duplicate: 'duplicate',
  late: 'late',
}

/** Missed events of one kind, with their source. */
export interface MissedOfSource extends MissedCount {
  readonly source: string
}

/** Missed kinds over the windows of several features. For each kind the feature that missed most counts. */
function missedByKind(leaves: readonly InputFeature[], reads: MissedEvents['reads']): ReadonlyMap<MissedKind, MissedOfSource> {
  const byKind = new Map<MissedKind, MissedOfSource>()
  for (const { feature, read, group } of leaves)
    for (const [kind, cell] of reads[read]?.[group.features.indexOf(feature)] ?? []) {
      if (cell.events > (byKind.get(kind)?.events ?? 0)) byKind.set(kind, { ...cell, source: group.source })
    }
  return byKind
}

/** A cause whose newest event is still a number of its source, not a place. */
export type UnlocatedCause = StrictOmit<MismatchCause, 'newest'> & {
  readonly newest?: { readonly source: string; readonly number: number }
}

/** A value that differs today. */
export interface CorrectedMismatch {
  readonly index: number
  readonly leaves: readonly InputFeature[]
  /** SQL vectors over the events that the decision knew, and over all events. */
  readonly before: SqlVector
  readonly today: SqlVector
}

/** Causes by missed events, the greatest effect first; empty if nothing was missed. */
export function missedCauses(
  { index, leaves, before, today }: CorrectedMismatch,
  { reads, without, alone }: MissedEvents,
): UnlocatedCause[] {
  const missed = missedByKind(leaves, reads)
  const differ = (a: SqlVector, b: SqlVector): boolean =>
    isMismatch(a.vector[index], b.vector[index], Math.max(a.bounds[index], b.bounds[index]))
  const causeOf = (kind: MissedKind, a: SqlVector, b: SqlVector): UnlocatedCause => {
    const { events, newest, source } = missed.get(kind)!
    const effect = effectOf(a.vector[index], b.vector[index])
    return { reason: reasonOf[kind], events, newest: { source, number: newest }, ...(effect !== undefined && { effect }) }
  }
  const kinds = missedKinds.filter(kind => missed.has(kind))
  // Without the only missed kind, the value is what the decision knew.
  const decisiveKinds = kinds.filter(kind => kinds.length === 1 || differ(without.get(kind)!, today))
  const decisiveCauses = decisiveKinds.map(kind => causeOf(kind, kinds.length === 1 ? before : without.get(kind)!, today))
  if (decisiveCauses.length > 0) return decisiveCauses.sort(byEffect)
  const sufficientKinds = kinds.filter(kind => differ(alone.get(kind)!, before))
  return (sufficientKinds.length > 0 ? sufficientKinds : kinds).map(kind => causeOf(kind, before, alone.get(kind)!)).sort(byEffect)
}

const effectOf = (a: RecordedCell, b: RecordedCell): number | undefined =>
  typeof a === 'number' && typeof b === 'number' ? Math.min(Math.abs(a - b), Number.MAX_VALUE) : undefined

/** The presence of a value outranks any number; then the difference, then the number of events. */
const byEffect = (a: UnlocatedCause, b: UnlocatedCause): number =>
  (b.effect ?? Infinity) - (a.effect ?? Infinity) ||
  (b.events ?? 0) - (a.events ?? 0) ||
  mismatchReasons.indexOf(a.reason) - mismatchReasons.indexOf(b.reason)
