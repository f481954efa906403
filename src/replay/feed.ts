import { blockSlice } from '../columns/slice.ts'
import type { FeatureColumn } from '../aggregate/aggregate.ts'
import { refuseIncomplete } from '../kernel/incomplete.ts'
import { Kernel } from '../kernel/kernel.ts'
import { placeAsks, type Placed } from '../kernel/placement.ts'
import type { ReplayLog } from './log.ts'
import type { GroupRead } from '../decision/reads.ts'
import { ofDecisions, type Moments, type Stretch } from './triggering.ts'

/** What the decisions of a stretch knew of one group: events of its source, and the clock, UTC ms; −Infinity before a schedule's first run. */
export interface KnownRead {
  readonly read: GroupRead
  readonly known: Int32Array
  readonly clock: Float64Array
}

/**
 * One group read of one model over a history: gives the features of decision after decision, in stretches.
 *
 * The group's placement is mapped to asks once, for each moment; then each stretch applies the events that its decisions see and reads.
 */
export class Feed {
  readonly read: GroupRead
  readonly kernel: Kernel
  readonly #placed: Placed
  readonly #forgotten: number
  /** Events of the placed block that are applied. */
  #applied = 0

  constructor(read: GroupRead, moments: Moments, log: ReplayLog) {
    const { source } = log.histories.get(read.group.source)!
    this.read = read
    this.#forgotten = log.forgotten
    this.#placed = placedIn(read, moments, log)
    this.kernel = new Kernel(read.group, source, { strings: log.strings, floor: this.#placed.floor })
  }

  /** Features of a stretch, which follows the one asked last. */
  next(stretch: Stretch): FeatureColumn[] {
    const { block, clock } = this.#placed
    const upto = ofDecisions(this.#placed.upto, stretch)
    const uptoBefore = ofDecisions(this.#placed.uptoBefore, stretch)
    const start = this.#applied
    const end = Math.max(start, upto[stretch.length - 1])
    this.#applied = end
    const clocks = ofDecisions(clock, stretch)
    const values = this.kernel.replay(blockSlice(block, start, end), {
      length: stretch.length,
      keys: this.read.key.map(name => stretch.columnOf(name)),
      upto: upto.map(known => known - start),
      uptoBefore: uptoBefore.map(known => Math.max(0, known - start)),
      clock: clocks,
    })
    if (this.#forgotten > -Infinity) refuseIncomplete(this.read.group.features, values, clocks, this.#forgotten)
    return values
  }

  known(stretch: Stretch): KnownRead {
    return { read: this.read, known: ofDecisions(this.#placed.upto, stretch), clock: ofDecisions(this.#placed.clock, stretch) }
  }
}

/** What moments know of a group, and which time it is there. */
export function placedIn({ group }: GroupRead, moments: Moments, log: ReplayLog): Placed {
  const { source, block } = log.histories.get(group.source)!
  const triggers = { prefix: moments.prefixes(source.name), clock: moments.t, own: moments.source === source.name }
  return placeAsks(group.place, source, block, triggers, log.runs.get(group.name))
}
