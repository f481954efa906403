import assert from 'node:assert/strict'
import { chmodSync, mkdirSync } from 'node:fs'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { ErrorCode } from '../../src/base/errors.ts'
import { openInput } from '../../src/files/open-input.ts'
import { readings, Scratch, takeOne } from './scratch.ts'

const line = (at: number) => `${JSON.stringify({ sensor: `sensor ${at * 7919}`, at })}\n`
const lines = Array.from({ length: 50_000 }, (_, at) => line(at)).join('')

async function errorOf(path: string, code: ErrorCode = 'SPILL_FILE'): Promise<string> {
  const { error } = await takeOne(path, readings)
  assert.equal(error?.code, code)
  return error.message
}

test('files that are not there, empty, or no files', async () => {
  using scratch = new Scratch()
  mkdirSync(scratch.path('folder'))
  assert.match(await errorOf(scratch.path('none.ndjson')), /^none\.ndjson does not exist$/)
  assert.match(await errorOf(scratch.path('folder')), /^folder is a folder; name a file$/)
  for (const name of ['in.ndjson', 'in.csv', 'in.parquet', 'in']) assert.match(await errorOf(scratch.write(name, '')), /is empty$/)
  assert.match(await errorOf(scratch.write('in.csv.gz', gzipSync(''))), /is empty$/)
})

test('a file that may not be read', { skip: process.getuid?.() === 0 && 'root may read everything' }, async () => {
  using scratch = new Scratch()
  const path = scratch.write('in.ndjson', line(1))
  chmodSync(path, 0)
  assert.match(await errorOf(path), /no permission/)
})

test('a format is found by signature, then by name, then by how the file begins', async () => {
  using scratch = new Scratch()
  const cases: readonly (readonly [string, string | Uint8Array, string])[] = [
    ['a.jsonl', line(1), 'ndjson'],
    ['b.ndjson', gzipSync(line(1)), 'ndjson'],
    ['c.dat', line(1), 'ndjson'],
    ['d.dat', 'sensor,at\ns,1', 'csv'],
    ['e.CSV', 'sensor,at\ns,1', 'csv'],
    ['f.gz', gzipSync('sensor,at\ns,1'), 'csv'],
  ]
  for (const [name, content, format] of cases) {
    const path = scratch.write(name, content)
    assert.equal((await openInput(path)).format, format)
    assert.equal((await takeOne(path, readings)).block.length, 1)
  }
  const parquet = await scratch.writeParquet('g.ndjson', `SELECT 's' AS sensor, 1 AS at`)
  assert.equal((await openInput(parquet)).format, 'parquet')
})

test('a file in none of the formats is an error', async () => {
  using scratch = new Scratch()
  assert.match(
    await errorOf(scratch.write('a.json', '[\n{"sensor":"s","at":1}\n]'), 'SPILL_FORMAT'),
    /one JSON array; write one object a line/,
  )
  assert.match(await errorOf(scratch.write('b.csv', Buffer.from('\ufeffa,b', 'utf16le')), 'SPILL_FORMAT'), /UTF-16; convert it to UTF-8/)
  assert.match(await errorOf(scratch.write('c.bin', Buffer.from([1, 2, 0, 4])), 'SPILL_FORMAT'), /neither NDJSON nor CSV nor Parquet/)
  assert.match(await errorOf(scratch.write('d.parquet', 'sensor,at'), 'SPILL_FORMAT'), /is not a Parquet file: it does not begin with PAR1/)
  assert.match(await errorOf(scratch.write('e.parquet.gz', gzipSync('PAR1')), 'SPILL_FORMAT'), /Parquet within gzip; unpack it/)
})

test('a gzip that was cut off is an error after the rows before the cut', async () => {
  using scratch = new Scratch()
  const packed = gzipSync(lines)
  const { error, block } = await takeOne(scratch.write('cut.ndjson.gz', packed.subarray(0, packed.length / 2)), readings)
  assert.match(error!.message, /^cut\.ndjson\.gz is a gzip that was cut off/)
  assert.ok(block.length > 10_000 && block.length < 40_000)
  assert.match(await errorOf(scratch.write('head.ndjson.gz', packed.subarray(0, 5)), 'SPILL_TRUNCATED'), /cut off/)
})

test('a damaged gzip, and one with something behind its end', async () => {
  using scratch = new Scratch()
  const packed = gzipSync(lines)
  const flipped = Buffer.from(packed)
  flipped[packed.length >> 1] ^= 0xff
  assert.match(await errorOf(scratch.write('flipped.ndjson.gz', flipped), 'SPILL_TRUNCATED'), /damaged gzip/)
  assert.match(
    await errorOf(scratch.write('more.ndjson.gz', Buffer.concat([packed, Buffer.from('hello world')])), 'SPILL_TRUNCATED'),
    /damaged gzip/,
  )
  const two = await takeOne(scratch.write('two.ndjson.gz', Buffer.concat([gzipSync(line(1)), gzipSync(line(2))])), readings)
  assert.deepEqual([...two.block.time], [1, 2], 'gzip files may be joined')
})

test('progress runs from 0 to 1', async () => {
  using scratch = new Scratch()
  for (const path of [scratch.write('in.ndjson', lines.repeat(3)), scratch.write('in.ndjson.gz', gzipSync(lines.repeat(3)))]) {
    const file = await openInput(path)
    const shares: number[] = []
    for await (const { records } of file.batches()) if (records.length > 0) shares.push(file.progress())
    assert.ok(shares.length > 3)
    assert.deepEqual(
      shares,
      shares.toSorted((a, b) => a - b),
    )
    assert.equal(shares.at(-1), 1)
  }
})
