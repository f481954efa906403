import type { ColumnData, Strings } from '../columns/index.ts'
import type { PipelineIR } from '../define/ir/index.ts'
import { mergeHistories, type MergedOrder, type SourceHistory } from '../intake/index.ts'
import type { BatchRuns } from '../kernel/index.ts'

/** The histories of a pipeline's sources in memory, merged into one log. */
export interface ReplayLog {
  readonly histories: ReadonlyMap<string, SourceHistory>
  readonly strings: Strings
  /** The total order of the events of all sources. */
  readonly order: MergedOrder
  /** Number of events of all sources. */
  readonly length: number
  /** The least arrival, UTC ms; Infinity without events. */
  readonly first: number
  /** The end of ticks, UTC ms: the greatest arrival, unless a clock has advanced further. */
  readonly until: number
  /** Label sources without a file: labels from them are unknown. */
  readonly missing: ReadonlySet<string>
  /** Recorded requests, by the model's name. */
  readonly requests: ReadonlyMap<string, Requests>
  /** Recorded batch runs of groups placed batch, by the group's name; only in the log of a run. */
  readonly runs: ReadonlyMap<string, BatchRuns>
  /**
   * Events that arrived up to this time may be missing, UTC ms; −Infinity if none is. A window or label that reaches back to it is
   * rejected.
   */
  readonly forgotten: number
  /** The batch runs used by decisions up to this time are unknown, UTC ms; at least `forgotten`. */
  readonly knownAfter: number
  /** For each event of `trigger`, in order: the number of events of `source` at or before it in the total order. */
  readonly prefixes: (source: string, trigger: string) => Int32Array
}

/** Recorded requests for one model, in order. */
export interface Requests {
  /** Their arrivals, UTC ms. */
  readonly t: Float64Array
  /** For each request, the number of events of a source before it. */
  readonly prefixes: (source: string) => Int32Array
  readonly columns: Readonly<Record<string, ColumnData>>
}

/** Properties of a log beside the histories of its sources. `order` is the total order, if the sources were appended to one log. */
export type ReplayLogOptions = Pick<ReplayLog, 'order' | 'until' | 'requests' | 'missing' | 'runs' | 'forgotten' | 'knownAfter'>

/**
 * Merges one history per source of the pipeline. Their total order is that of merged histories, unless they were appended to one log,
 * which has its own order. Throws `SPILL_LIMIT` past REPLAY_EVENTS_MAX events.
 */
export function replayLog(
  pipeline: PipelineIR,
  histories: ReadonlyMap<string, SourceHistory>,
  strings: Strings,
  appended: Partial<ReplayLogOptions> = {},
): ReplayLog {
  const merged = appended.order ?? mergeHistories(pipeline.sources.map(({ name }) => histories.get(name)!))
  const index = new Map(pipeline.sources.map(({ name }, i) => [name, i]))
  const arrivals = [...histories.values()].map(({ block }) => block.arrival).filter(arrival => arrival.length > 0)
  return {
    histories,
    strings,
    order: merged,
    length: merged.length,
    first: Math.min(...arrivals.map(arrival => arrival[0])),
    until: appended.until ?? Math.max(...arrivals.map(arrival => arrival.at(-1)!)),
    requests: appended.requests ?? new Map(),
    missing: appended.missing ?? new Set(),
    runs: appended.runs ?? new Map(),
    forgotten: appended.forgotten ?? -Infinity,
    knownAfter: appended.knownAfter ?? appended.forgotten ?? -Infinity,
    prefixes: memoizePrefixes((source, trigger) => {
      const counted = index.get(source)!
      const triggering = index.get(trigger)!
      const prefixes = new Int32Array(histories.get(trigger)!.block.length)
      let count = 0
      for (let i = 0; i < merged.length; i++) {
        const from = merged.source[i]
        // Added without a branch, since the order of sources is unpredictable.
        count += from === counted ? 1 : 0
        if (from === triggering) prefixes[merged.row[i]] = count
      }
      return prefixes
    }),
  }
}

/** Caches prefixes, since decisions and labels use the same ones. 4 bytes per event of the trigger. */
function memoizePrefixes(make: (source: string, trigger: string) => Int32Array): (source: string, trigger: string) => Int32Array {
  const cache = new Map<string, Int32Array>()
  return (source, trigger) => {
    const name = JSON.stringify([source, trigger])
    const prefixes = cache.get(name) ?? make(source, trigger)
    cache.set(name, prefixes)
    return prefixes
  }
}
