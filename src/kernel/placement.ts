import { SpillwayError } from '../base/index.ts'
import { type Block, gatherBlock, ascendingOrder, countUpTo } from '../columns/index.ts'
import type { PlacementIR, ScheduleIR, SourceIR } from '../define/ir/index.ts'
import { type ScheduleCursor, scheduleCursor } from './schedule.ts'
import { currentRows } from './supersession.ts'

/** The cut and the time of each decision, as one group's source sees them. */
export interface DecisionCuts {
  /** Number of events of the group's source in each decision's `P`; does not decrease. */
  readonly prefix: Int32Array
  /** Time of each decision, UTC ms; does not decrease. */
  readonly time: Float64Array
  /** Is the triggering event one of the group's source, and so the last of its prefix? */
  readonly own: boolean
}

/** The reads that decisions make of a kernel, and the order of the events that they refer to. Row i is decision i. */
export interface PlacedReads {
  readonly block: Block
  /** The lower bound of later as-of times as an event of `block` is applied. */
  readonly watermark: 'arrival' | 'time'
  readonly upto: Int32Array
  readonly uptoBefore: Int32Array
  /** As-of times, UTC ms; −Infinity before the first run of a schedule. */
  readonly asOf: Float64Array
}

/** The times at which a group's batch runs were swapped in, and their as-of times, which are scheduled; both UTC ms, in order. */
export interface BatchRuns {
  readonly swapped: Float64Array
  readonly asOf: Float64Array
}

/**
 * Maps each decision's (P, t) to a group's visible events and as-of time (semantics, decisions and placements).
 *
 * `block` is the whole history of the group's source, and arrivals do not decrease, so `P@a` is a prefix too. Supersession is decided
 * among the events that the kernel gets, so `corrected` drops superseded events before it sorts the rest by time. `runs`: the batch
 * runs of a group placed batch, if any ran.
 */
export function placeReads(placement: PlacementIR, source: SourceIR, block: Block, decisions: DecisionCuts, runs?: BatchRuns): PlacedReads {
  switch (placement.kind) {
    case 'stream':
    case 'hybrid':
      // Here only visibility is decided. `run/groups/hybrid-group.ts` keeps the two layers of a hybrid group; `kernel/run-units.ts` merges
      // them, or `kernel/revisions.ts` for a source with `identity`.
      return prefixReads(block, decisions, decisions.time, decisions.prefix)
    case 'lag': {
      const asOf = decisions.time.map(t => t - placement.by)
      return prefixReads(block, decisions, asOf, arrivedBy(block.arrival, asOf, decisions.prefix))
    }
    case 'partial': {
      const arrived = decisions.time.map(t => t - placement.by)
      return prefixReads(block, decisions, decisions.time, arrivedBy(block.arrival, arrived, decisions.prefix))
    }
    case 'batch':
    case 'scheduled': {
      const lastTime = keptCursor(placement.schedule)
      const due = decisions.time.map(t => lastTime(t - placement.lasts))
      const asOf = runs && placement.kind === 'batch' ? runTimes(due, decisions.time, runs) : due
      return prefixReads(block, decisions, asOf, arrivedBy(block.arrival, asOf, decisions.prefix))
    }
    case 'corrected': {
      const order = orderByTime(source, block)
      // The order of processing changes. Source positions stay, since they order events of equal times.
      const byTime = order ? gatherBlock(block, order) : block
      const upto = countUpTo(byTime.time, decisions.time)
      return { block: byTime, watermark: 'time', upto, uptoBefore: upto, asOf: decisions.time }
    }
  }
}

/** A run places the reads of each group for each batch of decisions, and a cron takes far longer to evaluate than a decision. */
const cursors = new WeakMap<ScheduleIR, ScheduleCursor>()

/** The cursor of a schedule that all its placements share, since their times are close. */
function keptCursor(schedule: ScheduleIR): ScheduleCursor {
  const kept = cursors.get(schedule) ?? scheduleCursor(schedule)
  cursors.set(schedule, kept)
  return kept
}

/** The current rows of the whole history, by time; `undefined` if the block already has that order. */
function orderByTime(source: SourceIR, block: Block): Uint32Array | undefined {
  const current = currentRows(source, block)
  if (!current) return ascendingOrder(block.time)
  const order = ascendingOrder(Float64Array.from(current, row => block.time[row]))
  return order ? order.map(i => current[i]) : current
}

function prefixReads(block: Block, { prefix, own }: DecisionCuts, asOf: Float64Array, upto: Int32Array): PlacedReads {
  const uptoBefore = own ? upto.map((count, i) => (count === prefix[i] ? count - 1 : count)) : upto
  return { block, watermark: 'arrival', upto, uptoBefore, asOf }
}

/**
 * The as-of time of the run in use at each time; before the first run, that of a job that ran on time. It never goes back, so
 * visible events stay visible.
 */
function runTimes(due: Float64Array, t: Float64Array, { swapped, asOf: scheduled }: BatchRuns): Float64Array {
  let [next, inUse, asOf] = [0, -Infinity, -Infinity]
  return due.map((onTime, row) => {
    while (next < swapped.length && swapped[next] <= t[row]) inUse = scheduled[next++]!
    asOf = Math.max(asOf, inUse === -Infinity ? onTime : inUse)
    return asOf
  })
}

/**
 * The placement of one decision at `t` that sees everything that had arrived by `t`. Visible are the events that had arrived by
 * `arrived`. `run`: the scheduled time of the batch run in use, NULL before the first; omitted for a group placed batch where no run
 * ever ran. Throws `SPILL_UNSUPPORTED` for `corrected`, which is not a prefix by arrival.
 */
export function placementAt(placement: PlacementIR, t: number, run?: number | null): { readonly arrived: number; readonly asOf: number } {
  switch (placement.kind) {
    case 'stream':
    case 'hybrid':
      return { arrived: t, asOf: t }
    case 'lag':
      return { arrived: t - placement.by, asOf: t - placement.by }
    case 'partial':
      return { arrived: t - placement.by, asOf: t }
    case 'batch':
    case 'scheduled': {
      const s = run === undefined ? keptCursor(placement.schedule)(t - placement.lasts) : (run ?? -Infinity)
      return { arrived: s, asOf: s }
    }
    case 'corrected':
      throw new SpillwayError('SPILL_UNSUPPORTED', 'a group that is placed corrected is read in a replay of files; nothing of a run is')
  }
}

/** Number of events of each prefix that had arrived by each time. */
function arrivedBy(arrival: Float64Array, times: Float64Array, prefix: Int32Array): Int32Array {
  const counts = countUpTo(arrival, times)
  for (let i = 0; i < counts.length; i++) if (counts[i] > prefix[i]) counts[i] = prefix[i]
  return counts
}
