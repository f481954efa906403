/**
 * Reads a file as a source. NDJSON is followed as it grows. CSV, Parquet and gzip are read once, to the end that they have then, and the next
 * start reads what was appended to them.
 */
import { addAbortListener } from 'node:events'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { SpillwayError } from '../../base/index.ts'
import type { SourceIR } from '../../define/ir/index.ts'
import {
  detectFile,
  type DetectedFile,
  displayPath,
  fileStart,
  followNdjson,
  identityOf,
  matchColumns,
  openDetected,
  ndjsonBatches,
  withoutByteOrderMark,
} from '../../files/index.ts'
import { JsonLineReader, lastNumberOf, type RecordBatch, sliceRecordBatch } from '../../intake/index.ts'
import type { ReadBatch, ReadContext, SourceReader } from '../reader/source-reader.ts'
import { fileLag } from './file-lag.ts'
import {
  type BytePosition,
  checkFilePosition,
  type CountPosition,
  parseFilePosition,
  positionKind,
  readUpTo,
  type RecordPosition,
  type StoredFilePosition,
} from './file-position.ts'

/** The reader of a file. Throws `SPILL_FILE` for a missing file. */
export function fileReader(path: string, source: SourceIR): SourceReader {
  if (!existsSync(path)) throw new SpillwayError('SPILL_FILE', `does not exist; it was given for source '${source.name}'`, { place: path })
  return {
    name: resolve(path),
    describe: position => `${path} ${startText(path, position)}`,
    measureLag: committedPosition => fileLag(path, committedPosition()),
    async *read(context) {
      const file = await detectFile(path)
      const position = await startPosition(file, context.committedPosition())
      const kind = positionKind(file)
      if (kind === 'bytes') yield* readGrowing(file, source, position as BytePosition | undefined, context)
      else if (file.isEmpty) context.warn(`${displayPath(path)} is empty; the next start reads what is written to it`)
      else yield* readOnce(file, source, kind, position as RecordPosition | CountPosition | undefined, context)
    },
  }
}

function startText(path: string, text: string | undefined): string {
  if (text === undefined) return 'from the beginning'
  const position = parseFilePosition(path, text)
  return `${position.kind === 'bytes' ? 'from' : 'after'} ${readUpTo(position)}`
}

/** The checked position; undefined at the beginning, which is the same in every format. */
async function startPosition(file: DetectedFile, text: string | undefined): Promise<StoredFilePosition | undefined> {
  const position = text === undefined ? undefined : parseFilePosition(file.path, text)
  if (position === undefined || (position.kind === 'bytes' && position.offset === 0)) return undefined
  await checkFilePosition(file, position)
  return position
}

async function* readGrowing(
  { path }: DetectedFile,
  source: SourceIR,
  from: BytePosition = { kind: 'bytes', ...fileStart },
  { follow, signal }: ReadContext,
): AsyncGenerator<ReadBatch> {
  for await (const { batch, position } of followNdjson(path, { from, follow, signal, reader: JsonLineReader.of(source) })) {
    const stored: BytePosition = { kind: 'bytes', ...position }
    yield { records: batch, position: JSON.stringify(stored) }
  }
}

async function* readOnce(
  detected: DetectedFile,
  source: SourceIR,
  kind: RecordPosition['kind'],
  from: RecordPosition | CountPosition | undefined,
  { signal, warn }: ReadContext,
): AsyncGenerator<ReadBatch> {
  const file = await openDetected(detected)
  const { selected, warnings } = matchColumns(file, source)
  for (const warning of warnings) warn(warning)
  const identity = identityOf(detected)
  const batches = file.batches(selected)
  for await (const batch of from?.kind === 'count' ? withoutFirst(batches, from.records) : batchesAfter(batches, from?.last ?? 0)) {
    if (signal.aborted) return
    const { unterminatedEnd } = file
    const position: RecordPosition = {
      kind,
      last: lastNumberOf(batch),
      ...identity,
      ...(unterminatedEnd !== undefined && { unterminatedEnd }),
    }
    yield { records: batch, position: JSON.stringify(position) }
  }
}

/** The records with a greater number than `last`, in batches that have records. */
async function* batchesAfter(batches: AsyncIterable<RecordBatch>, last: number): AsyncGenerator<RecordBatch> {
  for await (const batch of batches) if (lastNumberOf(batch) > last) yield sliceRecordBatch(batch, last)
}

/**
 * The records after the first `count` decoded records, in batches that have records. Undecodable records were read with the decoded records
 * before them.
 */
async function* withoutFirst(batches: AsyncIterable<RecordBatch>, count: number): AsyncGenerator<RecordBatch> {
  let left = count
  for await (const batch of batches) {
    const skipped = Math.min(left, batch.records.length)
    const isRead = left > 0 && skipped === batch.records.length
    left -= skipped
    if (!isRead && lastNumberOf(batch) > 0) yield skipped > 0 ? sliceRecordBatch(batch, batch.numberOf(skipped - 1)) : batch
  }
}

/** The address of standard input, and of standard output in options of outputs. */
export const STANDARD_INPUT = '-'

const NAME = 'standard input'

/** The reader of standard input. It ends at the end of the input, or at the signal. */
export function standardInputReader(source: SourceIR, input: NodeJS.ReadStream = process.stdin): SourceReader {
  return {
    name: NAME,
    describe: () => NAME,
    async *read({ signal }) {
      using _ = addAbortListener(signal, () => void input.destroy())
      try {
        const lines = ndjsonBatches(withoutByteOrderMark(input), NAME, { reader: JsonLineReader.of(source) })
        for await (const { batch } of lines) yield { records: batch }
      } catch (error) {
        if (!signal.aborted) throw error
      }
    },
  }
}
