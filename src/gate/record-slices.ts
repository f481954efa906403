/** The records of a fetch some at a time, so that checking them does not hold up the event loop for long. Copies no bytes. */
import { limits } from '../base/index.ts'
import type { FetchedRecords, RecordColumns } from '../kafka/index.ts'

/**
 * Slices of up to `GATE_SLICE_RECORDS` records and `GATE_SLICE_BYTES`, in order. Each also ends before a row for which `isCut` holds. A batch that
 * was written damaged is in the slice of the records around it.
 */
export function* recordSlices(fetched: FetchedRecords, isCut: (row: number) => boolean = () => false): Generator<FetchedRecords> {
  const { records, damaged } = fetched
  if (records.count === 0 && damaged.length === 0) return
  let [first, bytes, damagedFirst] = [0, 0, 0]
  for (let row = 0; row < records.count; row++) {
    const size = records.values[2 * row + 1] - records.values[2 * row]
    const isFull = row - first >= limits.GATE_SLICE_RECORDS || bytes + size > limits.GATE_SLICE_BYTES
    if (row > first && (isFull || isCut(row))) {
      const found = damaged.findIndex(batch => batch.first > records.offsets[row])
      const damagedEnd = found < 0 ? damaged.length : found
      yield { ...fetched, records: sliceRecords(records, first, row), damaged: damaged.slice(damagedFirst, damagedEnd) }
      ;[first, bytes, damagedFirst] = [row, 0, damagedEnd]
    }
    bytes += size
  }
  yield { ...fetched, records: sliceRecords(records, first, records.count), damaged: damaged.slice(damagedFirst) }
}

const sliceRecords = (records: RecordColumns, first: number, end: number): RecordColumns => ({
  ...records,
  count: end - first,
  offsets: records.offsets.subarray(first, end),
  timestamps: records.timestamps.subarray(first, end),
  keys: records.keys.subarray(2 * first, 2 * end),
  values: records.values.subarray(2 * first, 2 * end),
  headers: records.headers.subarray(2 * first, 2 * end),
})
