/** Opens a file of records: its format found, its columns read where it has some. */
import type { LineReader } from '../intake/line-reader.ts'
import { openCsv } from './csv.ts'
import { detect } from './detect.ts'
import type { InputFile } from './input-file.ts'
import { openNdjson } from './ndjson.ts'
import { openParquet } from './parquet.ts'

/** Opens NDJSON, CSV or Parquet, plain or gzip; `reader` is of the source that takes the lines of NDJSON, if one does. Throws `SPILL_INPUT` for a file that is missing, empty, or none of these. */
export async function openInput(path: string, reader?: LineReader): Promise<InputFile> {
  const found = await detect(path)
  return openers[found.format](found, reader)
}

const openers = { ndjson: openNdjson, csv: openCsv, parquet: openParquet }
