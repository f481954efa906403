import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { Strings } from '../../src/columns/strings.ts'
import { openInput } from '../../src/files/open-input.ts'
import { openOutputTable } from '../../src/files/open-output-table.ts'
import { rejectionLine, RejectionWriter } from '../../src/files/io/text-sink.ts'
import type { OutputColumn, OutputValues } from '../../src/files/io/output-table.ts'
import { Scratch } from './scratch.ts'

const columns: readonly OutputColumn[] = [
  { name: 't', type: 'timestamp' },
  { name: 'key', type: 'string' },
  { name: 'card.mean', type: 'decimal' },
  { name: 'n', type: 'int' },
  { name: 'on', type: 'bool' },
  { name: 'took', type: 'duration' },
  { name: 'last', type: 'string', list: true },
  { name: 'lastN', type: 'double', list: true },
]

const noon = Date.UTC(2024, 4, 1, 12, 0, 0, 7)
const rows = [
  { t: noon, key: 'a"b', 'card.mean': 0.1, n: 3, on: true, took: 60_000, last: ['x', 'ü'], lastN: [1.5] },
  { t: -1, key: null, 'card.mean': null, n: null, on: null, took: null, last: null, lastN: null },
  { t: 8_796_093_022_207, key: '😀', 'card.mean': -2.5, n: Number.MAX_SAFE_INTEGER, on: false, took: 0, last: [], lastN: [1, 2] },
]

/** The rows repeated, in columns. */
function columnsOf(strings: Strings, count: number): OutputValues[] {
  const cell = (i: number, name: keyof (typeof rows)[0]) => rows[i % 3][name]
  const number = (value: unknown) => (typeof value === 'string' ? strings.idOf(value) : Number(value ?? 0))
  return columns.map(({ name, type, list }) => {
    const cells = Array.from({ length: count }, (_, i) => cell(i, name as keyof (typeof rows)[0]))
    const nulls = Uint8Array.from(cells, value => (value === null ? 1 : 0))
    if (!list) return { values: type === 'string' ? Int32Array.from(cells, number) : Float64Array.from(cells, number), nulls }
    const lists = cells.map(value => (value ?? []) as unknown[])
    const values = Float64Array.from(lists.flatMap(items => [number(items[0]), number(items[1])]))
    return { values, nulls, width: 2, counts: Uint16Array.from(lists, items => items.length) }
  })
}

async function writeTable(path: string, count: number): Promise<void> {
  const strings = new Strings()
  const table = await openOutputTable(path, columns, strings)
  await table.write(count, columnsOf(strings, count))
  await table.write(count, columnsOf(strings, count))
  await table.close()
}

const asText = rows.map(row => ({ ...row, t: new Date(row.t).toISOString() }))

test('a table as NDJSON, plain and gzip', async () => {
  using scratch = new Scratch()
  await writeTable(scratch.path('out.ndjson'), 3)
  const text = readFileSync(scratch.path('out.ndjson'), 'utf8')
  assert.deepEqual(
    text
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as unknown),
    [...asText, ...asText],
  )
  await writeTable(scratch.path('out.ndjson.gz'), 30_000)
  const unpacked = gunzipSync(readFileSync(scratch.path('out.ndjson.gz'))).toString('utf8')
  assert.equal(unpacked, text.repeat(10_000))
})

test('a table as Parquet is read back as it was, beyond one chunk', async () => {
  using scratch = new Scratch()
  const path = scratch.path(`it's.parquet`)
  await writeTable(path, 3000)
  const file = await openInput(path)
  assert.deepEqual(
    file.columns!.map(({ type }) => type),
    ['TIMESTAMP WITH TIME ZONE', 'VARCHAR', 'DOUBLE', 'BIGINT', 'BOOLEAN', 'BIGINT', 'VARCHAR[]', 'DOUBLE[]'],
  )
  const read: unknown[] = []
  for await (const { records } of file.batches()) read.push(...records)
  assert.equal(read.length, 6000)
  read.forEach((record, i) => assert.deepEqual(record, rows[i % 3]))
  assert.ok(!existsSync(`${path}.part`))
})

test('a table given up leaves no half of a Parquet file, and the lines so far of NDJSON', async () => {
  using scratch = new Scratch()
  for (const name of ['out.parquet', 'out.ndjson']) {
    const strings = new Strings()
    const table = await openOutputTable(scratch.path(name), columns, strings)
    await table.write(3, columnsOf(strings, 3))
    await table.discard()
  }
  assert.ok(!existsSync(scratch.path('out.parquet')) && !existsSync(scratch.path('out.parquet.part')))
  assert.equal(readFileSync(scratch.path('out.ndjson'), 'utf8').split('\n').length, 4)
})

test('an empty table is a whole file', async () => {
  using scratch = new Scratch()
  const table = await openOutputTable(scratch.path('out.parquet'), columns, new Strings())
  await table.close()
  assert.equal((await openInput(scratch.path('out.parquet'))).columns!.length, columns.length)
})

test('a name without a format, and a folder that is not there', async () => {
  using scratch = new Scratch()
  await assert.rejects(openOutputTable(scratch.path('out.txt'), columns, new Strings()), {
    code: 'SPILL_FORMAT',
    message: /call it \.ndjson, \.ndjson\.gz, \.csv or \.parquet/,
  })
  for (const name of ['none/out.ndjson', 'none/out.parquet'])
    await assert.rejects(openOutputTable(scratch.path(name), columns, new Strings()), {
      code: 'SPILL_FILE',
      message: /^out\.\w+ cannot be written: its folder does not exist$/,
    })
})

test('rejections are lines with their bytes, text where they are text', () => {
  using scratch = new Scratch()
  const rejection = { reason: 'schema', detail: 'not UTF-8', place: 'in.ndjson:3', raw: Buffer.from([0xff, 0x22]) } as const
  assert.equal(rejectionLine(rejection), '{"reason":"schema","detail":"not UTF-8","place":"in.ndjson:3","rawBase64":"/yI="}')
  assert.equal(
    rejectionLine({ ...rejection, source: 's', raw: '{"a":"\n' }),
    '{"reason":"schema","detail":"not UTF-8","place":"in.ndjson:3","source":"s","raw":"{\\"a\\":\\"\\n"}',
  )
  const writer = new RejectionWriter(scratch.path('rejected.ndjson'))
  for (let i = 0; i < 20_000; i++) writer.write({ ...rejection, place: `in.ndjson:${i}` })
  writer.close()
  const lines = readFileSync(scratch.path('rejected.ndjson'), 'utf8').trimEnd().split('\n')
  assert.equal(lines.length, 20_000)
  assert.equal(lines[19_999], rejectionLine({ ...rejection, place: 'in.ndjson:19999' }))
})
