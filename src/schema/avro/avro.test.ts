import assert from 'node:assert/strict'
import { test } from 'node:test'
import { avroIncompatibilities } from './compare-avro.ts'
import { parseAvro } from './parse-avro.ts'

const parse = (schema: unknown) => parseAvro(JSON.stringify(schema))
const rules = (reader: unknown, writer: unknown) =>
  avroIncompatibilities(parse(reader), parse(writer)).map(({ path, rule }) => `${path} ${rule}`)
const record = (...fields: object[]) => ({ type: 'record', name: 'Payment', fields })
const field = (type: unknown, more: object = {}) => record({ name: 'amount', type, ...more })

test('every incompatibility is reported, not the first alone', () => {
  const writer = record({ name: 'a', type: 'int' }, { name: 'b', type: ['null', 'int'] })
  const reader = record({ name: 'a', type: 'string' }, { name: 'b', type: ['null', 'string'] }, { name: 'c', type: 'int' })
  assert.deepEqual(rules(reader, writer), ['/c added-without-default', '/a type-changed', '/b branch-removed'])
})

test('promotions go one way', () => {
  for (const [from, to] of [
    ['int', 'long'],
    ['int', 'double'],
    ['long', 'float'],
    ['float', 'double'],
    ['string', 'bytes'],
    ['bytes', 'string'],
  ])
    assert.deepEqual(rules(to, from), [], `${from} → ${to}`)
  for (const [from, to] of [
    ['long', 'int'],
    ['double', 'float'],
    ['int', 'string'],
    ['boolean', 'int'],
  ])
    assert.deepEqual(rules(to, from), ['/ type-changed'], `${from} → ${to}`)
})

test('an added field needs a default, or an alias of what it was', () => {
  const added = record({ name: 'amount', type: 'long' }, { name: 'channel', type: 'string' })
  assert.deepEqual(rules(added, field('long')), ['/channel added-without-default'])
  assert.deepEqual(rules(field('long'), added), [])
  assert.deepEqual(rules(field('long', { default: 0 }), record()), [])
  assert.deepEqual(rules(record({ name: 'value', type: 'long', aliases: ['amount'] }), field('int')), [])
  assert.deepEqual(rules(record({ name: 'value', type: 'long', aliases: ['amount'] }), field('string')), ['/value type-changed'])
})

test('a union takes more branches, and loses none', () => {
  assert.deepEqual(rules(field(['null', 'long']), field('int')), [])
  assert.deepEqual(rules(field('long'), field(['null', 'long'])), ['/amount type-changed'])
  assert.deepEqual(rules(field(['null', 'string']), field(['null', 'long'])), ['/amount branch-removed'])
  // The record within the union tells more than the union.
  assert.deepEqual(rules(['null', added('string')], ['null', record()]), ['/amount added-without-default'])
})

const added = (type: string) => record({ name: 'amount', type })

test('named types keep their name, size and symbols', () => {
  const kind = (symbols: string[], more: object = {}) => ({ type: 'enum', name: 'Kind', symbols, ...more })
  assert.deepEqual(rules(kind(['WEB']), kind(['WEB', 'SHOP'])), ['/ symbols-removed'])
  assert.deepEqual(rules(kind(['WEB'], { default: 'WEB' }), kind(['WEB', 'SHOP'])), [])
  assert.deepEqual(rules({ type: 'fixed', name: 'Id', size: 8 }, { type: 'fixed', name: 'Id', size: 16 }), ['/ size-changed'])
  assert.deepEqual(rules({ ...record(), name: 'Charge' }, record()), ['/ name-changed'])
  assert.deepEqual(rules({ ...record(), name: 'Charge', aliases: ['Payment'] }, record()), [])
  // A namespace is no part of the comparison, except in an alias.
  assert.deepEqual(rules({ ...record(), namespace: 'shop' }, record()), [])
})

test('a logical type keeps its meaning', () => {
  const decimal = (scale: number) => field({ type: 'bytes', logicalType: 'decimal', precision: 9, scale })
  const time = (logicalType: string) => field({ type: 'long', logicalType })
  assert.deepEqual(rules(decimal(3), decimal(2)), ['/amount logical-type-changed'])
  assert.deepEqual(rules(decimal(2), decimal(2)), [])
  assert.deepEqual(rules(time('timestamp-micros'), time('timestamp-millis')), ['/amount logical-type-changed'])
  // Without its logical type the value means something else, in both directions.
  for (const [logical, plain] of [
    [time('timestamp-millis'), field('long')],
    [time('timestamp-millis'), field('int')],
    [time('local-timestamp-micros'), field('long')],
    [decimal(2), field('bytes')],
  ])
    assert.deepEqual(rules(logical, plain), ['/amount logical-type-changed'])
  assert.deepEqual(rules(field('long'), time('timestamp-millis')), ['/amount logical-type-changed'])
  assert.deepEqual(rules(field('bytes'), decimal(2)), ['/amount logical-type-changed'])
  assert.deepEqual(rules(field('string'), field({ type: 'string', logicalType: 'uuid' })), [])
})

test('recursive schemas are compared, and a change deep in a cycle is found', () => {
  const list = (type: string) => record({ name: 'amount', type }, { name: 'next', type: ['null', 'Payment'] })
  assert.deepEqual(rules(list('long'), list('int')), [])
  assert.deepEqual(rules(list('string'), list('int')), ['/amount type-changed'])
  // The outer record fits only if the inner does, which contains the outer.
  const pair = (type: string) => ({
    type: 'record',
    name: 'A',
    fields: [
      {
        name: 'b',
        type: [
          'null',
          {
            type: 'record',
            name: 'B',
            fields: [
              { name: 'a', type: ['null', 'A'] },
              { name: 'x', type },
            ],
          },
        ],
      },
    ],
  })
  assert.deepEqual(rules(pair('int'), pair('string')), ['/b/x type-changed'])
})

test('a schema that the specification does not allow is rejected with its place', () => {
  for (const [schema, message] of [
    ['integer', /\/: there is no type 'integer'; there is null, boolean, int/],
    [field('Card'), /\/amount: there is no type 'Card'/],
    [record({ name: 'next', type: 'Payment' }), /record 'Payment' contains itself with no union, array or map between/],
    [field('int', { default: 'none' }), /\/amount: the default 'none' is no int/],
    [record({ name: 'a', type: 'int' }, { name: 'a', type: 'int' }), /has the field 'a' twice/],
    [['int', 'int'], /the union has int twice/],
    [['null', ['int']], /a union directly in a union/],
    [{ type: 'enum', name: 'Kind', symbols: ['A', 'A'] }, /the symbol 'A' twice/],
    [{ type: 'enum', name: 'Kind', symbols: ['A'], default: 'B' }, /the default 'B' of the enum is none of its symbols/],
    [{ type: 'fixed', name: 'Id' }, /a fixed needs its size in bytes/],
    [{ type: 'bytes', logicalType: 'decimal', precision: 2, scale: 3 }, /a decimal needs a precision/],
    [{ type: 'array' }, /\/items: a type is a name/],
    [7, /a type is a name, an object or a list/],
  ] as const)
    assert.throws(() => parse(schema), { code: 'SPILL_FORMAT', message })
  assert.throws(() => parseAvro('{"type":'), { code: 'SPILL_FORMAT', message: /not JSON/ })
  const deep = Array.from({ length: 70 }).reduce<unknown>(items => ({ type: 'array', items }), 'int')
  assert.throws(() => parse(deep), { code: 'SPILL_FORMAT', message: /SCHEMA_DEPTH_MAX/ })
})
