import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../../base/limits.ts'
import { parseAvro } from '../../../schema/avro/parse-avro.ts'
import { avroSchema } from './avro-decoder.ts'

const recordOf = (fields: readonly object[], name = 'R') => ({ type: 'record', name, fields })
const one = (type: unknown, more: object = {}) => recordOf([{ name: 'a', type, ...more }])
function decode(writer: unknown, bytes: readonly number[] | Buffer, reader?: unknown): unknown {
  const { decode: decoder } = avroSchema(JSON.stringify(writer), reader === undefined ? undefined : parseAvro(JSON.stringify(reader)))
  const value = Buffer.from(bytes)
  return decoder(Buffer.concat([Buffer.from('xx'), value, Buffer.from('yy')]), 2, 2 + value.length)
}
const valueOf = (type: unknown, ...bytes: number[]) => (decode(one(type), bytes) as { a: unknown }).a
const problem = (message: RegExp | string) => ({ name: 'MalformedValue', message })

test('the examples of the specification', () => {
  const record = recordOf([
    { name: 'a', type: 'long' },
    { name: 'b', type: 'string' },
  ])
  assert.deepEqual(decode(record, [0x36, 0x06, 0x66, 0x6f, 0x6f]), { a: 27, b: 'foo' })
  assert.deepEqual(valueOf({ type: 'array', items: 'long' }, 0x04, 0x06, 0x36, 0x00), [3, 27])
  assert.equal(valueOf(['null', 'string'], 0x00), null)
  assert.equal(valueOf(['null', 'string'], 0x02, 0x02, 0x61), 'a')
  assert.equal(valueOf({ type: 'enum', name: 'E', symbols: ['A', 'B', 'C', 'D'] }, 0x06), 'D')
})

test('an enum of a million symbols is read, and costs no search through a list for each of them', () => {
  const symbols = Array.from({ length: 1_000_000 }, (_, i) => `S${i}`)
  const type = one({ type: 'enum', name: 'E', symbols }, { default: symbols.at(-1) })
  assert.deepEqual(decode(type, [0x02]), { a: 'S1' })
})

test('blocks of a list may state their size in bytes, and several blocks follow each other', () => {
  const list = { type: 'array', items: 'long' }
  assert.deepEqual(valueOf(list, 0x03, 0x04, 0x06, 0x36, 0x02, 0x02, 0x00), [3, 27, 1])
  const skipped = recordOf([
    { name: 'a', type: list },
    { name: 'b', type: 'int' },
  ])
  const reader = recordOf([{ name: 'b', type: 'int' }])
  assert.deepEqual(decode(skipped, [0x03, 0x04, 0x06, 0x36, 0x02, 0x02, 0x00, 0x08], reader), { b: 4 })
  assert.throws(
    () => decode(skipped, [0x03, 0x7e, 0x06, 0x36, 0x00, 0x08], reader),
    problem(/cut off: 63 bytes are stated, and 4 are left/),
  )
})

test('a few bytes that state a huge list or a deep value are rejected at once', () => {
  const huge = [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f]
  for (const items of ['null', recordOf([], 'E'), { type: 'array', items: 'null' }])
    assert.throws(() => valueOf({ type: 'array', items }, ...huge, 0), problem(/parts \(LINE_BYTES_MAX\)/))
  assert.throws(() => valueOf('string', ...huge), problem(/bytes are stated, and 0 are left/))
  assert.throws(() => valueOf({ type: 'map', values: 'null' }, ...huge), problem(/LINE_BYTES_MAX/))
  const wide = recordOf(
    Array.from({ length: 5000 }, (_, i) => ({ name: `n${i}`, type: 'null' })),
    'W',
  )
  assert.throws(() => valueOf({ type: 'array', items: wide }, 0xa0, 0x1f, 0), problem(/LINE_BYTES_MAX/))
  const list = recordOf([{ name: 'next', type: ['null', 'R'] }])
  const deep = (levels: number) => [...Array.from({ length: levels }, () => 2), 0]
  assert.deepEqual(decode(list, deep(1)), { next: { next: null } })
  assert.throws(() => decode(list, deep(100_000)), problem(/nested more than 64 deep \(JSON_DEPTH_MAX\)/))
  assert.equal(limits.JSON_DEPTH_MAX, 64)
})

test('a schema of records that refer to each other without end, or whose defaults do, is one reason', () => {
  const chain = Array.from({ length: 2000 }, (_, i) => recordOf([{ name: 'a', type: i === 0 ? 'int' : `R${i - 1}` }], `R${i}`))
  const writer = recordOf(
    chain.map((type, i) => ({ name: `f${i}`, type: ['null', type] })),
    'Chain',
  )
  assert.throws(() => decode(writer, [...Array.from({ length: 1999 }, () => 0), 2, 2]), problem(/nested more than 64 deep/))
  const endless = recordOf([{ name: 'next', type: ['R', 'null'], default: {} }])
  assert.throws(() => decode(recordOf([]), [], endless), problem(/a default nests more than 64 deep/))
  const doubling = Array.from({ length: 40 }, (_, i) => {
    const type = i === 0 ? 'int' : `D${i - 1}`
    const fallback = i === 0 ? 0 : {}
    return {
      name: `f${i}`,
      type: recordOf(
        ['a', 'b'].map(name => ({ name, type, default: fallback })),
        `D${i}`,
      ),
      default: {},
    }
  })
  assert.throws(() => decode(recordOf([]), [], recordOf(doubling)), problem(/more than 10000 parts \(SCHEMA_PARTS_MAX\)/))
})

test('a record that is cut off, or has more bytes than its schema, is rejected with the field and the byte', () => {
  const payment = recordOf([{ name: 'amount', type: 'double' }], 'Payment')
  assert.throws(() => decode(payment, [1, 2, 3]), problem("'Payment.amount': cut off: 8 bytes are stated, and 3 are left (at byte 0)"))
  assert.throws(() => decode(one('int'), [2, 2]), problem('1 bytes are left behind the record (at byte 1)'))
  assert.throws(() => valueOf('int', 0x80, 0x80, 0x80, 0x80, 0x10), problem(/2147483648 is no int of 32 bits/))
  assert.throws(() => valueOf('boolean', 2), problem(/byte 2 is no boolean/))
  assert.throws(() => valueOf(['null', 'int'], 4), problem(/the union has 2 branches, and this is branch 2/))
  assert.throws(() => valueOf({ type: 'enum', name: 'E', symbols: ['A'] }, 1), problem(/'E' has 1 symbols, and this is symbol -1/))
  assert.throws(() => decode('int', [2]), problem('the schema is int, and a source needs a record'))
})

test('a reader has defaults, aliases, promotions and other branches', () => {
  const writer = recordOf([
    { name: 'old', type: 'int' },
    { name: 'kind', type: { type: 'enum', name: 'K', symbols: ['A', 'B'] } },
  ])
  const reader = recordOf([
    { name: 'kind', type: { type: 'enum', name: 'K', symbols: ['A', 'Z'], default: 'Z' } },
    { name: 'total', aliases: ['old'], type: ['null', 'double'] },
    { name: 'tags', type: { type: 'map', values: 'float' }, default: { x: 1.5 } },
    { name: 'raw', type: 'bytes', default: '\u00ff' },
  ])
  assert.deepEqual(decode(writer, [0x0a, 0x02], reader), { kind: 'Z', total: 5, tags: { x: 1.5 }, raw: '/w==' })
  assert.throws(
    () => decode(one('int'), [2], recordOf([{ name: 'b', type: 'int' }])),
    problem(/the writer's record 'R' has no field 'b', and the reader's has no default/),
  )
  assert.throws(() => decode(one('string'), [0], one('int')), problem(/the value is string, which cannot be read as int/))
})

test('of two branches with the same name in different namespaces, the one of the full name is read', () => {
  const branch = (namespace: string, name: string) => ({ type: 'record', name: 'P', namespace, fields: [{ name, type: 'int' }] })
  const union = one(['null', branch('a', 'x'), branch('b', 'y')])
  assert.deepEqual(decode(union, [2, 6]), { a: { x: 3 } })
  assert.deepEqual(decode(union, [4, 6]), { a: { y: 3 } })
  assert.deepEqual(decode(union, [4, 6], one(['null', branch('b', 'y')])), { a: { y: 3 } })
})

test('long to float or double, string to bytes and back', () => {
  assert.deepEqual(decode(one('long'), [0x02], one('float')), { a: 1 })
  assert.deepEqual(decode(one('string'), [0x02, 0x61], one('bytes')), { a: 'YQ==' })
  assert.deepEqual(decode(one('bytes'), [0x02, 0x61], one('string')), { a: 'a' })
  // A long stays exact where the union has one.
  const long = [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f]
  assert.deepEqual(decode(one('long'), long, one(['float', 'long'])), { a: 2 ** 53 - 1 })
})

test('logical types', () => {
  const logical = (type: string, logicalType: string, more: object = {}) => ({ type, logicalType, ...more })
  const decimal = (precision: number, scale: number) => logical('bytes', 'decimal', { precision, scale })
  assert.equal(valueOf(decimal(9, 2), 0x04, 0xff, 0x38), -2)
  assert.equal(valueOf(decimal(9, 2), 0x04, 0x04, 0xd2), 12.34)
  assert.equal(valueOf(decimal(9, 2), 0x00), 0)
  assert.equal(valueOf(decimal(30, 2), 0x04, 0x04, 0xd2), '12.34')
  assert.equal(valueOf(decimal(30, 4), 0x02, 0xff), '-0.0001')
  assert.equal(valueOf(logical('int', 'date'), 0x01), '1969-12-31')
  assert.equal(valueOf(logical('long', 'timestamp-millis'), 0x01), -1)
  // A microsecond before the epoch is in the millisecond before it.
  assert.equal(valueOf(logical('long', 'timestamp-micros'), 0x01), -1)
  assert.equal(valueOf(logical('long', 'timestamp-nanos'), 0x80, 0x89, 0x7a), 1)
  assert.equal(valueOf(logical('long', 'local-timestamp-micros'), 0x01), '1969-12-31T23:59:59.999')
  assert.equal(valueOf(logical('int', 'time-millis'), 0x08), 4)
  const uuid = { type: 'fixed', name: 'U', size: 16, logicalType: 'uuid' }
  assert.equal(valueOf(uuid, ...Buffer.from('0123456789abcdef0123456789abcdef', 'hex')), '01234567-89ab-cdef-0123-456789abcdef')
  const duration = { type: 'fixed', name: 'D', size: 12, logicalType: 'duration' }
  assert.deepEqual(valueOf(duration, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0), { months: 1, days: 2, milliseconds: 3 })
  assert.throws(
    () => valueOf(decimal(9, 2), 0xa2, 0x01, ...Array.from({ length: 81 }, () => 7)),
    problem(/a decimal of 81 bytes, more than 64/),
  )
  assert.equal(valueOf(decimal(9, 2), 0xa2, 0x01, ...Array.from({ length: 80 }, () => 0xff), 0x9c), -1)
})

test('milliseconds are not read as microseconds, and a decimal not at another scale', () => {
  const millis = { type: 'long', logicalType: 'timestamp-millis' }
  assert.throws(
    () => decode(one(millis), [2], one({ ...millis, logicalType: 'timestamp-micros' })),
    problem(/cannot be read as long as timestamp-micros/),
  )
  assert.throws(() => decode(one(millis), [2], one('long')), problem(/cannot be read as long/))
})
