import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { limits } from '../../src/base/limits.ts'
import { readings, Scratch, takeOne } from './scratch.ts'

const good = (at: number) => JSON.stringify({ sensor: 's', at })

/** Reads the text as a file, plain and as gzip: the results must be equal. */
async function takeLines(content: string | Uint8Array) {
  using scratch = new Scratch()
  const plain = await takeOne(scratch.write('in.ndjson', content), readings)
  const packed = await takeOne(scratch.write('in.ndjson.gz', gzipSync(content)), readings)
  assert.deepEqual([...packed.block.arrival], [...plain.block.arrival])
  assert.deepEqual(
    packed.rejections.map(({ detail }) => detail),
    plain.rejections.map(({ detail }) => detail),
  )
  assert.equal(plain.error, undefined)
  return plain
}

test('lines in any dress: a byte-order mark, CRLF, blank lines, no newline at the end', async () => {
  const { block, rejections } = await takeLines(`\ufeff${good(1)}\r\n\r\n  \n${good(2)}\n\n${good(3)}`)
  assert.deepEqual([...block.time], [1, 2, 3])
  assert.deepEqual(rejections, [])
})

test('a line that is no JSON is rejected by itself, with its line and its text', async () => {
  const { block, rejections } = await takeLines(`${good(1)}\n{"sensor":"s","at\n\n${good(2)}\n`)
  assert.equal(block.length, 2)
  assert.equal(rejections.length, 1)
  assert.match(rejections[0].place, /in\.ndjson:2$/)
  assert.equal(rejections[0].reason, 'schema')
  assert.match(rejections[0].detail, /^not JSON: /)
  assert.equal(rejections[0].raw, '{"sensor":"s","at')
  assert.equal(rejections[0].source, 'readings', 'the option named it')
})

test('invalid UTF-8 is rejected by itself and kept as bytes', async () => {
  const bad = Buffer.concat([Buffer.from('{"sensor":"'), Buffer.from([0xc3, 0x28]), Buffer.from('","at":1}')])
  const { block, rejections } = await takeLines(Buffer.concat([Buffer.from(`${good(1)}\n`), bad, Buffer.from(`\n${good(2)}`)]))
  assert.equal(block.length, 2)
  assert.deepEqual(
    rejections.map(({ reason, detail }) => [reason, detail]),
    [['schema', 'not UTF-8']],
  )
  assert.deepEqual(Buffer.from(rejections[0].raw as Uint8Array), bad)
})

test('JSON 10,000 deep is rejected, and as deep as allowed it is only of the wrong type', async () => {
  const nested = (depth: number) => `{"sensor":"s","at":1,"value":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`
  const { rejections } = await takeLines(`${nested(10_000)}\n${nested(limits.JSON_DEPTH_MAX + 1)}\n${nested(limits.JSON_DEPTH_MAX)}`)
  assert.match(rejections[0].detail, /nested 10000 deep, more than 64 \(JSON_DEPTH_MAX\)/)
  assert.match(rejections[1].detail, /nested 65 deep/)
  assert.match(rejections[2].detail, /'value' needs a finite number/)
})

test('a line of 100 MB is rejected without being held', async () => {
  using scratch = new Scratch()
  const { open } = await import('node:fs/promises')
  const path = scratch.path('long.ndjson')
  const file = await open(path, 'w')
  const megabyte = Buffer.alloc(1 << 20, 'x')
  await file.write(`${good(1)}\n{"sensor":"`)
  for (let i = 0; i < 100; i++) await file.write(megabyte)
  await file.write(`"}\n${good(2)}\n`)
  await file.close()
  const before = process.memoryUsage.rss()
  const { block, rejections } = await takeOne(path, readings)
  assert.deepEqual([...block.time], [1, 2])
  assert.match(rejections[0].place, /long\.ndjson:2$/)
  assert.match(rejections[0].detail, /a line of 104857613 bytes, more than 1048576 \(LINE_BYTES_MAX\)/)
  assert.ok(rejections[0].raw.length <= 1024)
  assert.ok(process.memoryUsage.rss() - before < 80e6, 'the line was held')
})

test('a line as long as allowed is taken, one byte more is not', async () => {
  const padded = (length: number) => good(1).padEnd(length, ' ')
  const { block, rejections } = await takeLines(`${padded(limits.LINE_BYTES_MAX)}\n${padded(limits.LINE_BYTES_MAX + 1)}\n${good(2)}`)
  assert.deepEqual([...block.time], [1, 2])
  assert.equal(rejections.length, 1)
})

test('whole numbers beyond 2^53 are rejected, never rounded, wherever they stand', async () => {
  const { rejections, column } = await takeLines(
    [
      '{"sensor":"s","at":1,"count":9007199254740991}',
      '{"sensor":"s","at":1,"count":9007199254740992}',
      '{"sensor":"s","at":1,"count":9007199254740993}',
      '{"sensor":"s","at":1,"count":-9007199254740993}',
      '{"sensor":"s","at":1,"value":{"deep":[9007199254740993]}}',
      '{"sensor":"9007199254740993","at":2}',
    ].join('\n'),
  )
  assert.deepEqual(column('count'), [Number.MAX_SAFE_INTEGER, null])
  assert.deepEqual(
    rejections.map(({ place }) => place.at(-1)),
    ['3', '4', '5', '2'],
  )
  assert.match(rejections[0].detail, /'count' is 9007199254740993, which JSON numbers cannot hold exactly/)
})

test('digits that a double cannot hold: the nearest for a double, rejected for a decimal', async () => {
  const { column, rejections } = await takeLines(
    [
      '{"sensor":"s","at":1,"value":0.1000000000000000055511151231257827}',
      '{"sensor":"s","at":2,"price":12.340000000000000001}',
      '{"sensor":"s","at":3,"price":"12.340000000000000001"}',
      '{"sensor":"s","at":4,"price":12.340000000000000000}',
      '{"sensor":"s","at":5,"value":9223372036854776000}',
    ].join('\n'),
  )
  assert.deepEqual(column('value'), [0.1, null, 9223372036854776000])
  assert.deepEqual(column('price'), [null, 1234, null])
  assert.match(rejections[0].detail, /12\.340000000000000001, which has more digits than a JSON number holds/)
  assert.match(rejections[1].detail, /at most 2 digits/)
})

test('NaN and infinity are no JSON, and too large an exponent is no finite number', async () => {
  const { rejections } = await takeLines(['NaN', '-Infinity', '1e400'].map(value => `{"sensor":"s","at":1,"value":${value}}`).join('\n'))
  assert.deepEqual(
    rejections.map(({ detail }) => detail.slice(0, 8)),
    ['not JSON', 'not JSON', `'value' `],
  )
})

test('a field that stands twice is rejected, not decided by its order', async () => {
  const { rejections, block } = await takeLines('{"sensor":"s","at":1,"value":1,"value":2}\n{"sensor":"s","at":1,"kind":"a","kind":"a"}')
  assert.equal(block.length, 0)
  assert.deepEqual(new Set(rejections.map(({ detail }) => detail)), new Set(['a field occurs twice in the record']))
})

test('half a surrogate pair is rejected', async () => {
  const { rejections } = await takeLines('{"sensor":"\\ud83d","at":1}\n{"sensor":"\\ud83d\\ude00","at":1}')
  assert.equal(rejections.length, 1)
  assert.match(rejections[0].detail, /surrogate/)
})
