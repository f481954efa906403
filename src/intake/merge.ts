/**
 * Merges the histories of several sources into one log. The total order is (arrival, source in order of definition, partition, offset).
 *
 * Each history is sorted already, so this is a merge. Cost: O(events · sources) time, 5 bytes an event.
 */
import { SpillwayError, limits } from '../base/index.ts'
import type { SourceHistory } from './history-builder.ts'

/** The merged log by reference: event `i` is row `row[i]` of history `source[i]`. */
export interface MergedOrder {
  readonly length: number
  readonly source: Uint8Array
  readonly row: Uint32Array
}

const SOURCES_MAX = 256

/** Merges histories, given in the order in which their sources are defined. Throws `SPILL_LIMIT` past REPLAY_EVENTS_MAX events. */
export function mergeHistories(histories: readonly SourceHistory[], eventsMax: number = limits.REPLAY_EVENTS_MAX): MergedOrder {
  const length = histories.reduce((sum, { block }) => sum + block.length, 0)
  if (length > eventsMax)
    throw new SpillwayError('SPILL_LIMIT', `${length} events are more than ${eventsMax} (REPLAY_EVENTS_MAX); replay a shorter history`)
  if (histories.length > SOURCES_MAX) throw new SpillwayError('SPILL_LIMIT', `more than ${SOURCES_MAX} sources in one replay`)
  const arrivals = histories.map(({ block }) => block.arrival)
  const nextRows = new Uint32Array(histories.length)
  const source = new Uint8Array(length)
  const row = new Uint32Array(length)
  if (histories.length === 1) for (let i = 0; i < length; i++) row[i] = i
  else
    for (let i = 0; i < length; i++) {
      const nextSource = earliestSource(arrivals, nextRows)
      source[i] = nextSource
      row[i] = nextRows[nextSource]++
    }
  return { length, source, row }
}

/** The history whose next event arrived first; of equal arrivals, the source defined first. */
function earliestSource(arrivals: readonly Float64Array[], nextRows: Uint32Array): number {
  let first = -1
  let earliest = Infinity
  for (let s = 0; s < arrivals.length; s++) {
    const arrival = arrivals[s]
    if (nextRows[s] >= arrival.length || arrival[nextRows[s]] >= earliest) continue
    first = s
    earliest = arrival[nextRows[s]]!
  }
  return first
}
