import { blockSlice } from '../columns/slice.ts'
import type { FeatureColumn } from '../aggregate/aggregate.ts'
import { refuseIncomplete } from '../kernel/incomplete.ts'
import { Kernel } from '../kernel/kernel.ts'
import { placeAsks, type Placed } from '../kernel/placement.ts'
import type { ReplayLog } from './log.ts'
import type { GroupRead } from '../decision/reads.ts'
import { ofDecisions, type Moments, type Stretch } from './triggering.ts'

/**
 * The part of one group that a batch of decisions sees: the number of visible events of its source, and the as-of time, UTC ms; −Infinity
 * before a schedule's first run.
 */
export interface KnownRead {
  readonly read: GroupRead
  readonly known: Int32Array
  readonly clock: Float64Array
}

/**
 * Computes the features of one group read of one model over a history, batch after batch.
 *
 * The group's placement is applied once for all decision points; then each batch applies the events that its decisions see, and
 * reads.
 */
export class Feed {
  readonly read: GroupRead
  readonly kernel: Kernel
  readonly #reads: Placed
  readonly #forgotten: number
  /** Number of applied events of the placed block. */
  #applied = 0

  constructor(read: GroupRead, moments: Moments, log: ReplayLog) {
    const { source } = log.histories.get(read.group.source)!
    this.read = read
    this.#forgotten = log.forgotten
    this.#reads = placedIn(read, moments, log)
    this.kernel = new Kernel(read.group, source, { strings: log.strings, floor: this.#reads.floor })
  }

  /** The features of the next batch. */
  next(batch: Stretch): FeatureColumn[] {
    const { block, clock } = this.#reads
    const upto = ofDecisions(this.#reads.upto, batch)
    const uptoBefore = ofDecisions(this.#reads.uptoBefore, batch)
    const start = this.#applied
    const end = Math.max(start, upto[batch.length - 1])
    this.#applied = end
    const clocks = ofDecisions(clock, batch)
    const values = this.kernel.replay(blockSlice(block, start, end), {
      length: batch.length,
      keys: this.read.key.map(name => batch.columnOf(name)),
      upto: upto.map(count => count - start),
      uptoBefore: uptoBefore.map(count => Math.max(0, count - start)),
      clock: clocks,
    })
    if (this.#forgotten > -Infinity) refuseIncomplete(this.read.group.features, values, clocks, this.#forgotten)
    return values
  }

  /** The positions at which a batch reads. */
  known(batch: Stretch): KnownRead {
    return { read: this.read, known: ofDecisions(this.#reads.upto, batch), clock: ofDecisions(this.#reads.clock, batch) }
  }
}

/** Applies a group's placement to decision points. */
export function placedIn({ group }: GroupRead, moments: Moments, log: ReplayLog): Placed {
  const { source, block } = log.histories.get(group.source)!
  const triggers = { prefix: moments.prefixes(source.name), clock: moments.t, own: moments.source === source.name }
  return placeAsks(group.place, source, block, triggers, log.runs.get(group.name))
}
