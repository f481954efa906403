/** A file of records in any format. */
import type { RecordBatch } from '../intake/index.ts'

export type FileFormat = 'ndjson' | 'csv' | 'parquet'

/** A file whose format was detected. */
export interface DetectedFile {
  readonly path: string
  readonly format: FileFormat
  readonly gzip: boolean
  /** Size on disk, in bytes. */
  readonly size: number
  readonly inode: number
  /** The first bytes on disk, at most 16 kB. */
  readonly head: Uint8Array
  /** No content yet: the file has no bytes, or is a gzip of none. Its format is that of its extension, else NDJSON. */
  readonly isEmpty: boolean
}

export interface FileColumn {
  readonly name: string
  /** Type that the file states: `VARCHAR`, `TIMESTAMP`; none for CSV. */
  readonly type?: string
}

export interface InputFile {
  /** Path for messages. */
  readonly name: string
  readonly format: FileFormat
  /** Columns of every record: CSV and Parquet. */
  readonly columns?: readonly FileColumn[]
  /** Number of records, if the file states it. */
  readonly records?: number
  /** Fraction read so far, 0 to 1. */
  progress(): number
  /**
   * Reads the records from the first on. `columns` names the needed columns, default all; a columnar format reads no others. Throws
   * `SPILL_TRUNCATED` at the first damage, after the records before it.
   */
  batches(columns?: readonly string[]): AsyncGenerator<RecordBatch>
}
