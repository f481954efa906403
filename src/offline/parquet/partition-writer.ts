/** Writes the columns of a partition as Parquet files, one a column. */
import { join } from 'node:path'
import { ColumnFileWriter } from '../../files/parquet/index.ts'
import type { CalendarPartition, PartitionUnit } from '../calendar.ts'
import type { PartitionWriter, TableBatch, FeatureTableColumn, WrittenPartition } from '../feature-table.ts'

/** The folder of a partition. */
export const partitionFolder = (folder: string, group: string, unit: PartitionUnit, { name }: Pick<CalendarPartition, 'name'>): string =>
  join(folder, group, `${unit}=${name}`)

/** The file of a column. */
export const columnPath = (partition: string, column: string): string => join(partition, `${column}.parquet`)

/** Opens a writer of partitions below `folder`. */
export async function openParquetWriter(folder: string, unit: PartitionUnit, scratch: string): Promise<PartitionWriter> {
  return new ParquetPartitionWriter(folder, unit, await ColumnFileWriter.open(scratch))
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
