/**
 * Reads a file as a source. The position in an NDJSON file is a byte and a line, and the file is followed as it grows; in CSV, Parquet and
 * gzip it is a number of records, and the file is read once.
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { SpillwayError } from '../../base/index.ts'
import type { SourceIR } from '../../define/ir/index.ts'
import { matchColumns, detectFile, fileStart, followNdjson, type FilePosition, openInput } from '../../files/index.ts'
import { JsonLineReader, type RecordBatch } from '../../intake/index.ts'
import type { ReadBatch, ReadContext, SourceReader } from '../reader/source-reader.ts'

/** Position in a file that does not grow: the number of records before it. */
interface RecordPosition {
  readonly records: number
}

/** The reader of a file. Throws `SPILL_INPUT` for a missing file. */
export function fileReader(path: string, source: SourceIR): SourceReader {
  if (!existsSync(path)) throw new SpillwayError('SPILL_INPUT', `does not exist; it was given for source '${source.name}'`, { place: path })
  return {
    name: resolve(path),
    describe: position => `${path} ${positionText(position)}`,
    async *read(context) {
      const file = await detectFile(path)
      // An empty file may grow.
      if (file === undefined || (file.format === 'ndjson' && !file.gzip)) yield* readGrowing(path, source, context)
      else yield* readOnce(path, source, context)
    },
  }
}

function positionText(position: string | undefined): string {
  if (position === undefined) return 'from the beginning'
  const place = JSON.parse(position) as FilePosition | RecordPosition
  return 'records' in place ? `after its first ${place.records} records` : `from line ${place.line} (byte ${place.offset})`
}

async function* readGrowing(path: string, source: SourceIR, { position, follow, signal }: ReadContext): AsyncGenerator<ReadBatch> {
  const stored = position()
  const from = stored === undefined ? fileStart : (JSON.parse(stored) as FilePosition)
  for await (const { batch, place } of followNdjson(path, { from, follow, signal, reader: JsonLineReader.of(source) }))
    yield { records: batch, position: JSON.stringify(place) }
}

async function* readOnce(path: string, source: SourceIR, { position, signal, warn }: ReadContext): AsyncGenerator<ReadBatch> {
  const file = await openInput(path)
  const { selected, warnings } = matchColumns(file, source)
  for (const warning of warnings) warn(warning)
  const stored = position()
  const skip = stored === undefined ? 0 : (JSON.parse(stored) as RecordPosition).records
  let records = 0
  for await (const batch of file.batches(selected)) {
    if (signal.aborted) return
    const before = records
    records += batch.records.length
    if (records > skip) yield { records: before < skip ? withoutFirst(batch, skip - before) : batch, position: JSON.stringify({ records }) }
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
