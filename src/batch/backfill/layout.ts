/** The file layout of a store: `GROUP/day=2026-01-31/rows.parquet`, and one file per feature with the same rows in the same order. */
import { join } from 'node:path'
import type { CalendarPartition, PartitionUnit } from './calendar.ts'

/** Name of the rows file. */
export const ROWS_FILE = 'rows.parquet'

/** Name of the file of a feature. */
export const featureFileName = (feature: string): string => `feature.${feature}.parquet`

/** Folder of a partition. */
export const partitionFolder = (store: string, group: string, unit: PartitionUnit, { name }: Pick<CalendarPartition, 'name'>): string =>
  join(store, group, `${unit}=${name}`)
