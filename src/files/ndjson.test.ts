import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random, type Random } from '../base/random.ts'
import { Strings } from '../columns/strings.ts'
import type { SourceIR } from '../define/ir/ir.ts'
import { RecordValidator } from '../intake/record-validator.ts'
import { JsonLineReader } from '../intake/line-reader.ts'
import type { Rejection } from '../intake/rejection.ts'
import { rowText } from '../intake/row-reader.ts'
import { damagedLine, noise } from '../../test/inputs/damage.ts'
import { below, chance, jsonLine, oneOf, randomRow, randomSource } from '../../test/inputs/generate.ts'
import { ndjsonBatches } from './ndjson.ts'

interface ReadResult {
  readonly rows: readonly string[]
  readonly times: readonly number[]
  readonly rejections: readonly Rejection[]
  readonly counts: RecordValidator['counts']
  /** Lines decoded straight into cells. */
  readonly read: number
}

/** Result of reading lines, given in these chunks, for a source. */
async function readLines(source: SourceIR, chunks: readonly Buffer[], reader?: JsonLineReader): Promise<ReadResult> {
  const strings = new Strings()
  const rejections: Rejection[] = []
  const door = new RecordValidator(source, { strings, trackOrigins: true, onRejected: rejection => rejections.push(rejection) })
  let cellCount = 0
  async function* chunkStream() {
    yield* chunks
  }
  for await (const { batch } of ndjsonBatches(chunkStream(), 'in', { reader })) {
    rejections.push(...batch.undecodable)
    door.validate(batch)
    cellCount += batch.cells?.isRead.reduce((sum, one) => sum + one, 0) ?? 0
  }
  const block = door.view()
  const all = Array.from({ length: block.length }, (_, row) => row)
  return {
    rows: all.map(row => rowText(source, block, row, () => strings)),
    times: [...block.time, ...block.arrival],
    rejections,
    counts: door.counts,
    read: cellCount,
  }
}

/** Cuts the text anywhere, also within a character. */
function cut(next: Random, bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + below(next, 2000)
    chunks.push(bytes.subarray(at, end))
    at = end
  }
  return chunks
}

/** The line in another spelling: an equal record, or an invalid one. */
function reformatted(next: Random, line: string): string {
  const [from, to] = oneOf(next, [
    [/":/g, '": '],
    [/,"/g, ', "'],
    [/\{/, '{ '],
    [/\}$/, ' }\t'],
    [/"a"/g, String.raw`"\u0061"`],
    [/(\d)([,}])/g, '$1.0$2'],
    [/(\d)([,}])/g, '$1e0$2'],
    [/(\d)([,}])/g, '$1.12345678901234567$2'],
    [/(\d)([,}])/g, '$1e-7$2'],
    [/(\d)([,}])/g, '$1e999$2'],
    [/:-?(\d)/g, ':-$1'],
    [/:(\d)/g, ':0$1'],
    [/\.000Z/g, 'Z'],
    [/Z"/g, '+00:00"'],
    [/ /g, '\u00a0'],
    [/$/, '\r'],
  ] as [RegExp, string][])
  return line.replace(from, to)
}

test('a source accepts the same rows and rejects the same lines with and without a line reader', async () => {
  let lines = 0
  let accepted = 0
  let rejected = 0
  let read = 0
  for (let seed = 0; seed < 300; seed++) {
    const next = random(seed)
    const source = randomSource(next)
    const all = Array.from({ length: 60 }, () => {
      const line = jsonLine(next, source, randomRow(next, source))
      if (chance(next, 0.5)) return Buffer.from(line)
      if (chance(next, 0.5)) return Buffer.from(reformatted(next, line))
      return chance(next, 0.9) ? damagedLine(next, line, 'ndjson') : noise(next, below(next, 80))
    })
    const chunks = cut(next, Buffer.concat(all.flatMap(line => [line, Buffer.from('\n')])))
    const slow = await readLines(source, chunks)
    const { read: cells, ...fast } = await readLines(source, chunks, JsonLineReader.of(source))
    assert.deepEqual({ ...fast, read: 0 }, slow, `seed ${seed}`)
    lines += all.length
    accepted += slow.rows.length
    rejected += slow.rejections.length
    read += cells
  }
  // These sources have many edge values on purpose, which the line reader leaves to the general path.
  assert.ok(accepted > 0.5 * lines && rejected > 0.05 * lines && read > 0.1 * lines, `${lines} ${accepted} ${rejected} ${read}`)
})

const source: SourceIR = {
  name: 'source',
  columns: [
    { name: 'key', type: 'string', nullable: false },
    { name: 'at', type: 'timestamp', nullable: false },
    { name: 'on', type: 'bool', nullable: true },
    { name: 'kind', type: 'string', nullable: true, values: ['a', 'ä'] },
    { name: 'took', type: 'duration', nullable: true, min: 10, max: 20 },
  ],
  key: 'key',
  time: 'at',
  arrives: { kind: 'after', delay: 0 },
  allowedLateness: 0,
  maxClockSkew: 0,
  dedupe: 0,
}

async function readOf(...lines: string[]): Promise<number[]> {
  const { read } = await readLines(source, [Buffer.from(lines.join('\n'))], JsonLineReader.of(source))
  const separately = await Promise.all(lines.map(line => readLines(source, [Buffer.from(line)], JsonLineReader.of(source))))
  assert.equal(
    read,
    separately.reduce((sum, result) => sum + result.read, 0),
  )
  return separately.map(result => result.read)
}

test('decodes fields in any order, missing fields, NULL, literals, enums and any script', async () => {
  const lines = [
    '{"key":"漢字😀","at":1,"on":true,"kind":"ä","took":20}',
    '{"took":10,"kind":"a","on":false,"at":"2024-05-01T12:30:00.000Z","key":""}',
    ' \t',
    '{"key":"k","at":"2024-05-01T12:30"}\r',
    '{ "at" : -5 , "key" : "k" , "on" : null }  ',
  ]
  assert.deepEqual(await readOf(...lines), [1, 1, 0, 1, 1])
})

test('decodes doubles of any length, and leaves what a double cannot hold', async () => {
  const measured: SourceIR = { ...source, columns: [...source.columns, { name: 'x', type: 'double', nullable: true, max: 1000 }] }
  const texts = [
    '0.1234567890123456789',
    '-1.5e-7',
    '1E+2',
    '-0.0e-400',
    '123456789.1234567',
    '1e999',
    '1.e2',
    '1e',
    '01.5e1',
    '12345678901234567890',
  ]
  const lines = texts.map(text => Buffer.from(`{"key":"k","at":1,"x":${text}}`))
  const slow = await Promise.all(lines.map(line => readLines(measured, [line])))
  const fast = await Promise.all(lines.map(line => readLines(measured, [line], JsonLineReader.of(measured))))
  assert.deepEqual(
    fast.map(result => ({ ...result, read: 0 })),
    slow,
  )
  assert.deepEqual(
    fast.map(({ read }) => read),
    [1, 1, 1, 1, 0, 0, 0, 0, 0, 0],
  )
})

test('leaves lines that need a message or care', async () => {
  const undecodedLines = [
    ' {"key":"k","at":1}',
    '{"key":"k"}',
    '{"key":null,"at":1}',
    '{"key":"k","at":null}',
    '{"key":"k","at":1,"at":1}',
    '{"key":"k","at":1,"other":1}',
    '{"key":"k","at":1,"on":1}',
    '{"key":"k","at":1,"on":"true"}',
    '{"key":"k","at":1,"kind":"b"}',
    '{"key":"k","at":1,"took":21}',
    '{"key":"k","at":1,"took":9}',
    '{"key":"k","at":1,"took":"15ms"}',
    '{"key":"k","at":8796093022209}',
    String.raw`{"key":"\u006b","at":1}`,
    '{"key":"a\tb","at":1}',
    '{"key":"k","at":1,}',
    '{"key":"k","at":1}}',
    '{"key":"k","at":1',
    '{"key":"k","at":1.5}',
    '{"key":"k","at":"soon"}',
    '{"key":{},"at":1}',
    '[{"key":"k","at":1}]',
    '{}',
    '{',
  ]
  assert.deepEqual(
    await readOf(...undecodedLines),
    undecodedLines.map(() => 0),
  )
})

test('rejects a line that is not UTF-8, but not a chunk that ends within a character', async () => {
  const bad = Buffer.concat([Buffer.from('{"key":"k","at":1}\n{"key":"'), Buffer.of(0xff), Buffer.from('","at":1}\n{"key":"ä","at":1}\n')])
  for (let end = 0; end <= bad.length; end++) {
    const { read, rows, rejections } = await readLines(source, [bad.subarray(0, end), bad.subarray(end)], JsonLineReader.of(source))
    assert.deepEqual([read, rows.length, rejections.map(({ detail }) => detail)], [2, 2, ['not UTF-8']])
  }
})

test('a source other than the line reader’s takes the lines as records', async () => {
  const narrow: SourceIR = { ...source, columns: source.columns.slice(0, 2) }
  const lines = [Buffer.from('{"key":"k","at":1}\n{"key":"k","at":1,"on":true}\n')]
  const expected = await readLines(narrow, lines)
  const { read, ...result } = await readLines(narrow, lines, JsonLineReader.of(source))
  assert.equal(read, 2)
  assert.deepEqual({ ...result, read: 0 }, expected)
  assert.deepEqual([expected.rows.length, expected.rejections.length], [1, 1])
})

test('a source with a map has no line reader', () => {
  assert.equal(JsonLineReader.of({ ...source, mapVersion: '1' }), undefined)
})

test('decodes texts up to their limit, and rejects longer ones like the general path', async () => {
  const line = (key: string) => Buffer.from(JSON.stringify({ key, at: 1 }))
  const lines = [line('é'.repeat(512)), line(`${'é'.repeat(512)}x`)]
  for (const [i, reader] of [JsonLineReader.of(source), undefined].entries()) {
    const [fits, longer] = await Promise.all(lines.map(each => readLines(source, [each], reader)))
    assert.deepEqual([fits.rows.length, fits.rejections.length, fits.read], [1, 0, 1 - i])
    assert.deepEqual([longer.rows.length, longer.read], [0, 0])
    assert.match(longer.rejections[0].detail, /'key' has 1025 bytes of UTF-8, and takes at most 1024/)
  }
})
