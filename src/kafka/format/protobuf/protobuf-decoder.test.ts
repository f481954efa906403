import assert from 'node:assert/strict'
import { test } from 'node:test'
import { protobufSchema } from './protobuf-decoder.ts'

const file = (fields: string, { syntax = 'proto3', more = '' } = {}) =>
  `syntax = "${syntax}";\nimport "google/protobuf/timestamp.proto";\n${more}\nmessage M {\n${fields}\n}`
/** Bytes in hexadecimal, behind the place of the first message. */
function decode(text: string, hex: string, place = '00'): unknown {
  const bytes = Buffer.from(`eeee${place}${hex}ee`.replaceAll(' ', ''), 'hex')
  return protobufSchema(text).decode(bytes, 2, bytes.length - 1)
}
const problem = (message: RegExp | string) => ({ name: 'MalformedValue', message })

test('the examples of the documentation of the encoding', () => {
  assert.deepEqual(decode(file('int32 a = 1;'), '08 96 01'), { a: 150 })
  assert.deepEqual(decode(file('string b = 2;'), '12 07 74 65 73 74 69 6e 67'), { b: 'testing' })
  assert.deepEqual(
    decode(file('Sub c = 3;', { more: 'message N {}' }).replace('message N {}', '') + ' message Sub { int32 a = 1; }', '1a 03 08 96 01'),
    {
      c: { a: 150 },
    },
  )
  assert.deepEqual(decode(file('repeated int32 f = 6;'), '32 06 03 8e 02 9e a7 05'), { f: [3, 270, 86942] })
  assert.deepEqual(decode(file('repeated int32 f = 6 [packed = false];'), '30 03 32 02 8e 02 30 01'), { f: [3, 270, 1] })
})

test('the value names its message, also one in another', () => {
  const text = 'syntax = "proto3"; message A { int32 a = 1; } message B { message C {} message D { int32 d = 1; } int32 b = 1; }'
  assert.deepEqual(decode(text, '08 01'), { a: 1 })
  assert.deepEqual(decode(text, '08 01', '02 02'), { b: 1 })
  assert.deepEqual(decode(text, '08 01', '04 02 02'), { d: 1 })
  assert.throws(() => decode(text, '08 01', '04 02 04'), problem('the schema has no message at the indexes 1, 2'))
  assert.throws(() => decode(text, '08 01', '02 06'), problem('the schema has no message at the indexes 3'))
})

test('a field that is not set: its default, or nothing where a reader can tell', () => {
  const fields =
    'int64 a = 1; optional int64 b = 2; string c = 3; bool d = 4; Kind e = 5; repeated int32 f = 6; map<string, int32> g = 7; N h = 8;'
  const more = 'enum Kind { WEB = 0; SHOP = 1; } message N {}'
  assert.deepEqual(decode(file(fields, { more }).replace('message N {}', '') + ' message N {}', ''), {
    a: 0,
    c: '',
    d: false,
    e: 'WEB',
    f: [],
    g: {},
  })
  const two = `optional int32 a = 1; optional string b = 2 [default = "x\\n\\101\\x42"]; optional Kind c = 3 [default = SHOP];
    optional double d = 4 [default = -inf]; optional uint64 e = 5 [default = 18446744073709551615]; required bool f = 6;`
  const proto2 = file(two, { syntax: 'proto2', more: 'enum Kind { WEB = 0; SHOP = 1; }' })
  assert.deepEqual(decode(proto2, '30 01'), { b: 'x\nAB', c: 'SHOP', d: -Infinity, e: 2n ** 64n - 1n, f: true })
  assert.throws(() => decode(proto2, '08 01'), problem(/message 'M' lacks its required field 'f'/))
})

test('an unknown value of an enum is its number, and nothing in proto2', () => {
  const more = 'enum Kind { WEB = 0; SHOP = 1; }'
  assert.deepEqual(decode(file('Kind a = 1; repeated Kind b = 2;', { more }), '08 07 10 01 10 07'), { a: 7, b: ['SHOP', 7] })
  const two = file('optional Kind a = 1; repeated Kind b = 2;', { more, syntax: 'proto2' })
  assert.deepEqual(decode(two, '08 07 10 01 10 07'), { b: ['SHOP'] })
})

test('the last of several values counts, also of a oneof; parts of a message are merged', () => {
  assert.deepEqual(decode(file('oneof x { int32 a = 1; string b = 2; }'), '08 01 12 01 61'), { b: 'a' })
  assert.deepEqual(decode(file('optional int32 a = 1;'), '08 01 08 02'), { a: 2 })
  const nested = `${file('N n = 1;', { more: '' })} message N { optional int32 a = 1; repeated int32 b = 2; }`
  assert.deepEqual(decode(nested, '0a 04 08 01 10 05 0a 02 10 06'), { n: { a: 1, b: [5, 6] } })
})

test('fields of unknown numbers and of other wire types are passed, also groups', () => {
  const text = file('int32 a = 1;')
  assert.deepEqual(decode(text, '4a 02 ff ff 51 01 02 03 04 05 06 07 08 5d 01 02 03 04 60 01 0a 01 61 08 05'), { a: 5 })
  assert.deepEqual(decode(text, '4b 10 01 53 54 4c 08 05'), { a: 5 })
  assert.throws(() => decode(text, '4b 10 01 54'), problem(/group 9 ends as group 10/))
  assert.throws(() => decode(text, '0c'), problem(/field 1 has the wire type 4/))
  assert.throws(() => decode(text, '0f'), problem(/wire type 7/))
  assert.throws(() => decode(text, '00 01'), problem(/a field has the number 0/))
})

test('maps, with entries that lack the key or the value', () => {
  const text = `${file('map<int32, N> a = 1; map<bool, string> b = 2;')} message N { int32 c = 1; }`
  assert.deepEqual(decode(text, '0a 06 08 05 12 02 08 07 0a 02 08 06 12 00'), { a: { 5: { c: 7 }, 6: { c: 0 } }, b: { false: '' } })
})

test('times, durations and wrappers are plain values', () => {
  const text = file('google.protobuf.Timestamp at = 1; google.protobuf.Int64Value n = 2; google.protobuf.Duration d = 3;')
  assert.deepEqual(decode(text, '0a 06 08 01 10 80 89 7a 12 02 08 07 1a 02 08 02'), { at: 1002, n: 7, d: 2000 })
  assert.deepEqual(decode(text, '0a 00 12 00'), { at: 0, n: 0 })
  assert.throws(() => decode(text, '0a 06 10 80 94 eb dc 03'), problem(/a Timestamp has 1000000000 nanos/))
  assert.throws(() => decode(file('other.Money m = 1;'), ''), problem("'M.m' is other.Money of another file, which is not supported"))
})

test('bytes that are cut off, no text or too deep are rejected with the field and the byte', () => {
  assert.throws(() => decode(file('string b = 2;'), '12 07 74'), problem("'M.b': cut off: 7 bytes are stated, and 1 are left (at byte 2)"))
  assert.throws(() => decode(file('string b = 2;'), '12 01 ff'), problem(/the text is not UTF-8/))
  const list = 'syntax = "proto3"; message M { M next = 1; }'
  let nested = Buffer.alloc(0)
  for (let i = 0; i < 100; i++)
    nested = Buffer.concat([
      Buffer.from(nested.length < 128 ? [0x0a, nested.length] : [0x0a, (nested.length & 127) | 128, nested.length >> 7]),
      nested,
    ])
  assert.throws(() => decode(list, nested.toString('hex')), problem(/nested more than 64 deep/))
})
