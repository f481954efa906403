/** NDJSON: one JSON value a line. Blank lines count as lines and are no records. */
import type { Origin } from '../intake/batch.ts'
import { parseRecord } from '../intake/json.ts'
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

export function openNdjson({ path, gzip, size }: FoundFile): InputFile {
  const name = shownPath(path)
  const file = new FileBytes(path, gzip)
  const origin: Origin = { placeOf: line => `${name}:${line}`, text: false, tabular: false, zoneless: new Set() }
  return {
    name,
    format: 'ndjson',
    progress: () => file.bytesRead / size,
    async *batches() {
      for await (const records of splitRecords(file.chunks(), lines)) yield textBatch(origin, records, decodeLine)
    },
  }
}

const decodeLine: Decode = (bytes, start, end) => (isBlank(bytes, start, end) ? undefined : parseRecord(bytes, start, end))
