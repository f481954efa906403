/** Opens a file of records: its format found, its columns read where it has some. */
import { openCsv } from './csv.ts'
import { detect } from './detect.ts'
import type { InputFile } from './input-file.ts'
import { openNdjson } from './ndjson.ts'
import { openParquet } from './parquet.ts'

/** Opens NDJSON, CSV or Parquet, plain or gzip. Throws `SPILL_INPUT` for a file that is missing, empty, or none of these. */
export async function openInput(path: string): Promise<InputFile> {
  const found = await detect(path)
  return openers[found.format](found)
}

const openers = { ndjson: openNdjson, csv: openCsv, parquet: openParquet }
