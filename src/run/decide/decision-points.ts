/** The decisions of one model on a batch of log entries, before their features are read: their times, and the events that each sees. */
import { gatherArray, gatherBlock, type Block, type ColumnData } from '../../columns/index.ts'
import type { SourceIR } from '../../define/ir/index.ts'
import { undeletedRows } from '../../kernel/index.ts'
import type { SegmentOrder } from '../groups/segment-order.ts'

/** Times, source positions and trigger columns; row i is decision i. */
export interface DecisionPoints {
  readonly length: number
  readonly entry: Float64Array
  readonly t: Float64Array
  readonly sourcePosition: Float64Array | undefined
  /** A column of the trigger. */
  readonly columnOf: (name: string) => ColumnData
  /** Number of events of a source in the batch that are in each `P`. */
  readonly prefixes: (source: string) => Int32Array
  /**
   * Event time of the trigger of a decision, UTC ms: of its event, of the newest event of its key at a tick, or of its request. Valid until
   * the next batch.
   */
  readonly since: (row: number) => number
  /** Source of the triggering event, which is the last of its prefix. */
  readonly source: string | undefined
  /** As in `LiveDecisions`. */
  readonly stringsBefore?: number
}

/** The decisions of a model on the events of a source in a segment, which has some: one for each event that is not a delete. */
export function eventDecisionPoints(order: SegmentOrder, source: SourceIR): DecisionPoints {
  const block = order.blockOf(source.name)!
  const { name } = source
  const rows = undeletedRows(source, block)
  const entry = order.entries(name)
  const prefixes = (of: string) => order.prefixes(of, name)
  if (!rows) return decisionPoints(name, block, entry, prefixes)
  return decisionPoints(name, gatherBlock(block, rows), gatherArray(entry, rows), of => gatherArray(prefixes(of), rows))
}

function decisionPoints(source: string, block: Block, entry: Float64Array, prefixes: DecisionPoints['prefixes']): DecisionPoints {
  return {
    length: block.length,
    entry,
    t: block.arrival,
    sourcePosition: block.sourcePosition,
    since: row => block.time[row],
    columnOf: name => block.columns[name],
    prefixes,
    source,
  }
}
