/** Slices of fetched records: bounded by records and bytes, whole in the order of offsets, and each with its own bytes alone. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batchOf, type Draw, drawOf, type Message, messagesIn } from '../../test/kafka/batches.ts'
import type { FetchedRecords } from './port/driver.ts'
import { fetchedSlices, SLICE_BYTES, SLICE_RECORDS } from './fetched-slices.ts'
import { clientCodecs } from './platformatic/codecs.ts'
import { readRecordSet } from './records/record-set.ts'

function fetchOf(bytes: Buffer, from = 0, damaged: FetchedRecords['damaged'] = []): FetchedRecords {
  const { records, end, epoch } = readRecordSet(bytes, from, [], clientCodecs)
  return { partition: 0, assignment: 1, records, from, next: end, epoch, damaged, end, bytes: bytes.length }
}

const valueAt = (offset: number, value: string | undefined): Message => ({ offset, timestamp: 1, key: undefined, value, headers: [] })

/** Records with and without keys, values and headers. One value in `large` is about as large as a slice. */
function messagesOf(draw: Draw, count: number, large: number): Message[] {
  const text = (bytes: number) => 'x'.repeat(draw(bytes))
  return Array.from({ length: count }, (_, offset) => ({
    offset,
    timestamp: offset,
    key: draw(3) === 0 ? undefined : text(9),
    value: draw(4) === 0 ? undefined : draw(large) === 0 ? 'x'.repeat(SLICE_BYTES / 2 + draw(SLICE_BYTES)) : text(40),
    headers: Array.from({ length: draw(3) }, (__, at) => [`h${at}`, text(9)] as const),
  }))
}

for (const large of [20, 1_000_000])
  test(`slices are all records in order, bounded, and reading resumes behind each (one value in ${large} is large)`, () => {
    const messages = messagesOf(drawOf(large), 2 * SLICE_RECORDS + 100, large)
    const bytes = batchOf(messages)
    const fetched = fetchOf(bytes, 7)
    const slices = [...fetchedSlices(fetched)]
    assert.deepEqual(
      slices.flatMap(({ records }) => messagesIn(records)),
      messages.slice(7),
    )
    for (const [i, { records, from, next }] of slices.entries()) {
      const withBytes = messagesIn(records).filter(
        ({ key, value, headers }) => key !== undefined || value !== undefined || headers.length > 0,
      )
      assert.ok(records.count <= SLICE_RECORDS && (records.bytes.length <= SLICE_BYTES || withBytes.length === 1))
      assert.deepEqual([from, next], [records.offsets[0], slices[i + 1]?.records.offsets[0] ?? fetched.next])
      assert.deepEqual(messagesIn(fetchOf(bytes, next).records), messages.slice(next))
    }
    const full = slices.filter(({ records }) => records.count === SLICE_RECORDS)
    assert.ok(large === 20 ? slices.length > 5 : full.length === 2)
  })

test('records without bytes, with empty bytes, and one that is larger than a slice', () => {
  const values = [undefined, undefined, 'x'.repeat(SLICE_BYTES + 1), '', undefined, 'y']
  const slices = [...fetchedSlices(fetchOf(batchOf(values.map((value, offset) => valueAt(offset, value)))))]
  assert.deepEqual(
    slices.map(({ records }) => messagesIn(records).map(({ value }) => value)),
    [[undefined, undefined], [values[2]], ['', undefined, 'y']],
  )
})

test('a slice ends before a row for which `isCut` holds', () => {
  const fetched = fetchOf(batchOf(Array.from({ length: 5 }, (_, offset) => valueAt(offset, `${offset}`))))
  const slices = [...fetchedSlices(fetched, row => row === 2 || row === 4)]
  assert.deepEqual(
    slices.map(({ records, next }) => [messagesIn(records).map(({ value }) => value), next]),
    [
      [['0', '1'], 2],
      [['2', '3'], 4],
      [['4'], 5],
    ],
  )
})

test('a damaged batch is in the slice of the records before it', () => {
  const large = 'x'.repeat(SLICE_BYTES)
  const bytes = Buffer.concat([3, 4, 10, 11].map(offset => batchOf([valueAt(offset, large)])))
  const damaged = [0, 5, 20].map(first => ({ first, end: first + 2, problem: 'its bytes' }))
  const slices = [...fetchedSlices({ ...fetchOf(bytes, 0, damaged), next: 25 })]
  assert.deepEqual(
    slices.map(slice => [slice.records.offsets[0], slice.damaged.map(({ first }) => first), slice.next]),
    [
      [3, [0], 4],
      [4, [5], 10],
      [10, [], 11],
      [11, [20], 25],
    ],
  )
})

test('a fetch without records is one slice, whose place is behind its markers', () => {
  const slices = [...fetchedSlices({ ...fetchOf(Buffer.alloc(0), 4), next: 6 })]
  assert.deepEqual(
    slices.map(({ records, from, next }) => [records.count, from, next]),
    [[0, 4, 6]],
  )
})
