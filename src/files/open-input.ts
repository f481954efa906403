/** Opens a file of records: detects its format, and reads its columns if it has some. */
import type { JsonLineReader } from '../intake/index.ts'
import { openCsv } from './csv.ts'
import { detectFile } from './detect-file.ts'
import { fileError } from './file-error.ts'
import type { DetectedFile, InputFile } from './input-file.ts'
import { openNdjson } from './ndjson.ts'

/**
 * Opens NDJSON, CSV or Parquet, plain or gzip. `reader` decodes the records for their only source, if there is one. Throws `SPILL_FILE`
 * for a file that is missing or empty, `SPILL_FORMAT` for another format, `SPILL_TRUNCATED` for a damaged file.
 */
export async function openInput(path: string, reader?: JsonLineReader): Promise<InputFile> {
  return openDetected(await detectFile(path), reader)
}

/** Opens a file whose format was detected. Throws as `openInput` does. */
export async function openDetected(file: DetectedFile, reader?: JsonLineReader): Promise<InputFile> {
  if (file.isEmpty) throw fileError(file.path, 'is empty')
  return openers[file.format](file, reader)
}

const openers = {
  ndjson: openNdjson,
  csv: openCsv,
  // DuckDB takes 60 ms and 25 MB: it is loaded for Parquet alone.
  parquet: async (file: DetectedFile, reader?: JsonLineReader): Promise<InputFile> =>
    (await import('./parquet/parquet.ts')).openParquet(file, reader),
}
