/**
 * A history as it would have come in, and the moments at which decisions look at it.
 *
 * What makes a stage older makes another world of the one that was replayed: with other arrivals, or other moments. Which events there are never changes.
 */
import { countUpTo } from '../../../columns/order.ts'
import type { ModelIR, PipelineIR } from '../../../define/ir/ir.ts'
import type { ReplayLog } from '../../../replay/log.ts'
import type { Moments } from '../../../replay/triggering.ts'
import { timesOf, type Rows } from './rows.ts'

export interface World {
  /** Made when it is asked for: whoever only needs to know when decisions are made reads no event. */
  readonly log: ReplayLog
  /** In the order in which this world decides. */
  readonly rows: Rows
  /** Which of the cases each row is; row i is case i unless given. */
  readonly caseOf?: Uint32Array
  /** By case: 1 where a decision is made at all. All are unless given. */
  readonly decides?: Uint8Array
}

/** What is decided, by which model. */
export interface Decides {
  readonly ir: PipelineIR
  readonly model: ModelIR
}

/** When each case is decided in this world, UTC ms; NaN where it is not. It may be the world's own column of times. */
export function madeIn({ rows, caseOf, decides }: World): Float64Array {
  const times = timesOf(rows)
  if (!caseOf && !decides) return times
  const made = caseOf ? new Float64Array(times.length) : times.slice()
  if (caseOf) for (let row = 0; row < times.length; row++) made[caseOf[row]] = times[row]!
  if (decides) for (let row = 0; row < made.length; row++) if (decides[row] === 0) made[row] = NaN
  return made
}

/** Of what a moment knows, how much had arrived by another time: moment by moment no more than it knew. */
export function knownBy(t: Float64Array, { prefixes }: Moments, { histories }: ReplayLog): Moments['prefixes'] {
  return source => {
    const counts = countUpTo(histories.get(source)!.block.arrival, t)
    const known = prefixes(source)
    for (let i = 0; i < counts.length; i++) if (counts[i] > known[i]) counts[i] = known[i]!
    return counts
  }
}
