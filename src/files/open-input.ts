/** Opens a file of records: detects its format, and reads its columns if it has some. Loads a file into the histories of sources. */
import { JsonLineReader, rawFormOf, type RecordBatch, type HistoryBuilder, type SourceRejection } from '../intake/index.ts'
import { openCsv } from './csv.ts'
import { detectFile, type DetectedFile, type InputFile, type OpenRecords } from './io/input-file.ts'
import { fileError } from './io/file-error.ts'
import { openNdjson } from './ndjson.ts'
import { matchColumns } from './io/column-match.ts'

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
    (await import('./parquet/parquet-reader.ts')).openParquet(file, reader),
}

export interface LoadFileOptions {
  /** Opens the records if they are no file. */
  readonly open?: OpenRecords | undefined
  /** Called for each undecodable record and each source that the file feeds. Other rejections go to the source's own handler. */
  readonly onRejected: (rejection: SourceRejection) => void
  /** Called with the number of further undecodable records, whatever the number of sources. */
  readonly onUndecodable?: ((records: number) => void) | undefined
  /** Called after each batch (2,000 rows or 256 kB) with the fraction of the file read, 0 to 1; reading waits for it. */
  readonly onProgress?: (share: number) => void | Promise<void>
}

export interface FileCounts {
  /** Decoded records; each was offered to every source. */
  readonly records: number
  readonly undecodable: number
  /** Messages about ignored or missing columns, one set a file. */
  readonly warnings: readonly string[]
}

/**
 * Loads one file into one or several histories: reads it once and offers each record to every source that it feeds.
 * @throws as `openInput` does, and `SPILL_NOT_FOUND` for a missing column; records before a damage are loaded.
 */
export async function loadFile(path: string, histories: readonly HistoryBuilder[], options: LoadFileOptions): Promise<FileCounts> {
  const source = histories.length === 1 ? histories[0].source : undefined
  const file = options.open?.(source) ?? (await openInput(path, source && JsonLineReader.of(source)))
  const matches = histories.map(history => matchColumns(file, history.source))
  const selected = matches.every(match => match.selected) ? [...new Set(matches.flatMap(match => match.selected!))] : undefined
  if (file.records !== undefined) for (const history of histories) history.reserve(file.records)
  let records = 0
  let undecodable = 0
  for await (const batch of file.batches(selected)) {
    rejectUndecodable(batch, histories, options)
    for (const history of histories) history.validate(batch)
    records += batch.records.length
    undecodable += batch.undecodable.length
    await options.onProgress?.(file.progress())
  }
  return { records, undecodable, warnings: matches.flatMap(match => match.warnings) }
}

function rejectUndecodable(
  { origin, undecodable }: RecordBatch,
  histories: readonly HistoryBuilder[],
  { onRejected, onUndecodable }: LoadFileOptions,
): void {
  if (undecodable.length === 0) return
  onUndecodable?.(undecodable.length)
  const form = rawFormOf(origin)
  for (const rejection of undecodable)
    for (const { source } of histories) onRejected({ ...rejection, source: source.name, ...(form && { form }) })
}
