import type { PipelineIR } from '../define/ir.ts'
import { mergeHistories, type MergedOrder } from '../intake/merge.ts'
import type { History } from '../intake/intake.ts'
import type { Strings } from '../columns/strings.ts'

/** The histories of a pipeline's sources, in memory, as one log. */
export interface ReplayLog {
  readonly histories: ReadonlyMap<string, History>
  readonly strings: Strings
  /** Events of all sources. */
  readonly length: number
  /** For each event of `trigger`, in order: how many events of `source` stand before or at it in the total order. */
  prefixes(source: string, trigger: string): Int32Array
}

/**
 * `histories` has one for each source of the pipeline. Their total order is that of merged histories, unless they were appended
 * to one log, which has its own. Throws `SPILL_LIMIT` past REPLAY_EVENTS_MAX events.
 */
export function replayLog(pipeline: PipelineIR, histories: ReadonlyMap<string, History>, strings: Strings, order?: MergedOrder): ReplayLog {
  const merged = order ?? mergeHistories(pipeline.sources.map(({ name }) => histories.get(name)!))
  const index = new Map(pipeline.sources.map(({ name }, i) => [name, i]))
  return {
    histories,
    strings,
    length: merged.length,
    prefixes(source, trigger) {
      const counted = index.get(source)!
      const triggering = index.get(trigger)!
      const prefixes = new Int32Array(histories.get(trigger)!.block.length)
      let count = 0
      for (let i = 0; i < merged.length; i++) {
        if (merged.source[i] === counted) count++
        if (merged.source[i] === triggering) prefixes[merged.row[i]] = count
      }
      return prefixes
    },
  }
}
