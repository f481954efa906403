/** Why a value is not what the log says today. */
import type { FeatureIR, GroupIR, InputIR, ModelIR, PipelineIR, Value } from '../define/ir.ts'
import { madeReads } from '../sql/made.ts'
import type { Missed } from './chunk.ts'
import { featuresOf } from './code-versions.ts'
import type { Letters } from './letters.ts'
import type { Reason } from './report.ts'

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

/** One value that is another today, as far as its reasons need it. */
export interface Missing {
  readonly trigger: Readonly<Record<string, Value>>
  /** By read: the clock, and what was missed of its features. */
  readonly clocks: readonly number[]
  readonly missed: Missed['reads']
  /** Would the value be today's if its placements had known all of the decision's `P`? */
  readonly isWhollyStale: boolean
}

/**
 * What the windows of these leaves have missed that made the difference; `undefined` if they missed nothing. What came behind the decision is told first, a
 * revision before what was late, unless the value would be today's without any of it.
 */
export function missedReason(leaves: readonly Leaf[], missing: Missing, letters: Letters): Reason | undefined {
  const found = new Set(leaves.flatMap(leaf => reasonsOf(leaf, missing, letters)))
  if (missing.isWhollyStale && found.has('stale batch')) return 'stale batch'
  return (['revision', 'dead letter', 'late', 'stale batch'] as const).find(reason => found.has(reason))
}

function reasonsOf({ feature, read, group, key }: Leaf, { trigger, clocks, missed }: Missing, letters: Letters): Reason[] {
  const { revised, late, stale } = missed[read]?.[group.features.indexOf(feature)] ?? {}
  const tail = tailOf(feature, clocks[read])
  const reaches = (time: number | undefined): time is number => time !== undefined && time >= tail
  const values = key.map(name => trigger[name] ?? null)
  return [
    ...(reaches(revised) ? ['revision' as const] : []),
    ...(reaches(late) ? [letters.wasRefused(group, values, late) ? ('dead letter' as const) : ('late' as const)] : []),
    ...(reaches(stale) ? ['stale batch' as const] : []),
  ]
}
