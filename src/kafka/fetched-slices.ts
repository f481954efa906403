/**
 * Slices of fetched records: a reader decodes one at a time, and the rest of the process has its turn in between. One fetch of a partition may
 * have 16 MiB of records and a batch of 128 MiB behind them. Copies no record.
 */
import { limits } from '../base/index.ts'
import type { FetchedRecords } from './port/driver.ts'
import type { RecordColumns } from './records/record-set.ts'

/**
 * Records of a slice, and their bytes with keys and headers, at most; one record may have more bytes.
 *
 * The slowest records are values of JSON with `columns` that replace their fields. With 250 bytes each takes 15 µs of CPU time, and one that
 * is no JSON 22 µs: so a slice takes about 5 ms. One whose records are decoded into cells takes less than 1 ms. A batch also
 * has costs of its own, its position and its turn: with an eighth of these sizes a run takes twice the CPU time for small records.
 */
export const { KAFKA_SLICE_RECORDS: SLICE_RECORDS, KAFKA_SLICE_BYTES: SLICE_BYTES } = limits

/** The row behind a slice, and the range of its bytes. */
interface SliceExtent {
  readonly rowEnd: number
  readonly byteStart: number
  readonly byteEnd: number
}

/** Does a slice end before a row? */
type IsCut = (row: number) => boolean

/**
 * The records in order, at least one slice. Reading may resume at `next` of each slice; that of the last is where the fetch goes on. A batch
 * that was written damaged is in the slice of the records before it, or in the first. A slice also ends before each row for which `isCut` holds.
 */
export function* fetchedSlices(fetched: FetchedRecords, isCut: IsCut = () => false): Generator<FetchedRecords> {
  const { count, offsets } = fetched.records
  let [row, from] = [0, fetched.from]
  do {
    const extent = extentOf(fetched.records, row, isCut)
    const next = extent.rowEnd < count ? offsets[extent.rowEnd] : fetched.next
    yield sliceOf(fetched, extent, { row, from, next })
    ;[row, from] = [extent.rowEnd, next]
  } while (row < count)
}

/** The extent of the slice that begins with a row. */
function extentOf({ count, keys, values, headers }: RecordColumns, first: number, isCut: IsCut): SliceExtent {
  const rowEnd = Math.min(count, first + SLICE_RECORDS)
  let byteStart: number | undefined
  let byteEnd = 0
  for (let row = first; row < rowEnd; row++) {
    if (row > first && isCut(row)) return { rowEnd: row, byteStart: byteStart ?? 0, byteEnd }
    const [start, end] = [2 * row, 2 * row + 1]
    const recordStart = [keys, values, headers].map(ranges => ranges[start]).find(at => at >= 0)
    // A tombstone without a key and headers.
    if (recordStart === undefined) continue
    const recordEnd = Math.max(keys[end], values[end], headers[end])
    if (row > first && recordEnd - (byteStart ?? recordStart) > SLICE_BYTES) return { rowEnd: row, byteStart: byteStart ?? 0, byteEnd }
    byteStart ??= recordStart
    byteEnd = recordEnd
  }
  return { rowEnd, byteStart: byteStart ?? 0, byteEnd }
}

function sliceOf(
  { records, damaged, ...fetched }: FetchedRecords,
  { rowEnd, byteStart, byteEnd }: SliceExtent,
  { row, from, next }: { readonly row: number; readonly from: number; readonly next: number },
): FetchedRecords {
  // Work on the bytes of a slice, such as a check of their encoding, must not grow with all that was fetched.
  const rangesOf = (ranges: Int32Array<ArrayBuffer>) => ranges.slice(2 * row, 2 * rowEnd).map(at => (at < 0 ? at : at - byteStart))
  return {
    ...fetched,
    from,
    next,
    damaged: damaged.filter(({ first }) => first >= from && first < next),
    records: {
      count: rowEnd - row,
      offsets: records.offsets.subarray(row, rowEnd),
      timestamps: records.timestamps.subarray(row, rowEnd),
      keys: rangesOf(records.keys),
      values: rangesOf(records.values),
      headers: rangesOf(records.headers),
      bytes: records.bytes.subarray(byteStart, byteEnd),
    },
  }
}
