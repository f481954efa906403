import { type ColumnData, gatherBlock, gatherArray, sliceColumn } from '../columns/index.ts'
import { undeletedRows } from '../kernel/index.ts'
import type { ReplayLog, Requests } from './log.ts'

/**
 * The decision points of a model over a history, and the trigger's columns, for any kind of trigger (semantics, decisions and
 * placements).
 *
 * A *decision point* is a time and a prefix of the log. An event or a request is one point and one decision. A tick is one point with
 * a decision per active key, so placements are computed and stored once per point.
 */
export interface TriggerSchedule {
  readonly points: ReplayPoints
  /** All decisions in order, at most `size` per batch. A batch's columns are valid until the next batch. */
  readonly batches: (size: number) => Iterable<TriggerBatch>
}

/** Decisions per batch, which bounds the memory for vectors. */
export const DECISIONS_PER_BATCH = 1 << 14

/** Decision points in the total order. */
export interface ReplayPoints {
  /** UTC ms. */
  readonly t: Float64Array
  /** For each point, the number of events of a source in its `P`. */
  readonly prefixes: (source: string) => Int32Array
  /** The source of the triggering events; each is the last event of its prefix. */
  readonly source: string | undefined
  /** The place of the triggering event in its source, packed as in `Block`. */
  readonly sourcePosition?: Float64Array
}

/** A batch of triggers, one per decision. */
export interface TriggerBatch {
  readonly length: number
  /** Its decisions are those of points [from, to): one each… */
  readonly from: number
  readonly to: number
  /** …or, if present, of these points, by decision. */
  readonly point?: Int32Array
  /** A column of the trigger, as stored. */
  readonly columnOf: (name: string) => ColumnData
}

/** Expands values by point to values by decision. Without a copy if each point has one decision. */
export function perDecision<A extends Float64Array | Int32Array>(byPoint: A, { length, from, to, point }: TriggerBatch): A {
  if (!point) return byPoint.subarray(from, to) as A
  const values = new (byPoint.constructor as new (length: number) => A)(length)
  for (let row = 0; row < length; row++) values[row] = byPoint[point[row]]!
  return values
}

/**
 * The triggers of `on(source)`: `P` is everything up to and including the event, `t` its arrival. An event marked deleted triggers
 * nothing.
 */
export function onEvents(name: string, log: ReplayLog): TriggerSchedule {
  const { source, block: history } = log.histories.get(name)!
  const rows = undeletedRows(source, history)
  const block = rows ? gatherBlock(history, rows) : history
  const prefixes = (countedSource: string) =>
    rows ? gatherArray(log.prefixes(countedSource, name), rows) : log.prefixes(countedSource, name)
  return {
    points: { t: block.arrival, prefixes, source: name, sourcePosition: block.sourcePosition },
    batches: size => rowBatches(block.length, block.columns, size),
  }
}

/** The triggers of `request({…})`: `P` is everything before the request. */
export function onRequests({ t, prefixes, columns }: Requests): TriggerSchedule {
  return { points: { t, prefixes, source: undefined }, batches: size => rowBatches(t.length, columns, size) }
}

/** Batches of rows, one decision point per row. */
export function* rowBatches(length: number, columns: Readonly<Record<string, ColumnData>>, size: number): Generator<TriggerBatch> {
  for (let from = 0; from < length; from += size) {
    const to = Math.min(from + size, length)
    yield { length: to - from, from, to, columnOf: name => sliceColumn(columns[name], from, to) }
  }
}
