/**
 * The decisions of a model over a history as rows in memory: time, trigger columns, visible events.
 *
 * At ticks, rows of one moment are adjacent, so the visible prefix is stored once per moment. Memory: 8 bytes a moment and 12 a row for
 * ticks; for other triggers the columns are the history's own.
 */
import { SpillwayError } from '../../../base/index.ts'
import { type ColumnData, concatColumns, concatArrays, gatherColumn } from '../../../columns/index.ts'
import type { ModelIR } from '../../../define/ir/index.ts'
import { perDecision, type ReplayPoints, type TriggerBatch, type TriggerSchedule } from '../../../replay/index.ts'

/** The rows of ticks computed at a time. */
const ROWS_PER_BLOCK = 1 << 14

export interface DecisionRows {
  readonly length: number
  readonly moments: ReplayPoints
  /** At ticks: the moment of each row. Elsewhere row i is moment i. */
  readonly moment?: Int32Array
  /** A column of the trigger, as stored. */
  readonly columnOf: (name: string) => ColumnData
}

/**
 * The rows of all decisions.
 *
 * @throws `SPILL_HISTORY` for a history without a decision
 */
export function decisionRows({ points: moments, batches: stretches }: TriggerSchedule, { name, decide }: ModelIR): DecisionRows {
  const memoized = { ...moments, prefixes: memoizePrefixes(moments.prefixes) }
  const { length } = moments.t
  const rows = decide.kind === 'every' ? ofTicks(memoized, [...stretches(ROWS_PER_BLOCK)]) : length > 0 && ofMoments(memoized, stretches)
  if (!rows || rows.length === 0)
    throw new SpillwayError('SPILL_HISTORY', `model '${name}' makes no decision over this history; give a history in which it does`)
  return rows
}

function ofMoments(moments: ReplayPoints, stretches: TriggerSchedule['batches']): DecisionRows {
  const [{ length, columnOf }] = stretches(moments.t.length)
  return { length, moments, columnOf }
}

function ofTicks(moments: ReplayPoints, parts: readonly TriggerBatch[]): DecisionRows | undefined {
  if (parts.length === 0) return undefined
  const keys = parts.map(part => part.columnOf('key'))
  const moment = concatArrays(parts.map(part => part.point!))
  const key = concatColumns(
    keys,
    parts.map(({ length }) => length),
  )
  return { length: moment.length, moments, moment, columnOf: () => key }
}

/** The selected rows, ascending, at the same moments. */
export function selectRows(rows: DecisionRows, selected: Uint32Array): DecisionRows {
  const { moments, moment, columnOf } = rows
  let picked = pickCache.get(columnOf)
  if (picked?.selected !== selected) pickCache.set(columnOf, (picked = pick(moment, columnOf, selected)))
  return { length: selected.length, moments, moment: picked.moment, columnOf: picked.columnOf }
}

type Picked = Required<Pick<DecisionRows, 'moment' | 'columnOf'>> & { readonly selected: Uint32Array }

/** The last selection by the columns of all rows: it is the same for any moments. */
const pickCache = new WeakMap<DecisionRows['columnOf'], Picked>()

function pick(moment: Int32Array | undefined, columnOf: DecisionRows['columnOf'], selected: Uint32Array): Picked {
  const columns = new Map<string, ColumnData>()
  const momentOf = new Int32Array(selected)
  if (moment) for (let i = 0; i < momentOf.length; i++) momentOf[i] = moment[selected[i]]!
  return {
    selected,
    moment: momentOf,
    columnOf(name) {
      let column = columns.get(name)
      if (!column) columns.set(name, (column = gatherColumn(columnOf(name), selected)))
      return column
    },
  }
}

/** Memoizes the prefixes by source: each takes a walk over the whole log. */
export function memoizePrefixes(prefixes: ReplayPoints['prefixes']): ReplayPoints['prefixes'] {
  const cache = new Map<string, Int32Array>()
  return source => {
    let cached = cache.get(source)
    if (!cached) cache.set(source, (cached = prefixes(source)))
    return cached
  }
}

/** All rows as one range. */
export const wholeRange = ({ length, moments, moment, columnOf }: DecisionRows): TriggerBatch => ({
  length,
  from: 0,
  to: moments.t.length,
  ...(moment && { point: moment }),
  columnOf,
})

/** The as-of time of each row, UTC ms. */
export const decisionTimes = (rows: DecisionRows): Float64Array => perDecision(rows.moments.t, wholeRange(rows))
