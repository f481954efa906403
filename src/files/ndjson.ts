/** Reads NDJSON: one JSON value a line. Blank lines count as lines but are not records. */
import { type RecordOrigin, type RecordBatch, parseJsonRecord, type JsonLineReader } from '../intake/index.ts'
import { FileBytes } from './io/file-bytes.ts'
import { displayPath } from './io/file-error.ts'
import type { DetectedFile, InputFile } from './io/input-file.ts'
import { NEWLINE, splitRecords, type RecordRule } from './io/splitter.ts'
import { isBlank, textBatch, type DecodeRecord } from './text-batch.ts'

export const lineRule: RecordRule = {
  findEnd(bytes, from, isLast) {
    const newline = bytes.indexOf(NEWLINE, from)
    return newline < 0 && isLast ? bytes.length : newline
  },
  multiline: false,
}

export function openNdjson({ path, gzip, size }: DetectedFile, reader?: JsonLineReader): InputFile {
  const name = displayPath(path)
  const file = new FileBytes(path, gzip)
  return {
    name,
    format: 'ndjson',
    progress: () => file.bytesRead / size,
    async *batches() {
      for await (const { batch } of ndjsonBatches(file.chunks(), name, { reader })) yield batch
    },
  }
}

/** A batch of lines, and the position of the next line. */
export interface NdjsonBatch {
  readonly batch: RecordBatch
  /** Bytes of the input so far that come after these lines. */
  readonly unfinished: number
  readonly nextLine: number
}

export interface NdjsonOptions {
  /** Number of the first line; default 1. */
  readonly firstLine?: number
  /** Line reader of the only source of the lines, if there is one: most lines then need no record. */
  readonly reader?: JsonLineReader | undefined
}

/** Batches of the lines in a stream of bytes; `name` precedes line numbers in messages. */
export async function* ndjsonBatches(
  chunks: AsyncIterable<Buffer>,
  name: string,
  { firstLine = 1, reader }: NdjsonOptions = {},
): AsyncGenerator<NdjsonBatch> {
  const origin: RecordOrigin = { placeOf: line => `${name}:${line}`, text: false, tabular: false, zoneless: new Set() }
  for await (const records of splitRecords(chunks, lineRule, firstLine)) {
    const { unfinished, nextLine } = records
    yield { batch: textBatch(origin, records, decodeLine, reader), unfinished, nextLine }
  }
}

const decodeLine: DecodeRecord = (bytes, start, end) => (isBlank(bytes, start, end) ? undefined : parseJsonRecord(bytes, start, end))
