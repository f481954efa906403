/**
 * The offline store: a history of feature values by day or month, for training sets and analysis.
 *
 * A table holds feature groups. A partition of a group has the column `rows`, with the key and the time of each row, and one column for each feature,
 * `feature.NAME`, with the same rows in the same order. A column is written alone, so a new feature does not rewrite the others.
 */
import type { Strings } from '../columns/index.ts'
import type { Value } from '../define/ir/index.ts'
import type { OutputColumn, OutputValues } from '../files/index.ts'
import type { CalendarPartition, PartitionUnit } from './calendar.ts'

/** Name of the column with the keys and times of a partition's rows: the fields `key.NAME` in order, then `t`. */
export const ROWS_COLUMN = 'rows'

/**
 * Name of the column of a feature.
 * @example
 *   featureColumnName('spent') // 'feature.spent'
 */
export const featureColumnName = (feature: string): string => `feature.${feature}`

/** A committed column of one partition. */
export interface StoredColumn {
  /** Transaction token: a fingerprint of the definitions, and a digest of the events and row times. Equal tokens mean equal values. */
  readonly code: string
  readonly input: string
  readonly bytes: number
  /** Hash of the content. */
  readonly hash: string
}

/** A committed partition: its rows, and its columns by name. */
export interface StoredPartition {
  readonly rows: number
  readonly columns: Readonly<Record<string, StoredColumn>>
}

/** Columns of one partition that were written and are not committed yet. Plain data. */
export interface WrittenPartition extends StoredPartition {
  readonly group: string
  /** Name of the partition: `2026-01-31`, or `2026-01`. */
  readonly partition: string
}

/** A column to write: its fields, and its transaction token. */
export interface FeatureTableColumn extends Pick<StoredColumn, 'code' | 'input'> {
  readonly name: string
  readonly fields: readonly OutputColumn[]
}

/** Rows of all fields of a partition, in the order of its columns and their fields. */
export interface TableBatch {
  readonly length: number
  readonly values: readonly OutputValues[]
  /** Texts of the ids in fields of type string. */
  readonly strings: Strings
  /** Values that are missing for a reason: the field, rows of this batch, and an error code for each. */
  readonly rejected: readonly { readonly field: OutputColumn; readonly rows: readonly number[]; readonly codes: readonly string[] }[]
}

/** Writes columns of partitions, one partition after the other. */
export interface PartitionWriter {
  /** Starts a partition, in place of one that was not finished. */
  begin(columns: readonly FeatureTableColumn[]): Promise<void>
  append(batch: TableBatch): void
  /** Writes the columns. They are visible once they are committed. */
  finish(group: string, partition: CalendarPartition): Promise<WrittenPartition>
  close(): void
}

/** A value as delivered: a timestamp is UTC ms, a duration ms. */
export type FeatureCell = Value | readonly Value[]

/** A row of a group: its key, its time (UTC ms), and the values of the features that were asked for. */
export interface FeatureRow {
  readonly key: readonly Value[]
  readonly t: number
  readonly values: readonly FeatureCell[]
}

/** A read of a table. */
export interface FeatureTableQuery {
  readonly group: string
  /** Features, in the order of `FeatureRow.values`. A partition without one has NULL in its rows. */
  readonly features: readonly string[]
  /** Only rows with a time in [from, to), UTC ms. Partitions outside are not opened. */
  readonly from?: number
  readonly to?: number
}

/** A state of the table that a commit made. */
export interface TableSnapshot {
  readonly id: string
}

/**
 * A table of feature values. One process writes; any number read.
 * @example
 *   const table = await parquetFolder.open('features', { unit: 'day' })
 *   for await (const rows of table.read({ group: 'spending', features: ['spent'] })) console.log(rows.length)
 *   await table.close()
 */
export interface FeatureTable {
  /** Its place, for people: a folder, an address. */
  readonly name: string
  readonly unit: PartitionUnit
  /** The committed partitions of a group, by name. */
  partitions(group: string): Promise<Readonly<Record<string, StoredPartition>>>
  /** Checks that a committed column is still there as it was written. */
  damageOf(group: string, partition: CalendarPartition, column: string): Promise<'gone' | 'damaged' | undefined>
  /** Opens a writer; `scratch` is a folder for data that does not fit into memory. */
  writer(scratch: string): Promise<PartitionWriter>
  /**
   * Makes written columns visible, all or none. They replace the columns of the same names in their partitions. Committing the same columns again
   * changes nothing, so a commit whose answer was lost may be repeated.
   */
  commit(written: readonly WrittenPartition[]): Promise<void>
  /** The committed rows of a group, in the order of partitions and of rows, some at a time. */
  read(query: FeatureTableQuery): AsyncIterable<readonly FeatureRow[]>
  /** States of the table, the newest first; a format without history has the newest alone, and none before the first commit. */
  snapshots(): Promise<readonly TableSnapshot[]>
  /** Closing again does nothing. */
  close(): Promise<void>
}

/**
 * A format of tables: how rows become files and commits. The Parquet folder is the first.
 * @example
 *   const table = await parquetFolder.open('features', { unit: 'day' })
 */
export interface TableFormat {
  /** `parquet`. */
  readonly name: string
  /**
   * Opens a table, and creates nothing before its first commit. `unit` is the size of its partitions; by default that of the table, or a day.
   * @throws (rejects with) `SPILL_INPUT` for a place of something else, or a table with partitions of another size.
   */
  open(location: string, options?: { readonly unit?: PartitionUnit }): Promise<FeatureTable>
}

/**
 * Rows of a batch as values, field by field: for formats that do not write columns.
 * @example
 *   const append = (batch: TableBatch) => void rows.push(...batchRows(columns, batch))
 */
export function batchRows(columns: readonly FeatureTableColumn[], { length, values, strings }: TableBatch): FeatureCell[][] {
  const fields = columns.flatMap(column => column.fields)
  return Array.from({ length }, (_, row) => fields.map((field, i) => cellAt(field, values[i], strings, row)))
}

function cellAt(
  { type, list }: OutputColumn,
  { values, nulls, width = 1, counts }: OutputValues,
  strings: Strings,
  row: number,
): FeatureCell {
  const item = (at: number): Value => (type === 'string' ? strings.textOf(values[at]) : type === 'bool' ? values[at] === 1 : values[at])
  if (nulls?.[row] === 1) return null
  return list ? Array.from({ length: counts![row] }, (_, i) => item(row * width + i)) : item(row)
}
