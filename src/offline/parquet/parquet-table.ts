/**
 * The Parquet folder: `GROUP/day=2026-01-31/rows.parquet`, one file for each feature with the same rows in the same order, and a manifest.
 *
 * A commit replaces the manifest atomically, and only files that it names belong to the table. Files are replaced one by one before it: a reader that
 * is under way may see new values of a partition that is written again.
 */
import { existsSync, statSync } from 'node:fs'
import { DuckDBListValue, DuckDBTimestampTZValue, type DuckDBValue } from '@duckdb/node-api'
import { limits } from '../../base/index.ts'
import type { Value } from '../../define/ir/index.ts'
import { fileChecksum } from '../../files/index.ts'
import { connectDuckDB, parquetPathLiteral, sqlIdentifier, ColumnFileWriter } from '../../files/parquet/index.ts'
import { fileError } from '../../files/index.ts'
import { partitionAt, type CalendarPartition, type PartitionUnit } from '../calendar.ts'
import {
  featureColumnName,
  ROWS_COLUMN,
  type FeatureCell,
  type FeatureTableQuery,
  type FeatureRow,
  type FeatureTable,
  type PartitionWriter,
  type StoredPartition,
  type TableSnapshot,
  type WrittenPartition,
  type TableBatch,
  type FeatureTableColumn,
} from '../feature-table.ts'
import { filesHash, storeHash, writeManifest, type StoreManifest } from './manifest.ts'
import { join } from 'node:path'

/** A table in a folder. */
export class ParquetFolderTable implements FeatureTable {
  readonly name: string
  readonly #manifest: StoreManifest

  constructor(folder: string, manifest: StoreManifest) {
    this.name = folder
    this.#manifest = manifest
  }

  get unit(): PartitionUnit {
    return this.#manifest.partition
  }

  async partitions(group: string): Promise<Record<string, StoredPartition>> {
    const stored = Object.entries(this.#manifest.groups[group] ?? {})
    return Object.fromEntries(
      stored.map(([name, { rows, files }]) => {
        const columns = Object.entries(files).map(([file, { code, input, bytes, sha256 }]) => [
          columnOf(file),
          { code, input, bytes, hash: sha256 },
        ])
        return [name, { rows, columns: Object.fromEntries(columns) }]
      }),
    )
  }

  async damageOf(group: string, partition: CalendarPartition, column: string): Promise<'gone' | 'damaged' | undefined> {
    const stored = this.#manifest.groups[group]?.[partition.name]?.files[fileOf(column)]
    const path = columnPath(partitionFolder(this.name, group, this.unit, partition), column)
    if (!stored || !existsSync(path)) return 'gone'
    return statSync(path).size !== stored.bytes || (await fileChecksum(path)).sha256 !== stored.sha256 ? 'damaged' : undefined
  }

  writer(scratch: string): Promise<PartitionWriter> {
    return openParquetWriter(this.name, this.unit, scratch)
  }

  async commit(written: readonly WrittenPartition[]): Promise<void> {
    for (const { group, partition, rows, columns } of written) {
      const partitions = (this.#manifest.groups[group] ??= {})
      const files = Object.entries(columns).map(([column, { code, input, bytes, hash }]) => [
        fileOf(column),
        { code, input, bytes, sha256: hash },
      ])
      const all = { ...partitions[partition]?.files, ...Object.fromEntries(files) }
      partitions[partition] = { rows, hash: filesHash(all), files: all }
    }
    writeManifest(this.name, this.#manifest)
  }

  async *read({ group, features, from = -Infinity, to = Infinity }: FeatureTableQuery): AsyncGenerator<readonly FeatureRow[]> {
    const connection = await connectDuckDB()
    try {
      for (const [name, { files }] of Object.entries(this.#manifest.groups[group] ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))) {
        const partition = partitionAt(this.unit, Date.parse(`${name}${name.length === 7 ? '-01' : ''}T00:00Z`))
        if (partition.end <= from || partition.start >= to || !files[fileOf(ROWS_COLUMN)]) continue
        const folder = partitionFolder(this.name, group, this.unit, partition)
        const present = features.filter(feature => files[fileOf(featureColumnName(feature))])
        const columns = [ROWS_COLUMN, ...present.map(featureColumnName)]
        const scans = columns.map(
          (column, i) => `read_parquet(${parquetPathLiteral(columnPath(folder, column))}, hive_partitioning = false) c${i}`,
        )
        const values = present.map((feature, i) => `, c${i + 1}.${sqlIdentifier(feature)} AS v${i}`)
        const result = await connection.stream(`SELECT c0.*${values.join('')} FROM ${scans.join(' POSITIONAL JOIN ')}`)
        const keys = result.columnNames().indexOf('t')
        const first = result.columnCount - present.length
        const places = features.map(feature => (present.includes(feature) ? first + present.indexOf(feature) : -1))
        for await (const rows of result.yieldRows()) yield rows.map(row => rowOf(row, keys, places)).filter(({ t }) => t >= from && t < to)
      }
    } catch (error) {
      throw fileError(this.name, `cannot be read: ${(error as Error).message}`, error)
    } finally {
      connection.closeSync()
    }
  }

  async snapshots(): Promise<TableSnapshot[]> {
    return Object.keys(this.#manifest.groups).length === 0 ? [] : [{ id: storeHash(this.#manifest) }]
  }

  async close(): Promise<void> {}
}

const fileOf = (column: string): string => `${column}.parquet`
const columnOf = (file: string): string => file.slice(0, -'.parquet'.length)

const rowOf = (row: readonly DuckDBValue[], keys: number, places: readonly number[]): FeatureRow => ({
  key: row.slice(0, keys).map(cell => cellOf(cell) as Value),
  t: cellOf(row[keys]) as number,
  values: places.map(place => (place < 0 ? null : cellOf(row[place]))),
})

function cellOf(cell: DuckDBValue): FeatureCell {
  if (cell instanceof DuckDBListValue) return cell.items.map(item => cellOf(item) as Value)
  if (cell instanceof DuckDBTimestampTZValue) return Number(cell.micros / 1000n)
  return typeof cell === 'bigint' ? Number(cell) : (cell as Value)
}

/** The folder of a partition. */
export const partitionFolder = (folder: string, group: string, unit: PartitionUnit, { name }: Pick<CalendarPartition, 'name'>): string =>
  join(folder, group, `${unit}=${name}`)

/** The file of a column. */
const columnPath = (partition: string, column: string): string => join(partition, `${column}.parquet`)

/** Opens a writer of partitions below `folder`. */
export async function openParquetWriter(folder: string, unit: PartitionUnit, scratch: string): Promise<PartitionWriter> {
  return new ParquetPartitionWriter(folder, unit, await ColumnFileWriter.open(scratch, { memoryMb: limits.BACKFILL_MEMORY_MB, threads: 1 }))
}

class ParquetPartitionWriter implements PartitionWriter {
  readonly #folder: string
  readonly #unit: PartitionUnit
  readonly #files: ColumnFileWriter
  #columns: readonly FeatureTableColumn[] = []

  constructor(folder: string, unit: PartitionUnit, files: ColumnFileWriter) {
    this.#folder = folder
    this.#unit = unit
    this.#files = files
  }

  async begin(columns: readonly FeatureTableColumn[]): Promise<void> {
    this.#columns = columns
    await this.#files.begin(columns.flatMap(({ fields }) => fields))
  }

  append({ length, values, strings, rejected }: TableBatch): void {
    const first = this.#files.length
    this.#files.append(length, values, strings)
    for (const { field, rows, codes } of rejected)
      this.#files.reject(
        field,
        rows.map(row => first + row),
        codes,
      )
  }

  async finish(group: string, partition: CalendarPartition): Promise<WrittenPartition> {
    const folder = partitionFolder(this.#folder, group, this.#unit, partition)
    const rows = this.#files.length
    const files = await this.#files.finish(this.#columns.map(({ name, fields }) => ({ path: columnPath(folder, name), columns: fields })))
    const columns = this.#columns.map(({ name, code, input }, i) => [name, { code, input, bytes: files[i].bytes, hash: files[i].sha256 }])
    return { group, partition: partition.name, rows, columns: Object.fromEntries(columns) }
  }

  close(): void {
    this.#files.close()
  }
}
