import assert from 'node:assert/strict'
import { test } from 'node:test'
import { protobufIncompatibilities } from './compare-protobuf.ts'
import { parseProtobuf } from './parse-protobuf.ts'

const file = (fields: string, more = '', syntax = 'proto3') =>
  `syntax = "${syntax}";\npackage shop;\nmessage Payment {\n${fields}\n}\n${more}`
const compared = (reader: string, writer: string) =>
  protobufIncompatibilities(parseProtobuf(reader), parseProtobuf(writer)).map(({ path, rule }) => `${path} ${rule}`)
const rules = (reader: string, writer: string, more = '', syntax = 'proto3') =>
  compared(file(reader, more, syntax), file(writer, more, syntax))

test('fields come and go', () => {
  assert.deepEqual(rules('int32 a = 1; string b = 2;', 'int32 a = 1;'), [])
  assert.deepEqual(rules('int32 a = 1;', 'int32 a = 1; string b = 2;'), [])
  // The name is not on the wire.
  assert.deepEqual(rules('int32 value = 1;', 'int32 amount = 1;'), [])
})

test('a type may change to one that reads the same bytes as the same values', () => {
  for (const [to, from] of [
    ['int64', 'int32'],
    ['uint64', 'uint32'],
    ['int32', 'bool'],
    ['sint64', 'sint32'],
    ['bytes', 'string'],
    ['int32', 'Kind'],
    ['Kind', 'int32'],
  ])
    assert.deepEqual(rules(`${to} a = 1;`, `${from} a = 1;`, 'enum Kind { WEB = 0; }'), [], `${from} → ${to}`)
  for (const [to, from] of [
    ['int32', 'int64'],
    ['uint32', 'int32'],
    ['sint32', 'int32'],
    ['fixed32', 'sfixed32'],
    ['string', 'bytes'],
    ['string', 'int32'],
    ['double', 'float'],
    ['Item', 'string'],
    ['map<string, int32>', 'string'],
  ])
    assert.deepEqual(rules(`${to} a = 1;`, `${from} a = 1;`, 'message Item {}'), ['/Payment/a type-changed'], `${from} → ${to}`)
})

test('a number is used once', () => {
  assert.deepEqual(rules('int32 a = 2;', 'int32 a = 1;'), ['/Payment/a number-changed'])
  assert.deepEqual(rules('string b = 3;', 'int32 a = 1; reserved 2 to 5, 9;'), ['/Payment/b reserved-used'])
  assert.deepEqual(rules('string b = 1;', 'reserved "b";'), ['/Payment/b reserved-used'])
  assert.deepEqual(rules('string b = 7;', 'int32 a = 1; reserved 2 to 5, 9;'), [])
})

test('labels', () => {
  assert.deepEqual(rules('repeated string a = 1;', 'optional string a = 1;'), [])
  assert.deepEqual(rules('string a = 1;', 'repeated string a = 1;'), ['/Payment/a label-changed'])
  assert.deepEqual(rules('repeated int32 a = 1;', 'int32 a = 1;'), ['/Payment/a label-changed'])
  const two = (reader: string, writer: string) => rules(reader, writer, '', 'proto2')
  assert.deepEqual(two('optional int32 a = 1; required int32 b = 2;', 'optional int32 a = 1;'), ['/Payment/b added-without-default'])
  assert.deepEqual(two('required int32 a = 1;', 'optional int32 a = 1;'), ['/Payment/a required-added'])
  assert.deepEqual(two('optional int32 a = 1;', 'required int32 a = 1;'), [])
})

test('a field that could be missing stays one that can: otherwise NULL is read as 0 or an empty text', () => {
  for (const type of ['int32', 'string', 'Kind']) {
    const changed = rules(`${type} a = 1;`, `optional ${type} a = 1;`, 'enum Kind { WEB = 0; }')
    assert.deepEqual(changed, ['/Payment/a presence-changed'], type)
    assert.deepEqual(rules(`optional ${type} a = 1;`, `${type} a = 1;`, 'enum Kind { WEB = 0; }'), [], type)
  }
  assert.deepEqual(rules('int32 a = 1;', 'oneof x { int32 a = 1; }'), ['/Payment/a presence-changed'])
  assert.deepEqual(rules('Item a = 1;', 'optional Item a = 1;', 'message Item {}'), [])
  assert.deepEqual(compared(file('int32 a = 1;'), file('required int32 a = 1;', '', 'proto2')), [])
  assert.deepEqual(compared(file('int32 a = 1;'), file('optional int32 a = 1;', '', 'proto2')), ['/Payment/a presence-changed'])
  const [found] = protobufIncompatibilities(parseProtobuf(file('int32 a = 1;')), parseProtobuf(file('optional int32 a = 1;')))
  assert.deepEqual([found.reader, found.writer], ['int32 a = 1', 'optional int32 a = 1'])
})

test('a oneof keeps one value, so fields that could both be set cannot join one', () => {
  assert.deepEqual(rules('oneof x { int32 a = 1; string c = 3; }', 'int32 a = 1;'), [])
  assert.deepEqual(rules('oneof x { int32 a = 1; string b = 2; }', 'int32 a = 1; string b = 2;'), ['/Payment/x oneof-joined'])
  assert.deepEqual(rules('oneof x { int32 a = 1; string b = 2; }', 'oneof x { int32 a = 1; } string b = 2;'), ['/Payment/x oneof-joined'])
  assert.deepEqual(rules('oneof x { int32 a = 1; }', 'oneof x { int32 a = 1; string b = 2; }'), ['/Payment/x/b oneof-field-removed'])
  assert.deepEqual(rules('optional int32 a = 1; optional string b = 2;', 'oneof x { int32 a = 1; string b = 2; }'), [])
})

test('messages are compared by name, in each other, also in a circle', () => {
  const nested = (type: string) =>
    file('Item item = 1; map<string, Item> items = 2;', `message Item { ${type} count = 1; Payment of = 2; }`)
  assert.deepEqual(compared(nested('int64'), nested('int32')), [])
  assert.deepEqual(compared(nested('string'), nested('int32')), ['/Payment/item/count type-changed'])
  assert.deepEqual(compared(file('int32 a = 1;'), file('int32 a = 1;', 'message Item {}')), ['/Item message-removed'])
  const inner = file('Item item = 1; message Item { int32 a = 1; }')
  assert.deepEqual(compared(inner, file('.shop.Payment.Item item = 1; message Item { int32 a = 1; }')), [])
  assert.deepEqual(compared(inner, file('Other item = 1;', 'message Other { int32 a = 1; }')), [
    '/Payment/item type-changed',
    '/Other message-removed',
  ])
})

test('a closed enum of proto2 keeps its values', () => {
  const kind = (values: string, syntax: string) => file('optional Kind kind = 1;', `enum Kind { ${values} }`, syntax)
  const [two, one] = ['WEB = 0; SHOP = 1;', 'WEB = 0;']
  assert.deepEqual(compared(kind(one, 'proto2'), kind(two, 'proto2')), ['/Payment/kind symbols-removed'])
  assert.deepEqual(compared(kind(one, 'proto3'), kind(two, 'proto3')), [])
})

test('types of other files are not compared, except those of Google', () => {
  const imported = (type: string) => `import "a.proto";\n${file(`${type} a = 1;`)}`.replace(/^(import.*)\n(syntax.*)\n/, '$2\n$1\n')
  assert.deepEqual(compared(imported('google.protobuf.Timestamp'), imported('google.protobuf.Timestamp')), [])
  assert.deepEqual(compared(imported('other.Money'), imported('other.Money')), ['/Payment/a undecided'])
})

test('comments, options, services and extensions are passed over', () => {
  const text = file(
    `option (x) = { a: 1 }; // of a payment\n/* the\namount */ int32 a = 1 [deprecated = true, (y) = { b: [1, 2] }]; extensions 100 to max;
     extend Payment { optional int32 z = 100; }`,
    'service S { rpc Pay(Payment) returns (Payment) { option (z) = "1"; } }\nenum E { option allow_alias = true; A = 0; B = 0x1 [deprecated = true]; reserved 2; }',
    'proto2',
  ).replace('int32 a', 'optional int32 a')
  assert.deepEqual(compared(text, text), [])
})

test('text that is no file is rejected with its line', () => {
  for (const [text, message] of [
    ['', /\/: there is no message/],
    ['syntax = "proto4";', /line 1: syntax 'proto4' is neither proto2 nor proto3/],
    [file('int32 a = 0;'), /line 4: field 'a' has the number 0, which is not from 1 to 536870911/],
    [file('int32 a = 1;\nint32 a = 2;'), /line 5: fields 'a' and 'a' have the same name/],
    [file('int32 a = 1; int32 b = 1;'), /fields 'a' and 'b' have the same number/],
    [file('Card a = 1;'), /line 4: there is no type 'Card'/],
    [file('int32 a = 1'), /line 5: expected ';', got '\}'/],
    [file('reserved 1; int32 a = 1;'), /field 'a' = 1 is reserved/],
    [file('map<Card, int32> a = 1;'), /'Card' cannot be the key of a map/],
    [file('optional group Item = 1 {}', '', 'proto2'), /a group is not supported/],
    [file('', 'message Payment {}'), /'shop.Payment' is defined twice/],
    [`${file('')}§`, /unexpected "§"/],
    ['message A {', /the text ends too early/],
  ] as const)
    assert.throws(() => parseProtobuf(text), { code: 'SPILL_FORMAT', message })
  assert.throws(() => parseProtobuf('message A {'.repeat(70)), { code: 'SPILL_FORMAT', message: /SCHEMA_DEPTH_MAX|is defined twice/ })
})
