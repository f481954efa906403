/** A dead letter as a batch of one record, to be replayed: it is validated like a new record, and arrives now. */
import { type RecordOrigin, type RecordBatch, parseJsonRecord, Fault } from '../../intake/index.ts'
import type { StoredDeadLetter } from '../../log/index.ts'

/** A dead letter that is not JSON cannot be decoded, and is rejected again. */
export function deadLetterBatch({ raw, form = {}, place }: StoredDeadLetter): RecordBatch {
  const { csv, tabular, zoneless, row, mapped } = form
  const origin: RecordOrigin = { placeOf: () => place, text: csv === true, tabular: tabular === true, zoneless: new Set(zoneless) }
  const rest = { origin, numberOf: () => 1, rawOf: () => raw, replay: { ...(row !== undefined && { row }), ...(mapped && { mapped }) } }
  const bytes = Buffer.from(raw)
  const parsed = csv ? new Fault(CSV) : parseJsonRecord(bytes, 0, bytes.length)
  if (parsed instanceof Fault) return { ...rest, records: [], undecodable: [parsed.at(place, raw)] }
  const { value, inexact } = parsed
  return { ...rest, records: [value], undecodable: [], ...(inexact && { inexact: new Map([[0, inexact]]) }) }
}

const CSV = 'a row of a CSV file, whose header is not kept with it; edit it into a record as JSON, {"column": value}, and send that again'
