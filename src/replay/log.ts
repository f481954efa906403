import type { Column } from '../columns/block.ts'
import type { PipelineIR } from '../define/ir/ir.ts'
import { mergeHistories, type MergedOrder } from '../intake/merge.ts'
import type { History } from '../intake/intake.ts'
import type { BatchRuns } from '../kernel/placement.ts'
import type { Strings } from '../columns/strings.ts'

/** The histories of a pipeline's sources, in memory, as one log. */
export interface ReplayLog {
  readonly histories: ReadonlyMap<string, History>
  readonly strings: Strings
  /** The total order of the events of all sources. */
  readonly order: MergedOrder
  /** Events of all sources. */
  readonly length: number
  /** The least arrival, UTC ms; Infinity without events. */
  readonly first: number
  /** Ticks are made up to here, UTC ms: the greatest arrival, unless a clock has gone on. */
  readonly until: number
  /** Sources of labels that nothing was loaded for: what they would say is not known. */
  readonly missing: ReadonlySet<string>
  /** The requests that were put to models, by the model's name. */
  readonly requests: ReadonlyMap<string, Requests>
  /** The batch runs that were made of groups placed batch, by the group's name: of a run's log alone. */
  readonly runs: ReadonlyMap<string, BatchRuns>
  /** What arrived up to here may be missing, UTC ms; −Infinity where nothing is. A window that reaches back to it is refused, and so is a label. */
  readonly forgotten: number
  /** Of decisions up to here it is not known which batch run they were made by, UTC ms; `forgotten` at least. */
  readonly knownAfter: number
  /** For each event of `trigger`, in order: how many events of `source` stand before or at it in the total order. */
  readonly prefixes: (source: string, trigger: string) => Int32Array
}

/** Requests that were put to one model, in order. */
export interface Requests {
  /** Their arrivals, UTC ms. */
  readonly t: Float64Array
  /** For each, how many events of a source stand before it. */
  readonly prefixes: (source: string) => Int32Array
  readonly columns: Readonly<Record<string, Column>>
}

/** What a log may have beside the histories of its sources. */
export interface Appended {
  /** Their total order, where they were appended to one log. */
  readonly order: MergedOrder
  readonly until: number
  readonly requests: ReadonlyMap<string, Requests>
  readonly missing: ReadonlySet<string>
  readonly runs: ReadonlyMap<string, BatchRuns>
  readonly forgotten: number
  readonly knownAfter: number
}

/**
 * `histories` has one for each source of the pipeline. Their total order is that of merged histories, unless they were appended
 * to one log, which has its own. Throws `SPILL_LIMIT` past REPLAY_EVENTS_MAX events.
 */
export function replayLog(
  pipeline: PipelineIR,
  histories: ReadonlyMap<string, History>,
  strings: Strings,
  appended: Partial<Appended> = {},
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
    prefixes: rememberedPairs((source, trigger) => {
      const counted = index.get(source)!
      const triggering = index.get(trigger)!
      const prefixes = new Int32Array(histories.get(trigger)!.block.length)
      let count = 0
      for (let i = 0; i < merged.length; i++) {
        const from = merged.source[i]
        // Added in any case: which source is next is not to be guessed.
        count += from === counted ? 1 : 0
        if (from === triggering) prefixes[merged.row[i]] = count
      }
      return prefixes
    }),
  }
}

/** They are asked for again by whoever decides over the log, or labels it. 4 bytes an event of the trigger. */
function rememberedPairs(make: (source: string, trigger: string) => Int32Array): (source: string, trigger: string) => Int32Array {
  const known = new Map<string, Int32Array>()
  return (source, trigger) => {
    const name = JSON.stringify([source, trigger])
    const made = known.get(name) ?? make(source, trigger)
    known.set(name, made)
    return made
  }
}
