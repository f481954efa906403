/** Reads the sources of a run: files, standard input, and PostgreSQL tables. */
import { resolve } from 'node:path'
import type { SourceIR } from '../../define/ir/ir.ts'
import { matchColumns } from '../../files/column-match.ts'
import { detectFile } from '../../files/detect.ts'
import { fileStart, followNdjson, type FilePosition } from '../../files/follow.ts'
import { openInput } from '../../files/input.ts'
import { ndjsonBatches } from '../../files/ndjson.ts'
import type { RecordBatch } from '../../intake/record-batch.ts'
import { isPostgresAddress } from '../../postgres/address.ts'
import { postgresPositionText, readPostgres } from '../../postgres/read.ts'
import type { RowMap } from '../../intake/row-map.ts'
import { JsonLineReader } from '../../intake/line-reader.ts'
import type { SourceCursor } from '../../run/ingest/inbox.ts'
import type { Run } from '../../run/loop/run.ts'

/** The path that stands for standard input, and for standard output in options of outputs. */
export const STANDARD_INPUT = '-'

/** Options for reading a source. */
export interface FeedOptions {
  /** Wait for more records at the end of an NDJSON file. CSV and Parquet files do not grow and are read once. */
  readonly follow: boolean
  /** The folder of the run's log. */
  readonly data: string
  readonly signal: AbortSignal
  /** The source's map function. */
  readonly map: RowMap | undefined
  readonly onWarning: (warning: string) => void
}

/**
 * Reads the records of a file or table into a source, starting at its stored position. Resolves when all records are durable.
 * Throws `SPILL_INPUT` and `SPILL_SOURCE`.
 */
export async function feedSource(run: Run, source: SourceIR, path: string, options: FeedOptions): Promise<void> {
  if (isPostgresAddress(path))
    return readPostgres(run, source, path, { ...options, folder: options.data, env: process.env }, options.signal)
  const receipts = new Set<Promise<unknown>>()
  for await (const { batch, cursor } of path === STANDARD_INPUT ? standardInput(source) : batchesOf(run, source, path, options)) {
    await run.whenRoom()
    const receipt = run.submit(source.name, batch, cursor)
    receipts.add(receipt)
    // A failure ends the run, and the run reports it.
    receipt.then(
      () => receipts.delete(receipt),
      () => {},
    )
    if (options.signal.aborted) break
  }
  await Promise.all(receipts)
}

interface SourceBatch {
  readonly batch: RecordBatch
  readonly cursor?: SourceCursor
}

async function* standardInput(source: SourceIR): AsyncGenerator<SourceBatch> {
  for await (const { batch } of ndjsonBatches(process.stdin, 'standard input', { reader: JsonLineReader.of(source) })) yield { batch }
}

/** The name of a file's stored position: its source and full path. */
const cursorName = (source: string, path: string): string => `${source}=${resolve(path)}`

/** Describes the position at which reading a file or table will start. */
export function startPositionText(run: Run, source: string, path: string): string {
  if (path === STANDARD_INPUT) return `${source}: standard input`
  if (isPostgresAddress(path)) return postgresPositionText(run, source, path)
  const text = run.cursor(cursorName(source, path))
  if (text === undefined) return `${source}: ${path} from the beginning`
  const place = JSON.parse(text) as Partial<FilePosition> & { readonly records?: number }
  return place.records === undefined
    ? `${source}: ${path} from line ${place.line} (byte ${place.offset})`
    : `${source}: ${path} after its first ${place.records} records`
}

async function* batchesOf(
  run: Run,
  source: SourceIR,
  path: string,
  { follow, signal, onWarning }: FeedOptions,
): AsyncGenerator<SourceBatch> {
  const name = cursorName(source.name, path)
  const stored = run.cursor(name)
  const detected = await detectOrEmpty(path)
  if (detected === undefined || (detected.format === 'ndjson' && !detected.gzip)) {
    const from = stored === undefined ? fileStart : (JSON.parse(stored) as FilePosition)
    for await (const { batch, place } of followNdjson(path, { from, follow, signal, reader: JsonLineReader.of(source) }))
      yield { batch, cursor: [name, JSON.stringify(place)] }
    return
  }
  const file = await openInput(path)
  const { selected: wanted, warnings } = matchColumns(file, source)
  for (const warning of warnings) onWarning(warning)
  const skip = stored === undefined ? 0 : (JSON.parse(stored) as { records: number }).records
  let records = 0
  for await (const batch of file.batches(wanted)) {
    if (signal.aborted) return
    const before = records
    records += batch.records.length
    if (records > skip)
      yield { batch: before < skip ? withoutFirst(batch, skip - before) : batch, cursor: [name, JSON.stringify({ records })] }
  }
}

/** `undefined` for an empty file, which may grow. */
async function detectOrEmpty(path: string): Promise<Awaited<ReturnType<typeof detectFile>> | undefined> {
  try {
    return await detectFile(path)
  } catch (error) {
    if (error instanceof Error && error.message.endsWith('is empty')) return undefined
    throw error
  }
}

function withoutFirst(batch: RecordBatch, count: number): RecordBatch {
  const { inexact } = batch
  return {
    ...batch,
    records: batch.records.slice(count),
    numberOf: index => batch.numberOf(index + count),
    rawOf: index => batch.rawOf(index + count),
    ...(inexact && {
      inexact: new Map([...inexact].flatMap(([index, fields]) => (index >= count ? [[index - count, fields] as const] : []))),
    }),
  }
}
