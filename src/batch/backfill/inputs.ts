/** Digests of the events behind each file of a group's partitions: equal digests for equal events. */
import { scheduleCursor } from '../../kernel/index.ts'
import type { BackfillFeature, BackfillGroup } from './target.ts'
import { partitionAt, type CalendarPartition, type PartitionUnit } from '../../offline/index.ts'
import type { PartitionExtent, HistoryExtents } from './events.ts'
import { shortHash } from '../../define/ir/index.ts'
import { foldSpan } from './fold-span.ts'

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
  readonly #own: readonly (readonly [string, PartitionExtent])[]
  readonly #first: number
  readonly #digests = new Map<string, Digests>()

  constructor(target: BackfillGroup, extents: HistoryExtents, unit: PartitionUnit) {
    const { name } = target.source
    this.#target = target
    this.#extents = extents
    this.#unit = unit
    this.#own = [...(extents.of.get(name) ?? [])]
    this.#first = extents.span.get(name)?.first ?? Infinity
  }

  ofRows(partition: CalendarPartition): InputDigest {
    const { rowTimes: moments, live, columns } = this.#target
    return this.#input(columns, partition, moments.kind === 'events' ? partition.start : partition.start - live)
  }

  of(feature: BackfillFeature, partition: CalendarPartition): InputDigest {
    const rows = this.ofRows(partition)
    const begins = feature.exact ? partition.start : foldSpan(feature, partition, this.#unit).start
    const own = this.#input(feature.columns, partition, begins - feature.reach)
    return { text: shortHash([rows.text, own.text]), isForgotten: own.isForgotten || rows.isForgotten }
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

  /** The last row time up to `moment`, for rows at scheduled times. */
  #lastTime(moment: number): number | null {
    const { rowTimes: moments } = this.#target
    return moments.kind === 'events' ? null : scheduleCursor(moments.schedule)(moment)
  }

  #digestsOf(columns: readonly string[]): Digests {
    const key = columns.join(' ')
    const cached = this.#digests.get(key)
    if (cached) return cached
    let chain = ''
    const each = this.#own.map(([name, extent]) => `${name} ${extent.digest(columns)}`)
    const digests = { each, upTo: each.map(digest => (chain = shortHash([chain, digest]))) }
    this.#digests.set(key, digests)
    return digests
  }

  /** Number of partitions with events up to this name, or before it. */
  #above(name: string, isBefore = false): number {
    let [low, high] = [0, this.#own.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      const own = this.#own[middle][0]
      if (own < name || (own === name && !isBefore)) low = middle + 1
      else high = middle
    }
    return low
  }
}
