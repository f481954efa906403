import { sliceBlock } from '../columns/index.ts'
import type { FeatureColumn } from '../aggregate/index.ts'
import { rejectIncomplete, Kernel, placeReads, type PlacedReads } from '../kernel/index.ts'
import type { ReplayLog } from './log.ts'
import type { GroupRead } from '../decision/index.ts'
import { perDecision, type ReplayPoints, type TriggerBatch } from './decision-points.ts'

/**
 * The part of one group that a batch of decisions sees: the number of visible events of its source, and the as-of time, UTC ms; −Infinity
 * before a schedule's first run.
 */
export interface ReadPositions {
  readonly read: GroupRead
  readonly visibleEvents: Int32Array
  readonly asOf: Float64Array
}

/**
 * Computes the features of one group read of one model over a history, batch after batch.
 *
 * The group's placement is applied once for all decision points; then each batch applies the events that its decisions see, and
 * reads.
 */
export class FeatureFeed {
  readonly read: GroupRead
  readonly #kernel: Kernel
  readonly #reads: PlacedReads
  readonly #forgotten: number
  /** Number of applied events of the placed block. */
  #applied = 0

  constructor(read: GroupRead, points: ReplayPoints, log: ReplayLog) {
    const { source } = log.histories.get(read.group.source)!
    this.read = read
    this.#forgotten = log.forgotten
    this.#reads = placeGroupRead(read, points, log)
    this.#kernel = new Kernel(read.group, source, { strings: log.strings, watermark: this.#reads.watermark })
  }

  /** The features of the next batch. */
  next(batch: TriggerBatch): FeatureColumn[] {
    const { block } = this.#reads
    const upto = perDecision(this.#reads.upto, batch)
    const uptoBefore = perDecision(this.#reads.uptoBefore, batch)
    const start = this.#applied
    const end = Math.max(start, upto[batch.length - 1])
    this.#applied = end
    const asOf = perDecision(this.#reads.asOf, batch)
    const values = this.#kernel.applyAndRead(sliceBlock(block, start, end), {
      length: batch.length,
      keys: this.read.key.map(name => batch.columnOf(name)),
      upto: upto.map(count => count - start),
      uptoBefore: uptoBefore.map(count => Math.max(0, count - start)),
      asOf,
    })
    if (this.#forgotten > -Infinity) rejectIncomplete(this.read.group.features, values, asOf, this.#forgotten)
    return values
  }

  /** The positions at which a batch reads. */
  positions(batch: TriggerBatch): ReadPositions {
    return { read: this.read, visibleEvents: perDecision(this.#reads.upto, batch), asOf: perDecision(this.#reads.asOf, batch) }
  }
}

/** Applies a group's placement to decision points. */
export function placeGroupRead({ group }: GroupRead, points: ReplayPoints, log: ReplayLog): PlacedReads {
  const { source, block } = log.histories.get(group.source)!
  const triggers = { prefix: points.prefixes(source.name), time: points.t, own: points.source === source.name }
  return placeReads(group.place, source, block, triggers, log.runs.get(group.name))
}
