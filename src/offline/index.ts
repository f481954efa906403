/** The `FeatureTable` and `TableFormat` ports: feature values by partition, as batch runs and training read them. */
export { type CalendarPartition, partitionAt, partitionsBetween, type PartitionUnit, partitionUnits } from './calendar.ts'
export {
  type FeatureCell,
  featureColumnName,
  type FeatureRow,
  type FeatureTable,
  type FeatureTableColumn,
  type FeatureTableQuery,
  type PartitionWriter,
  ROWS_COLUMN,
  type StoredColumn,
  type StoredPartition,
  type TableBatch,
  type TableFormat,
  type WrittenPartition,
} from './feature-table.ts'
export { GuardedTable } from './guarded-table.ts'
