import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { limits } from '../../src/base/limits.ts'
import type { SourceIR } from '../../src/define/ir/ir.ts'
import { readings, Scratch, takeOne } from './scratch.ts'

async function takeRows(content: string | Uint8Array, source: SourceIR = readings) {
  using scratch = new Scratch()
  const plain = await takeOne(scratch.write('in.csv', content), source)
  const packed = await takeOne(scratch.write('in.csv.gz', gzipSync(content)), source)
  assert.deepEqual([...packed.block.arrival], [...plain.block.arrival])
  assert.deepEqual(
    packed.rejections.map(({ detail }) => detail),
    plain.rejections.map(({ detail }) => detail),
  )
  return plain
}

const lineOf = (place: string) => Number(place.slice(place.lastIndexOf(':') + 1))

test('every type from text', async () => {
  const { column, rejections, strings } = await takeRows(
    [
      'sensor,at,value,count,price,on,kind,took',
      's,2024-03-01T00:00:00Z,1.5e3,-7,12.34,true,a,5m',
      's,1709251200000,-.5,12.0,5,0,b,250',
      's,2024-03-01T01:00:00+01:00,,,,,,',
    ].join('\n'),
  )
  assert.deepEqual(rejections, [])
  assert.deepEqual(column('at'), [1709251200000, 1709251200000, 1709251200000])
  assert.deepEqual(column('value'), [1500, -0.5, null])
  assert.deepEqual(column('count'), [-7, 12, null])
  assert.deepEqual(column('price'), [1234, 500, null])
  assert.deepEqual(column('on'), [1, 0, null])
  assert.deepEqual(
    column('kind').map(id => (id === null ? null : strings.textOf(id))),
    ['a', 'b', null],
  )
  assert.deepEqual(column('took'), [300_000, 250, null])
})

test('text of another type is rejected with its line', async () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['s,yesterday,,,', /'at' needs a time/],
    ['s,1,NaN,,', /'value' needs a finite number/],
    ['s,1,Infinity,,', /'value' needs a finite number/],
    ['s,1,0x10,,', /'value' needs a finite number/],
    ['s,1,,9007199254740993,', /'count' needs an int within/],
    ['s,1,,9007199254740991.4,', /'count' needs an int within/],
    ['s,1,,1.5,', /'count' needs an int within/],
    ['s,1,,,1.005', /'price' needs a decimal with at most 2 digits/],
    [',1,,,', /'sensor' is NULL/],
  ]
  const { rejections, block } = await takeRows(['sensor,at,value,count,price', ...cases.map(([row]) => row)].join('\n'))
  assert.equal(block.length, 0)
  cases.forEach(([row, detail], i) => {
    assert.match(rejections[i].detail, detail)
    assert.equal(lineOf(rejections[i].place), i + 2)
    assert.equal(rejections[i].raw, row)
  })
})

test('quotes hold delimiters, quotes and newlines; empty and quoted empty differ', async () => {
  const source: SourceIR = { ...readings, columns: [...readings.columns.slice(0, 2), { name: 'note', type: 'string', nullable: true }] }
  const { column, strings, rejections } = await takeRows(
    'sensor,at,note\r\n"a,b",1,"say ""hi""\nagain"\r\n"",2,\r\nc,3,""\r\nd,x,\r\n',
    source,
  )
  const texts = (name: string) => column(name).map(id => (id === null ? null : strings.textOf(id)))
  assert.deepEqual(texts('sensor'), ['a,b', '', 'c'])
  assert.deepEqual(texts('note'), ['say "hi"\nagain', null, ''])
  assert.deepEqual(
    rejections.map(({ place }) => lineOf(place)),
    [6],
    'lines are counted within quotes too',
  )
})

test('a broken row is rejected by itself', async () => {
  const { rejections, block } = await takeRows(
    ['sensor,at,value', 's,1,1', 's,2', 's,3,1,1', 's,4,"1"x', 's,5,1"2', '"s,6,1', 's,7,1'].join('\n'),
  )
  assert.deepEqual([...block.time], [1, 7])
  assert.deepEqual(
    rejections.map(({ place, detail }) => [lineOf(place), detail]),
    [
      [3, '2 fields where the header has 3'],
      [4, '4 fields where the header has 3'],
      [5, 'text after the closing quote of field 3'],
      [6, 'a quote within the unquoted field 3'],
      [7, 'a quote is not closed'],
    ],
  )
})

test('a quote that closes only rows later makes one row of them, rejected whole', async () => {
  const { rejections, block } = await takeRows(['sensor,at,value', '"s,1,1', 's,2,2', '"s",3,3', 's,4,4'].join('\n'))
  assert.deepEqual([...block.time], [4])
  assert.equal(rejections.length, 1)
  assert.equal(rejections[0].raw, '"s,1,1\ns,2,2\n"s",3,3')
})

test('a quote that is not closed within LINE_BYTES_MAX costs its own line', async () => {
  const rows = Array.from({ length: 60_000 }, (_, i) => `sensor number one,${i},1`)
  const { rejections, block } = await takeRows(`sensor,at,value\n"s,0,1\n${rows.join('\n')}`)
  assert.ok(rows.join('\n').length > limits.LINE_BYTES_MAX)
  assert.equal(block.length, rows.length)
  assert.deepEqual(
    rejections.map(({ raw }) => raw),
    ['"s,0,1'],
  )
})

test('invalid UTF-8 breaks its row only', async () => {
  const { rejections, block } = await takeRows(
    Buffer.concat([Buffer.from('sensor,at\ns,1\n'), Buffer.from([0xff, 0xfe]), Buffer.from(',2\ns,3\n')]),
  )
  assert.deepEqual([...block.time], [1, 3])
  assert.deepEqual(
    rejections.map(({ detail, place }) => [detail, lineOf(place)]),
    [['not UTF-8', 3]],
  )
})

test('the delimiter is the one that the header has', async () => {
  for (const delimiter of [',', ';', '\t', '|']) {
    const { column } = await takeRows(['sensor,at,value', 's,1,2.5'].join('\n').replaceAll(',', delimiter))
    assert.deepEqual(column('value'), [2.5])
  }
})

test('a header that cannot be used is an error of the file', async () => {
  const cases: readonly (readonly [string | Buffer, RegExp])[] = [
    ['sensor,at,at\n', /has two columns 'at'/],
    ['sensor,"at\n', /a quote is not closed/],
    ['sensor,__proto__\n', /'__proto__'; rename it/],
    ['\n\n', /every line is blank/],
    [Buffer.from([0x61, 0xff, 0x2c, 0x62]), /not UTF-8/],
    ['sensor,at\rs,1\rs,2', /carriage return/],
    ['sensor,when\ns,1', /has no column 'at'; there is sensor, when/],
  ]
  for (const [content, message] of cases) {
    using scratch = new Scratch()
    const { error } = await takeOne(scratch.write('in.csv', content), readings)
    assert.equal(error?.code, message.source.startsWith('has no column') ? 'SPILL_NOT_FOUND' : 'SPILL_FORMAT')
    assert.match(error.message, message)
    assert.match(error.message, /^in\.csv /)
  }
})

test('undeclared columns are ignored, missing nullable columns are NULL, each with one warning', async () => {
  const { warnings, block, rejections } = await takeRows('sensor,at,valu,other\ns,1,2,3\n')
  assert.deepEqual([block.length, rejections.length], [1, 0])
  assert.ok(warnings.some(warning => /no column 'value': NULL in every row of 'readings'; did you mean 'valu'\?/.test(warning)))
  assert.ok(warnings.some(warning => warning.endsWith('does not name, ignored: valu, other')))
})
