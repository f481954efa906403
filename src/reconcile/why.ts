/** Why a value is not what the log says today: which kinds of events that its decision missed made the difference. */
import type { FeatureIR, GroupIR, InputIR, ModelIR, PipelineIR } from '../define/ir/ir.ts'
import type { SqlVector } from '../sql/duckdb/answers.ts'
import { madeReads } from '../sql/made.ts'
import { missedKinds, type MissedCell, type MissedKind } from '../sql/missed.ts'
import { isApart } from './cells.ts'
import type { Missed } from './chunk.ts'
import { featuresOf } from './code-versions.ts'
import { reasons, type Cause, type Cell, type Reason } from './report.ts'

/** A feature that an input is made of, and which of the model's reads it comes from. */
export interface Leaf {
  readonly feature: FeatureIR
  readonly read: number
  readonly group: GroupIR
  readonly key: readonly string[]
}

export function leavesOf(ir: PipelineIR, model: ModelIR, { expr }: InputIR): Leaf[] {
  const reads = madeReads(ir, model)
  return featuresOf(expr).map(leaf => {
    const read = reads.findIndex(({ group, key }) => group.name === leaf.group && key.join() === leaf.key.join())
    const { group, key } = reads[read]
    return { feature: group.features.find(({ name }) => name === leaf.name)!, read, group, key }
  })
}

/** Where a window begins at a clock, UTC ms (semantics §3). */
export const tailOf = ({ window, hop }: FeatureIR, clock: number): number =>
  window === 'lifetime' ? -Infinity : Math.floor((clock - window) / hop) * hop

const reasonOf: Readonly<Record<MissedKind, Reason>> = {
  stale: 'stale batch',
  revision: 'revision',
  letter: 'dead letter',
  duplicate: 'duplicate',
  late: 'late',
}

/** What was missed of one kind, and of which source. */
export interface MissedOf extends MissedCell {
  readonly source: string
}

/** Kinds of events that windows of these leaves have missed; of several leaves what was missed of the most. */
export function missedOf(leaves: readonly Leaf[], reads: Missed['reads']): ReadonlyMap<MissedKind, MissedOf> {
  const found = new Map<MissedKind, MissedOf>()
  for (const { feature, read, group } of leaves)
    for (const [kind, cell] of reads[read]?.[group.features.indexOf(feature)] ?? []) {
      if (cell.events > (found.get(kind)?.events ?? 0)) found.set(kind, { ...cell, source: group.source })
    }
  return found
}

/** A cause before it is known where its newest event stands: a number of its source's. */
export type FoundCause = Omit<Cause, 'newest'> & { readonly newest?: { readonly source: string; readonly number: number } }

/** One value that is another today. */
export interface Other {
  readonly index: number
  readonly leaves: readonly Leaf[]
  /** What SQL makes of what the decision knew, and of everything. */
  readonly before: SqlVector
  readonly today: SqlVector
}

/** What the windows of an input have missed that made the difference, the greatest effect first; nothing if they missed nothing. */
export function missedCauses({ index, leaves, before, today }: Other, { reads, without, alone }: Missed): FoundCause[] {
  const missed = missedOf(leaves, reads)
  const differ = (a: SqlVector, b: SqlVector): boolean =>
    isApart(a.vector[index], b.vector[index], Math.max(a.bounds[index], b.bounds[index]))
  const causeOf = (kind: MissedKind, a: SqlVector, b: SqlVector): FoundCause => {
    const { events, newest, source } = missed.get(kind)!
    const effect = effectOf(a.vector[index], b.vector[index])
    return { reason: reasonOf[kind], events, newest: { source, number: newest }, ...(effect !== undefined && { effect }) }
  }
  const kinds = missedKinds.filter(kind => missed.has(kind))
  // Without the only kind there is, the value is what the decision knew.
  const needed = kinds.filter(kind => kinds.length === 1 || differ(without.get(kind)!, today))
  const ofNeeded = needed.map(kind => causeOf(kind, kinds.length === 1 ? before : without.get(kind)!, today))
  if (ofNeeded.length > 0) return ofNeeded.sort(byEffect)
  const enough = kinds.filter(kind => differ(alone.get(kind)!, before))
  return (enough.length > 0 ? enough : kinds).map(kind => causeOf(kind, before, alone.get(kind)!)).sort(byEffect)
}

const effectOf = (a: Cell, b: Cell): number | undefined =>
  typeof a === 'number' && typeof b === 'number' ? Math.min(Math.abs(a - b), Number.MAX_VALUE) : undefined

/** That there is a value at all is more than any number; then by numbers, then by events. */
const byEffect = (a: FoundCause, b: FoundCause): number =>
  (b.effect ?? Infinity) - (a.effect ?? Infinity) ||
  (b.events ?? 0) - (a.events ?? 0) ||
  reasons.indexOf(a.reason) - reasons.indexOf(b.reason)
