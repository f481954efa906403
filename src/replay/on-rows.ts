/** Builds the triggers that are rows: the events of a source, and requests. Each row is one decision point and one decision. */
import { type Block, type ColumnData, gatherBlock, gatherArray, sliceColumn } from '../columns/index.ts'
import type { SourceIR } from '../define/ir/index.ts'
import { isDeleted } from '../kernel/index.ts'
import type { ReplayLog, Requests } from './log.ts'
import type { TriggerBatch, TriggerSchedule } from './decision-points.ts'

/**
 * The triggers of `on(source)`: `P` is everything up to and including the event, `t` its arrival. An event marked deleted triggers
 * nothing.
 */
export function onEvents(name: string, log: ReplayLog): TriggerSchedule {
  const { source, block: history } = log.histories.get(name)!
  const rows = countingRows(source, history)
  const block = rows ? gatherBlock(history, rows) : history
  const prefixes = (countedSource: string) =>
    rows ? gatherArray(log.prefixes(countedSource, name), rows) : log.prefixes(countedSource, name)
  return {
    points: { t: block.arrival, prefixes, source: name, sourcePosition: block.sourcePosition },
    batches: size => rowBatches(block.length, block.columns, size),
  }
}

/** The rows that are not marked deleted; `undefined` if all rows count. */
function countingRows(source: SourceIR, block: Block): Uint32Array | undefined {
  if (source.deleted === undefined) return undefined
  const rows = Uint32Array.from({ length: block.length }, (_, row) => row).filter(row => !isDeleted(source, block, row))
  return rows.length < block.length ? rows : undefined
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
