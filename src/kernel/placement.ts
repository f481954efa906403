import { SpillwayError } from '../base/errors.ts'
import type { Block } from '../columns/block.ts'
import { gather } from '../columns/gather.ts'
import { ascendingOrder, countUpTo } from '../columns/order.ts'
import type { PlacementIR, SourceIR } from '../define/ir/ir.ts'
import { scheduleCursor } from './schedule.ts'
import { currentRows } from './superseded.ts'

/** Decisions in the total order, as one group's source sees them. */
export interface Triggers {
  /** Events of the group's source in each decision's `P`; does not decrease. */
  readonly prefix: Int32Array
  /** Each decision's `t`, UTC ms; does not decrease. */
  readonly clock: Float64Array
  /** The triggering event is of the group's source: the last of its prefix. */
  readonly own: boolean
}

/** What the kernel is to be asked, and over which order of the events. Row i is decision i. */
export interface Placed {
  readonly block: Block
  /** What bounds later clocks from below as an event of `block` is applied. */
  readonly floor: 'arrival' | 'time'
  readonly upto: Int32Array
  readonly uptoBefore: Int32Array
  readonly clock: Float64Array
}

/** When a group's batch runs were swapped in, and the times that they are of, both UTC ms, in order. */
export interface BatchRuns {
  readonly swapped: Float64Array
  readonly s: Float64Array
}

/**
 * A placement as a mapping of (P, t) to (what is known, what time it is): the table of semantics §4.
 *
 * `block` is the whole history of the group's source, arrivals not decreasing, so that `P@a` is a prefix too. What is superseded is decided in
 * what the kernel is given, so `corrected` leaves it out before it puts the rest in order of time. `runs`: those of a group placed batch, where any were made.
 */
export function placeAsks(placement: PlacementIR, source: SourceIR, block: Block, triggers: Triggers, runs?: BatchRuns): Placed {
  switch (placement.kind) {
    case 'stream':
    case 'hybrid':
      return asKnown(block, triggers, triggers.clock, triggers.prefix)
    case 'lag': {
      const clock = triggers.clock.map(t => t - placement.by)
      return asKnown(block, triggers, clock, arrivedBy(block.arrival, clock, triggers.prefix))
    }
    case 'partial': {
      const cut = triggers.clock.map(t => t - placement.by)
      return asKnown(block, triggers, triggers.clock, arrivedBy(block.arrival, cut, triggers.prefix))
    }
    case 'batch':
    case 'scheduled': {
      const lastTime = scheduleCursor(placement.schedule)
      const due = triggers.clock.map(t => lastTime(t - placement.lasts))
      const clock = runs && placement.kind === 'batch' ? asRun(due, triggers.clock, runs) : due
      return asKnown(block, triggers, clock, arrivedBy(block.arrival, clock, triggers.prefix))
    }
    case 'corrected': {
      const order = orderByTime(source, block)
      // The same events in another order of processing: positions stay, since they order equal times.
      const byTime = order ? { ...gather(block, order), position: Float64Array.from(order, row => block.position[row]) } : block
      const upto = countUpTo(byTime.time, triggers.clock)
      return { block: byTime, floor: 'time', upto, uptoBefore: upto, clock: triggers.clock }
    }
  }
}

/** The rows that count when everything is known, by time; `undefined` if they stand so. */
function orderByTime(source: SourceIR, block: Block): Uint32Array | undefined {
  const current = currentRows(source, block)
  if (!current) return ascendingOrder(block.time)
  const order = ascendingOrder(Float64Array.from(current, row => block.time[row]))
  return order ? order.map(i => current[i]) : current
}

function asKnown(block: Block, { prefix, own }: Triggers, clock: Float64Array, upto: Int32Array): Placed {
  const uptoBefore = own ? upto.map((known, i) => (known === prefix[i] ? known - 1 : known)) : upto
  return { block, floor: 'arrival', upto, uptoBefore, clock }
}

/** The time of the run that was in use at each moment; before the first, that of a job which ran on time. What was once known stays known. */
function asRun(due: Float64Array, t: Float64Array, { swapped, s }: BatchRuns): Float64Array {
  let [next, used, clock] = [0, -Infinity, -Infinity]
  return due.map((onTime, row) => {
    while (next < swapped.length && swapped[next] <= t[row]) used = s[next++]!
    clock = Math.max(clock, used === -Infinity ? onTime : used)
    return clock
  })
}

/**
 * The same at one moment `t`, with everything in `P` that had arrived by `t`: what is known is what had arrived by `arrived`. `run`: the time of the batch run in use, NULL before the
 * first; of a group placed batch where none are made it is left out. Throws `SPILL_UNSUPPORTED` for `corrected`, which is no such prefix.
 */
export function placedAt(placement: PlacementIR, t: number, run?: number | null): { readonly arrived: number; readonly clock: number } {
  switch (placement.kind) {
    case 'stream':
    case 'hybrid':
      return { arrived: t, clock: t }
    case 'lag':
      return { arrived: t - placement.by, clock: t - placement.by }
    case 'partial':
      return { arrived: t - placement.by, clock: t }
    case 'batch':
    case 'scheduled': {
      const s = run === undefined ? scheduleCursor(placement.schedule)(t - placement.lasts) : (run ?? -Infinity)
      return { arrived: s, clock: s }
    }
    case 'corrected':
      throw new SpillwayError('SPILL_UNSUPPORTED', 'a group that is placed corrected is read in a replay of files; nothing of a run is')
  }
}

/** How many events of each prefix had arrived by each cut. */
function arrivedBy(arrival: Float64Array, cuts: Float64Array, prefix: Int32Array): Int32Array {
  const counts = countUpTo(arrival, cuts)
  for (let i = 0; i < counts.length; i++) if (counts[i] > prefix[i]) counts[i] = prefix[i]!
  return counts
}
