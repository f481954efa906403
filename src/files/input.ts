/** A file of records, opened: its format known, its columns read where it has some. */
import type { RecordBatch } from '../intake/batch.ts'
import { openCsv } from './csv.ts'
import { detect } from './detect.ts'
import { openNdjson } from './ndjson.ts'
import { openParquet } from './parquet.ts'

export type FileFormat = 'ndjson' | 'csv' | 'parquet'

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
  /** The share read so far, 0 to 1. */
  progress(): number
  /**
   * The records from the first on. `columns` names those that are needed, all unless given; a format that keeps columns apart reads
   * no others. Throws `SPILL_INPUT` where the file is damaged, after what stood before the damage.
   */
  batches(columns?: readonly string[]): AsyncGenerator<RecordBatch>
}

/** Opens NDJSON, CSV or Parquet, plain or gzip. Throws `SPILL_INPUT` for a file that is missing, empty, or none of these. */
export async function openInput(path: string): Promise<InputFile> {
  const found = await detect(path)
  switch (found.format) {
    case 'ndjson':
      return openNdjson(found)
    case 'csv':
      return openCsv(found)
    case 'parquet':
      return openParquet(found)
  }
}
