/** A raw record becomes a validated event, or a rejected record with the reason and place. */
export { type DeduplicatedRows, contentColumnNames, needsDeduplication } from './deduplicate-history.ts'
export { type RecordCells, TEXT_SHIFT } from './cells.ts'
export { type ColumnMapping, mapWithOwnNames, withMappedNames, withOwnNames, mappedRows, type RowMap } from './column-mapping.ts'
export { displayValue, type FieldReader, fieldReader } from './field.ts'
export {
  type DeduplicateRows,
  conflictFault,
  countLate,
  forgottenFault,
  fullFault,
  HistoryBuilder,
  type HistoryBuilderOptions,
  type HistoryCounts,
  type SourceHistory,
  staleFault,
} from './history-builder.ts'
export { parseInstant } from './instant.ts'
export { closingQuote, inexactFault, type JsonRecord, JsonSyntaxFault, parseJsonRecord } from './json.ts'
export { LineCells, JsonLineReader, jsonLineReaders } from './line-reader.ts'
export { type MergedOrder, mergeHistories } from './merge.ts'
export {
  lastNumberOf,
  rawFormOf,
  rawJsonText,
  type RecordBatch,
  recordBatchOf,
  type RecordOrigin,
  sliceRecordBatch,
} from './record-batch.ts'
export { RecordValidator } from './record-validator.ts'
export { Fault, type RawForm, type Rejection, type RejectionReason, rejectionReasons, type SourceRejection } from './rejection.ts'
export { RequestReader } from './request-reader.ts'
export { requiredReason, RowReader, rowText, storedDefault, valueAt } from './row-reader.ts'
export { textBytesMax } from './text-limits.ts'
export { TimeZone } from './zone.ts'
