/** What a file of records is once its format is known. */
import type { RecordBatch } from '../intake/batch.ts'

export type FileFormat = 'ndjson' | 'csv' | 'parquet'

/** A file whose format is known. */
export interface FoundFile {
  readonly path: string
  readonly format: FileFormat
  readonly gzip: boolean
  /** Bytes on the disk. */
  readonly size: number
}

export interface FileColumn {
  readonly name: string
  /** As the file states it: `VARCHAR`, `TIMESTAMP`; CSV states none. */
  readonly type?: string
}

export interface InputFile {
  /** The path as messages show it. */
  readonly name: string
  readonly format: FileFormat
  /** What every record has: CSV and Parquet. */
  readonly columns?: readonly FileColumn[]
  /** How many records there are, where the file says. */
  readonly records?: number
  /** The share read so far, 0 to 1. */
  progress(): number
  /**
   * The records from the first on. `columns` names those that are needed, all unless given; a format that keeps columns apart reads
   * no others. Throws `SPILL_INPUT` where the file is damaged, after what stood before the damage.
   */
  batches(columns?: readonly string[]): AsyncGenerator<RecordBatch>
}
