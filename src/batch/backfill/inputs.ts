/** Digests of the events behind each file of a group's partitions: equal digests for equal events. */
import { DAY_MS } from '../../base/index.ts'
import { scheduleCursor } from '../../kernel/index.ts'
import type { BackfillFeature, BackfillGroup } from './target.ts'
import { partitionAt, type CalendarPartition, type PartitionUnit } from '../../offline/index.ts'
import type { PartitionExtent, HistoryExtents } from './events.ts'
import { shortHash } from '../../define/ir/index.ts'

/** Digest of the events of one file. */
export interface InputDigest {
  readonly text: string
  /** Some events were forgotten since, so a change of them cannot be detected. */
  readonly isForgotten: boolean
}

/** Digests of some columns: per partition, and cumulative. */
interface Digests {
  readonly each: readonly string[]
  readonly upTo: readonly string[]
}

/** Computes the digests of one group. */
export class InputDigests {
  readonly #target: BackfillGroup
  readonly #extents: HistoryExtents
  readonly #unit: PartitionUnit
  /** Partitions with events, in order. */
  readonly #partitions: readonly (readonly [string, PartitionExtent])[]
  readonly #first: number
  readonly #digests = new Map<string, Digests>()

  constructor(target: BackfillGroup, extents: HistoryExtents, unit: PartitionUnit) {
    const { name } = target.source
    this.#target = target
    this.#extents = extents
    this.#unit = unit
    this.#partitions = [...(extents.of.get(name) ?? [])]
    this.#first = extents.span.get(name)?.first ?? Infinity
  }

  ofRows(partition: CalendarPartition): InputDigest {
    const { rowTimes, live, columns } = this.#target
    return this.#input(columns, partition, rowTimes.kind === 'events' ? partition.start : partition.start - live)
  }

  of(feature: BackfillFeature, partition: CalendarPartition): InputDigest {
    const rows = this.ofRows(partition)
    const begins = feature.exact ? partition.start : foldStart(feature, partition, this.#unit)
    const events = this.#input(feature.columns, partition, begins - feature.reach)
    return { text: shortHash([rows.text, events.text]), isForgotten: events.isForgotten || rows.isForgotten }
  }

  /** Digest of the arrivals from a time to the end of a partition, in whole partitions. */
  #input(columns: readonly string[], partition: CalendarPartition, from: number): InputDigest {
    const { until, forgotten } = this.#extents
    const { each, upTo } = this.#digestsOf(columns)
    const end = this.#above(partition.name)
    const start = from <= this.#first ? 0 : this.#above(partitionAt(this.#unit, from).name, true)
    const read = start === 0 ? (upTo[end - 1] ?? null) : each.slice(start, end)
    const last = this.#lastTime(Math.min(partition.end - 1, until))
    return { text: shortHash([columns, last, read]), isForgotten: forgotten > -Infinity && from <= forgotten }
  }

  /** The last row time up to `time`, for rows at scheduled times. */
  #lastTime(time: number): number | null {
    const { rowTimes } = this.#target
    return rowTimes.kind === 'events' ? null : scheduleCursor(rowTimes.schedule)(time)
  }

  #digestsOf(columns: readonly string[]): Digests {
    const key = columns.join(' ')
    const cached = this.#digests.get(key)
    if (cached) return cached
    let chain = ''
    const each = this.#partitions.map(([name, extent]) => `${name} ${extent.digest(columns)}`)
    const digests = { each, upTo: each.map(digest => (chain = shortHash([chain, digest]))) }
    this.#digests.set(key, digests)
    return digests
  }

  /** Number of partitions with events up to this name, or before it. */
  #above(name: string, isBefore = false): number {
    let [low, high] = [0, this.#partitions.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      const [found] = this.#partitions[middle]
      if (found < name || (found === name && !isBefore)) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Least length of a span, in reaches. */
const TIMES = 4

/**
 * The span of a partition: the start of the first partition that begins in it. It is the start of reading for features whose last bits depend
 * on it: sums over doubles. A feature with infinite reach has one span: the whole history.
 *
 * Time is cut into spans, several times as long as the feature's reach. A partition's values are computed as if its span were computed from
 * its start: first the events within reach before the span, then every row up to the partition's. So the bits are a function of definition
 * and history, whichever part of a store is filled, and the cost of a partition is bounded by its span.
 */
export function foldStart({ reach }: Pick<BackfillFeature, 'reach'>, { start }: CalendarPartition, unit: PartitionUnit): number {
  if (reach === Infinity) return -Infinity
  const length = DAY_MS * 2 ** Math.max(0, Math.ceil(Math.log2((TIMES * reach) / DAY_MS)))
  const spanStart = Math.floor(start / length) * length
  const first = partitionAt(unit, spanStart)
  return first.start < spanStart ? first.end : first.start
}
