/**
 * A timeline: a history with its arrival times, and the decisions that read it, as rows in memory: their times, trigger columns and visible
 * events.
 *
 * Aging a stage gives another timeline of the replayed history, with other arrivals or other decision times. The set of events never
 * changes. At ticks, rows of one point in time are adjacent, so the visible prefix is stored once per point. Memory: 8 bytes a point and 12
 * a row for ticks; for other triggers the columns are the history's own.
 */
import { SpillwayError } from '../../../base/index.ts'
import { type ColumnData, concatColumns, concatArrays, countUpTo, gatherColumn, sharedFloats } from '../../../columns/index.ts'
import type { ModelIR, PipelineIR } from '../../../define/ir/index.ts'
import { perDecision, type ReplayLog, type ReplayPoints, type TriggerBatch, type TriggerSchedule } from '../../../replay/index.ts'
import { lastResults } from '../../domain/caches.ts'

export interface Timeline {
  /** The log, built on first use: decision times alone need no event. */
  readonly log: ReplayLog
  /** The decisions, in the order of this timeline. */
  readonly rows: DecisionRows
  /** The case of each row; default: row i is case i. */
  readonly caseOf?: Uint32Array
  /** By case: 1 where a decision is made; default all. */
  readonly decides?: Uint8Array
}

/** The pipeline and its deciding model. */
export interface DecidingModel {
  readonly ir: PipelineIR
  readonly model: ModelIR
}

/** The decision time of each case on this timeline, UTC ms; NaN without a decision. It may be the timeline's own array. */
export function decisionTimesOn({ rows, caseOf, decides }: Timeline): Float64Array {
  const times = decisionTimes(rows)
  if (!caseOf && !decides) return times
  const result = caseOf ? new Float64Array(times.length) : times.slice()
  if (caseOf) for (let row = 0; row < times.length; row++) result[caseOf[row]] = times[row]!
  if (decides) for (let row = 0; row < result.length; row++) if (decides[row] === 0) result[row] = NaN
  return result
}

/** The visible events that had arrived by another time: never more than at the point itself. */
export function visibleBy(t: Float64Array, { prefixes }: ReplayPoints, { histories }: ReplayLog): ReplayPoints['prefixes'] {
  return source => {
    const counts = countUpTo(histories.get(source)!.block.arrival, t)
    const visible = prefixes(source)
    for (let i = 0; i < counts.length; i++) if (counts[i] > visible[i]) counts[i] = visible[i]!
    return counts
  }
}

/** The rows of ticks computed at a time. */
const ROWS_PER_BLOCK = 1 << 14

export interface DecisionRows {
  readonly length: number
  /** The points in time at which decisions are made, and the events visible then. */
  readonly points: ReplayPoints
  /** At ticks: the index in `points` of each row. Elsewhere row i is point i. */
  readonly point?: Int32Array
  /** A column of the trigger, as stored. */
  readonly columnOf: (name: string) => ColumnData
}

/**
 * The rows of all decisions.
 *
 * @throws `SPILL_HISTORY` for a history without a decision
 */
export function decisionRows({ points, batches }: TriggerSchedule, { name, decide }: ModelIR): DecisionRows {
  const memoized = { ...points, prefixes: memoizePrefixes(points.prefixes) }
  const rows = decide.kind === 'every' ? tickRows(memoized, [...batches(ROWS_PER_BLOCK)]) : pointRows(memoized, batches)
  if (!rows || rows.length === 0)
    throw new SpillwayError('SPILL_HISTORY', `model '${name}' makes no decision over this history; give a history in which it does`)
  return rows
}

function pointRows(points: ReplayPoints, batches: TriggerSchedule['batches']): DecisionRows | undefined {
  if (points.t.length === 0) return undefined
  const [{ length, columnOf }] = batches(points.t.length)
  return { length, points, columnOf }
}

function tickRows(points: ReplayPoints, parts: readonly TriggerBatch[]): DecisionRows | undefined {
  if (parts.length === 0) return undefined
  const point = concatArrays(parts.map(part => part.point!))
  const key = concatColumns(
    parts.map(part => part.columnOf('key')),
    parts.map(({ length }) => length),
  )
  return { length: point.length, points, point, columnOf: () => key }
}

/** The selected rows, ascending, at the same points. */
export function selectRows({ points, point, columnOf }: DecisionRows, selected: Uint32Array): DecisionRows {
  const selection = lastSelections(columnOf, [selected], () => {
    const columns = new Map<string, ColumnData>()
    const selectedPoint = new Int32Array(selected)
    if (point) for (let i = 0; i < selectedPoint.length; i++) selectedPoint[i] = point[selected[i]]!
    return {
      point: selectedPoint,
      columnOf(name) {
        let column = columns.get(name)
        if (!column) columns.set(name, (column = gatherColumn(columnOf(name), selected)))
        return column
      },
    }
  })
  return { length: selected.length, points, ...selection }
}

/** By the columns of all rows: a selection is the same for any points. */
const lastSelections = lastResults<DecisionRows['columnOf'], Pick<DecisionRows, 'point' | 'columnOf'>>()

/** Memoizes the prefixes by source: each takes a walk over the whole log. */
export function memoizePrefixes(prefixes: ReplayPoints['prefixes']): ReplayPoints['prefixes'] {
  const cache = new Map<string, Int32Array>()
  return source => {
    let cached = cache.get(source)
    if (!cached) cache.set(source, (cached = prefixes(source)))
    return cached
  }
}

export const wholeRange = ({ length, points, point, columnOf }: DecisionRows): TriggerBatch => ({
  length,
  from: 0,
  to: points.t.length,
  ...(point && { point: point }),
  columnOf,
})

/** The as-of time of each row, UTC ms. */
export const decisionTimes = (rows: DecisionRows): Float64Array => perDecision(rows.points.t, wholeRange(rows))

/** The times shifted by `by` ms. A loop, since a callback for millions of numbers allocates each of them on the heap. */
export function shiftTimes(times: Float64Array, by: number): Float64Array {
  const result = sharedFloats(times.length)
  for (let i = 0; i < result.length; i++) result[i] = times[i] + by
  return result
}

/** The first multiple of a period at or after each time. */
export function roundUpTimes(times: Float64Array, every: number): Float64Array {
  const result = sharedFloats(times.length)
  for (let i = 0; i < result.length; i++) result[i] = Math.ceil(times[i] / every) * every + 0
  return result
}
