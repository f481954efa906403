import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkHeaders, readFrame, readMessagePlace } from './wire-format.ts'

const frameOf = (...bytes: number[]) => readFrame(Buffer.from(bytes), 0, bytes.length)
const placeOf = (...bytes: number[]) => readMessagePlace(Buffer.from(bytes), 0, bytes.length)

test('a zero byte and four bytes of the schema id precede the value', () => {
  assert.deepEqual(frameOf(0, 0, 0, 1, 2, 7), { schemaId: 258, start: 5 })
  assert.deepEqual(frameOf(0, 0xff, 0xff, 0xff, 0xff), { schemaId: 2 ** 32 - 1, start: 5 })
  assert.deepEqual(readFrame(Buffer.from([9, 9, 0, 0, 0, 0, 3, 1]), 2, 8), { schemaId: 3, start: 7 })
})

test('a value without a frame is rejected with its reason', () => {
  assert.throws(() => frameOf(), { name: 'MalformedValue', message: 'the value is empty, and has no schema id' })
  assert.throws(() => frameOf(0, 0, 0, 1), { message: 'the value has 4 bytes, and a schema id alone takes 5' })
  assert.throws(() => frameOf(0x7b, 0x22), { message: /^the value begins with byte 123 and not with 0: it has no schema id\./ })
  assert.throws(() => frameOf(1, ...Array.from({ length: 16 }, () => 7)), {
    message: /begins with byte 1, so its schema has a GUID, which is not supported/,
  })
})

test('a schema in a header is rejected, since the value has no frame then', () => {
  checkHeaders(['trace', 'schema'])
  for (const name of ['__value_schema_id', '__key_schema_id'])
    assert.throws(() => checkHeaders(['trace', name]), {
      name: 'MalformedValue',
      message: new RegExp(`^the header '${name}' has the GUID`),
    })
})

test('the place of a Protobuf message', () => {
  assert.deepEqual(placeOf(0, 8), { indexes: [0], start: 1 })
  assert.deepEqual(placeOf(2, 0), { indexes: [0], start: 2 })
  // 1, then 0: the first message in the second.
  assert.deepEqual(placeOf(4, 2, 0, 9), { indexes: [1, 0], start: 3 })
  assert.throws(() => placeOf(), { message: "'message indexes': cut off in an integer (at byte 0)" })
  assert.throws(() => placeOf(4, 2), { message: /cut off in an integer/ })
  assert.throws(() => placeOf(1), { message: /-1 is no length/ })
  assert.throws(() => placeOf(2, 3), { message: /-2 is no length/ })
  assert.throws(() => placeOf(0xfe, 0xff, 0xff, 0xff, 0x0f), { message: /2147483647 indexes, more than 64 \(SCHEMA_DEPTH_MAX\)/ })
})
