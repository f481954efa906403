/** NDJSON: one JSON value a line. Blank lines count as lines and are no records. */
import type { Origin, RecordBatch } from '../intake/batch.ts'
import { parseRecord } from '../intake/json.ts'
import type { LineReader } from '../intake/line-reader.ts'
import { FileBytes } from './bytes.ts'
import { shownPath } from './file-error.ts'
import type { FoundFile, InputFile } from './input-file.ts'
import { NEWLINE, splitRecords, type RecordRule } from './splitter.ts'
import { isBlank, textBatch, type Decode } from './text-batch.ts'

const lines: RecordRule = {
  findEnd(bytes, from, isLast) {
    const newline = bytes.indexOf(NEWLINE, from)
    return newline < 0 && isLast ? bytes.length : newline
  },
  multiline: false,
}

export function openNdjson({ path, gzip, size }: FoundFile, reader?: LineReader): InputFile {
  const name = shownPath(path)
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

/** A batch of lines, and where the next one begins. */
export interface NdjsonBatch {
  readonly batch: RecordBatch
  /** Bytes of what was given that belong to a line whose end has not come. */
  readonly unfinished: number
  readonly nextLine: number
}

export interface NdjsonOptions {
  /** The number of the first line; 1 unless given. */
  readonly firstLine?: number
  /** Of the source that takes the lines, if one does: most of them are then never records. */
  readonly reader?: LineReader | undefined
}

/** The lines of a stream of bytes; `name` stands before their numbers. */
export async function* ndjsonBatches(
  chunks: AsyncIterable<Buffer>,
  name: string,
  { firstLine = 1, reader }: NdjsonOptions = {},
): AsyncGenerator<NdjsonBatch> {
  const origin: Origin = { placeOf: line => `${name}:${line}`, text: false, tabular: false, zoneless: new Set() }
  for await (const records of splitRecords(chunks, lines, firstLine)) {
    const { unfinished, nextLine } = records
    yield { batch: textBatch(origin, records, decodeLine, reader), unfinished, nextLine }
  }
}

const decodeLine: Decode = (bytes, start, end) => (isBlank(bytes, start, end) ? undefined : parseRecord(bytes, start, end))
