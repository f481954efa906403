/** Columns of typed values: arrays with NULLs, interned strings, bytes that columns are written to and read from. */
export {
  type Block,
  type ColumnData,
  concatArrays,
  concatBlocks,
  concatColumns,
  doublesOf,
  emptyBlock,
  gatherArray,
  gatherBlock,
  gatherColumn,
  isZero,
  noEventsBlock,
  packSourcePosition,
  rowsWhere,
  sharedArray,
  sharedBlock,
  sharedColumns,
  sharedFloats,
  sliceBlock,
  sliceColumn,
  sliceNumbers,
  sourceOffset,
  sourcePartition,
} from './block.ts'
export { BlockBuilder, ColumnBuilder } from './builder.ts'
export { ensureCapacity, growArray } from './grow-array.ts'
export { ascendingOrder, countUpTo, isAscending, lowerBound } from './order.ts'
export { mixHash, RowIndex, sameValues } from './row-index.ts'
export { Strings } from './strings.ts'
export { NO_UTF8, TextLimitError, type TextLimits } from './text-storage.ts'
