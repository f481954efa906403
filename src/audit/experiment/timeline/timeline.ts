/**
 * A timeline: a history with its arrival times, and the times at which decisions read it.
 *
 * Aging a stage gives another timeline of the replayed history, with other arrivals or other decision times. The set of events never
 * changes.
 */
import { countUpTo } from '../../../columns/index.ts'
import type { ModelIR, PipelineIR } from '../../../define/ir/index.ts'
import type { ReplayLog, ReplayPoints } from '../../../replay/index.ts'
import { decisionTimes, type DecisionRows } from './decision-rows.ts'

export interface Timeline {
  /** The log, built on first use: decision times alone need no event. */
  readonly log: ReplayLog
  /** The decisions, in the order of this timeline. */
  readonly rows: DecisionRows
  /** The case of each row; default: row i is case i. */
  readonly caseOf?: Uint32Array
  /** By case: 1 where a decision is made; default all. */
  readonly decides?: Uint8Array
}

/** The pipeline and its deciding model. */
export interface DecidingModel {
  readonly ir: PipelineIR
  readonly model: ModelIR
}

/** The decision time of each case on this timeline, UTC ms; NaN without a decision. It may be the timeline's own array. */
export function decisionTimesOn({ rows, caseOf, decides }: Timeline): Float64Array {
  const times = decisionTimes(rows)
  if (!caseOf && !decides) return times
  const result = caseOf ? new Float64Array(times.length) : times.slice()
  if (caseOf) for (let row = 0; row < times.length; row++) result[caseOf[row]] = times[row]!
  if (decides) for (let row = 0; row < result.length; row++) if (decides[row] === 0) result[row] = NaN
  return result
}

/** The visible events that had arrived by another time: never more than at the moment itself. */
export function visibleBy(t: Float64Array, { prefixes }: ReplayPoints, { histories }: ReplayLog): ReplayPoints['prefixes'] {
  return source => {
    const counts = countUpTo(histories.get(source)!.block.arrival, t)
    const visible = prefixes(source)
    for (let i = 0; i < counts.length; i++) if (counts[i] > visible[i]) counts[i] = visible[i]!
    return counts
  }
}
