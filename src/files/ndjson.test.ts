import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random, type Random } from '../base/random.ts'
import { Strings } from '../columns/strings.ts'
import type { SourceIR } from '../define/ir/ir.ts'
import { Door } from '../intake/door.ts'
import { LineReader } from '../intake/line-reader.ts'
import type { Refusal } from '../intake/refusal.ts'
import { rowText } from '../intake/row-text.ts'
import { damagedLine, noise } from '../../test/inputs/damage.ts'
import { below, chance, jsonLine, oneOf, randomRow, randomSource } from '../../test/inputs/generate.ts'
import { ndjsonBatches } from './ndjson.ts'

interface Taken {
  readonly rows: readonly string[]
  readonly times: readonly number[]
  readonly refusals: readonly Refusal[]
  readonly counts: Door['counts']
  /** Lines that were never records. */
  readonly read: number
}

/** What a source makes of lines that come in those chunks. */
async function take(source: SourceIR, chunks: readonly Buffer[], reader?: LineReader): Promise<Taken> {
  const strings = new Strings()
  const refusals: Refusal[] = []
  const door = new Door(source, { strings, places: true, onRefused: refusal => refusals.push(refusal) })
  let read = 0
  async function* coming() {
    yield* chunks
  }
  for await (const { batch } of ndjsonBatches(coming(), 'in', { reader })) {
    refusals.push(...batch.undecodable)
    door.take(batch)
    read += batch.cells?.isRead.reduce((sum, one) => sum + one, 0) ?? 0
  }
  const block = door.view()
  const all = Array.from({ length: block.length }, (_, row) => row)
  return {
    rows: all.map(row => rowText(source, block, row, () => strings)),
    times: [...block.time, ...block.arrival],
    refusals,
    counts: door.counts,
    read,
  }
}

/** The text cut anywhere, also in the middle of a character. */
function cut(next: Random, bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + below(next, 2000)
    chunks.push(bytes.subarray(at, end))
    at = end
  }
  return chunks
}

/** A line as others write it, which is the same record or none at all. */
function redressed(next: Random, line: string): string {
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

test('a source takes from lines the same rows and refuses the same lines, whether they were records or not', async () => {
  let lines = 0
  let accepted = 0
  let refused = 0
  let read = 0
  for (let seed = 0; seed < 300; seed++) {
    const next = random(seed)
    const source = randomSource(next)
    const all = Array.from({ length: 60 }, () => {
      const line = jsonLine(next, source, randomRow(next, source))
      if (chance(next, 0.5)) return Buffer.from(line)
      if (chance(next, 0.5)) return Buffer.from(redressed(next, line))
      return chance(next, 0.9) ? damagedLine(next, line, 'ndjson') : noise(next, below(next, 80))
    })
    const chunks = cut(next, Buffer.concat(all.flatMap(line => [line, Buffer.from('\n')])))
    const slow = await take(source, chunks)
    const { read: cells, ...fast } = await take(source, chunks, LineReader.of(source))
    assert.deepEqual({ ...fast, read: 0 }, slow, `seed ${seed}`)
    lines += all.length
    accepted += slow.rows.length
    refused += slow.refusals.length
    read += cells
  }
  // Values of these sources stand at the edges on purpose, which the reader leaves.
  assert.ok(accepted > 0.5 * lines && refused > 0.05 * lines && read > 0.1 * lines, `${lines} ${accepted} ${refused} ${read}`)
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
  const { read } = await take(source, [Buffer.from(lines.join('\n'))], LineReader.of(source))
  const alone = await Promise.all(lines.map(line => take(source, [Buffer.from(line)], LineReader.of(source))))
  assert.equal(
    read,
    alone.reduce((sum, one) => sum + one.read, 0),
  )
  return alone.map(one => one.read)
}

test('fields in any order, missing ones, NULL, literals, enums and any script are read', async () => {
  const lines = [
    '{"key":"漢字😀","at":1,"on":true,"kind":"ä","took":20}',
    '{"took":10,"kind":"a","on":false,"at":"2024-05-01T12:30:00.000Z","key":""}',
    ' \t',
    '{"key":"k","at":"2024-05-01T12:30"}\r',
    '{ "at" : -5 , "key" : "k" , "on" : null }  ',
  ]
  assert.deepEqual(await readOf(...lines), [1, 1, 0, 1, 1])
})

test('doubles of any digits are read, and what none holds is left', async () => {
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
  const slow = await Promise.all(lines.map(line => take(measured, [line])))
  const fast = await Promise.all(lines.map(line => take(measured, [line], LineReader.of(measured))))
  assert.deepEqual(
    fast.map(taken => ({ ...taken, read: 0 })),
    slow,
  )
  assert.deepEqual(
    fast.map(({ read }) => read),
    [1, 1, 1, 1, 0, 0, 0, 0, 0, 0],
  )
})

test('what needs words or care is left', async () => {
  const left = [
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
    await readOf(...left),
    left.map(() => 0),
  )
})

test('a line that is no UTF-8 is refused, and a chunk that ends within a character is none', async () => {
  const bad = Buffer.concat([Buffer.from('{"key":"k","at":1}\n{"key":"'), Buffer.of(0xff), Buffer.from('","at":1}\n{"key":"ä","at":1}\n')])
  for (let end = 0; end <= bad.length; end++) {
    const { read, rows, refusals } = await take(source, [bad.subarray(0, end), bad.subarray(end)], LineReader.of(source))
    assert.deepEqual([read, rows.length, refusals.map(({ detail }) => detail)], [2, 2, ['not UTF-8']])
  }
})

test('another source than the one that lines were read for takes them as records', async () => {
  const narrow: SourceIR = { ...source, columns: source.columns.slice(0, 2) }
  const lines = [Buffer.from('{"key":"k","at":1}\n{"key":"k","at":1,"on":true}\n')]
  const expected = await take(narrow, lines)
  const { read, ...taken } = await take(narrow, lines, LineReader.of(source))
  assert.equal(read, 2)
  assert.deepEqual({ ...taken, read: 0 }, expected)
  assert.deepEqual([expected.rows.length, expected.refusals.length], [1, 1])
})

test('lines for a source with a map are records', () => {
  assert.equal(LineReader.of({ ...source, mapVersion: '1' }), undefined)
})

test('texts of as many bytes as their columns take are read straight, and longer ones are rejected as the long way does', async () => {
  const line = (key: string) => Buffer.from(JSON.stringify({ key, at: 1 }))
  const lines = [line('é'.repeat(512)), line(`${'é'.repeat(512)}x`)]
  for (const [i, reader] of [LineReader.of(source), undefined].entries()) {
    const [fits, longer] = await Promise.all(lines.map(each => take(source, [each], reader)))
    assert.deepEqual([fits.rows.length, fits.refusals.length, fits.read], [1, 0, 1 - i])
    assert.deepEqual([longer.rows.length, longer.read], [0, 0])
    assert.match(longer.refusals[0].detail, /'key' has 1025 bytes of UTF-8, and takes at most 1024/)
  }
})
