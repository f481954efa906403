import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { csvRowRule } from '../csv.ts'
import { lineRule } from '../ndjson.ts'
import { splitRecords, type RecordRule, type SplitRecords } from './splitter.ts'

async function splitAll(chunks: readonly Buffer[], rule: RecordRule): Promise<SplitRecords[]> {
  async function* each(): AsyncGenerator<Buffer> {
    for (const chunk of chunks) yield await Promise.resolve(chunk)
  }
  const all: SplitRecords[] = []
  for await (const records of splitRecords(each(), rule)) all.push(records)
  return all
}

const recordsOf = (all: readonly SplitRecords[]) =>
  all.flatMap(({ bytes, starts, ends, lines: numbers, broken }) =>
    starts.map((start, i) => [bytes.toString('latin1', start, ends[i]), numbers[i], broken.has(i)] as const),
  )

function cut(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  let from = 0
  for (const length of lengths) {
    chunks.push(bytes.subarray(from, from + length))
    from += length
  }
  return [...chunks, bytes.subarray(from)]
}

const record = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.constantFrom('a,b', '"a,""b"', '"two\nlines"', '"', 'x"\n', '', '\r'),
  fc.integer({ min: 1, max: 6000 }).map(length => 'y'.repeat(length)),
  fc.integer({ min: 1, max: 3000 }).map(length => `"${'z\n'.repeat(length)}"`),
)
const input = fc.array(record, { maxLength: 40 }).map(records => Buffer.from(records.join('\n')))
const lengths = fc.array(fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 8192, max: 40_000 })), { maxLength: 12 })

for (const [name, rule] of [
  ['NDJSON', lineRule],
  ['CSV', csvRowRule(',')],
] as const)
  test(`${name}: chunks of any length give the records of the whole input, and say where they end`, () =>
    fc.assert(
      fc.asyncProperty(input, lengths, async (bytes, cuts) => {
        const all = await splitAll(cut(bytes, cuts), rule)
        assert.deepEqual(recordsOf(all), recordsOf(await splitAll([bytes], rule)))
        for (const { bytes: shared, starts, ends, unfinished } of all)
          if (starts.length > 0) assert.ok(shared.length - ends.at(-1)! - 1 <= Math.max(0, unfinished))
      }),
    ))

test('a large chunk is not copied: the record across its beginning is joined alone', async () => {
  const line = `${'x'.repeat(99)}\n`
  const whole = Buffer.from(line.repeat(1000))
  const all = await splitAll(cut(whole, [32_750, 32_750]), lineRule)
  assert.equal(recordsOf(all).length, 1000)
  assert.deepEqual(
    all.map(({ starts, bytes, unfinished }) => [starts.length, bytes.buffer === whole.buffer, unfinished]),
    [
      [327, true, 50],
      [1, false, 32_700],
      [327, true, 0],
      [345, true, 0],
      [0, true, 0],
    ],
  )
})
