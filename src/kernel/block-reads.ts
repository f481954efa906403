import type { FeatureColumn } from '../aggregate/index.ts'
import { assert } from '../base/index.ts'
import { type Block, type ColumnData, sliceColumn, sliceNumbers } from '../columns/index.ts'
import { type GroupIR, isListAggregate, maxValues } from '../define/ir/index.ts'
import type { KeySlots } from './key-slots.ts'
import type { SlotReads } from './structure.ts'

/**
 * Reads of a group, in order, among the events of a block. Read i sees the events before `upto[i]` of the block, at as-of time
 * `asOf[i]`. `upto` does not decrease; `asOf` does not decrease for a key.
 */
export interface BlockReads {
  readonly length: number
  /** One column per key column of the group. An unknown key, or one with a NULL, reads as a key without events. */
  readonly keys: readonly ColumnData[]
  /** Number of events of the block that are visible to each read. */
  readonly upto: Int32Array
  /** `upto` for features with `before`: one less where the triggering event belongs to the group. */
  readonly uptoBefore?: Int32Array
  /** As-of times, UTC ms. */
  readonly asOf: Float64Array
}

/** A range of a block's events, and the reads that see no later event of the block. */
export interface Pass {
  readonly events: Block
  /** By event: the slot of its key, −1 for none. */
  readonly slots: Int32Array
  /** Index in the block of event 0 of the pass. */
  readonly fromEvent: number
  /** All reads of the block; those of the pass are [fromRead, toRead). Read i is row i of the output. */
  readonly reads: BlockReads
  readonly fromRead: number
  readonly toRead: number
}

/** The reads of a pass by slot, numbered from 0 and with `upto` in events of the pass. `readsBefore` shares all but `upto`. */
export function readsOfPass(
  { reads: all, fromRead, toRead, fromEvent }: Pass,
  slots: KeySlots,
): { readonly reads: SlotReads; readonly readsBefore: SlotReads; readonly keys: readonly ColumnData[] } {
  const keys = all.keys.map(column => sliceColumn(column, fromRead, toRead))
  const reads = {
    slots: slots.slotsOf(keys, toRead - fromRead, false),
    asOf: sliceNumbers(all.asOf, fromRead, toRead),
    upto: visibleInPass(all.upto, fromRead, toRead, fromEvent),
  }
  const readsBefore = all.uptoBefore ? { ...reads, upto: visibleInPass(all.uptoBefore, fromRead, toRead, fromEvent) } : reads
  return { reads, readsBefore, keys }
}

/**
 * The first read in [from, to) that sees more than `events` events. It does not share code with `firstEntryFrom`: a search that sees two
 * kinds of array is slower, and every read uses that one.
 */
export function firstReadBeyond(upto: Int32Array, from: number, to: number, events: number): number {
  let low = from
  let high = to
  while (low < high) {
    const middle = (low + high) >>> 1
    if (upto[middle] > events) high = middle
    else low = middle + 1
  }
  return low
}

/** Converts `upto` of reads [fromRead, toRead) to numbers of events of the pass that starts at `fromEvent`. */
function visibleInPass(upto: Int32Array, fromRead: number, toRead: number, fromEvent: number): Int32Array {
  if (fromEvent === 0) return sliceNumbers(upto, fromRead, toRead)
  const counts = upto.slice(fromRead, toRead)
  for (let i = 0; i < counts.length; i++) counts[i] = counts[i] - fromEvent
  return counts
}

/** Allocates the output columns for `rows` reads of a group, one per feature. */
export function featureColumns(group: GroupIR, rows: number, exact: boolean): FeatureColumn[] {
  return group.features.map(feature => {
    const { agg } = feature
    const width = maxValues(feature)
    return {
      values: new Float64Array(rows * width),
      nulls: new Uint8Array(rows),
      rejected: new Uint8Array(rows),
      width,
      ...(isListAggregate(agg) && { counts: new Uint16Array(rows) }),
      ...(exact && (agg === 'sum' || agg === 'change') && { low: new Float64Array(rows) }),
    }
  })
}

/** Resets the first `rows` rows of a column to their initial state. */
export function clearRows({ values, nulls, rejected, width, counts, low }: FeatureColumn, rows: number): void {
  assert(nulls.length >= rows, 'reused columns have a row for each read')
  if (rows === 1 && width === 1 && !low) {
    // Reads of one key have hundreds of columns, and a call of `fill` would cost more than everything else.
    values[0] = nulls[0] = rejected[0] = 0
    if (counts) counts[0] = 0
    return
  }
  values.fill(0, 0, rows * width)
  nulls.fill(0, 0, rows)
  rejected.fill(0, 0, rows)
  counts?.fill(0, 0, rows)
  low?.fill(0, 0, rows)
}
