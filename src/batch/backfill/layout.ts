/** Where the files of a store stand: `GROUP/day=2026-01-31/rows.parquet`, and beside it a file a feature, whose rows are the same in the same order. */
import { join } from 'node:path'
import type { Partition, Unit } from './calendar.ts'

export const ROWS = 'rows.parquet'

export const fileOf = (feature: string): string => `feature.${feature}.parquet`

export const folderOf = (store: string, group: string, unit: Unit, { name }: Pick<Partition, 'name'>): string =>
  join(store, group, `${unit}=${name}`)
