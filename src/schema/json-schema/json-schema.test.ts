import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonSchemaIncompatibilities } from './compare-json-schema.ts'
import { PartBudget } from '../problems/schema-error.ts'
import { parseJsonSchema } from './parse-json-schema.ts'

const rules = (reader: unknown, writer: unknown) =>
  jsonSchemaIncompatibilities(parseJsonSchema(JSON.stringify(reader)), parseJsonSchema(JSON.stringify(writer))).map(
    ({ path, rule }) => `${path} ${rule}`,
  )
const closed = (properties: object, more: object = {}) => ({ type: 'object', properties, additionalProperties: false, ...more })
const [int, text] = [{ type: 'integer' }, { type: 'string' }]

test('types widen', () => {
  assert.deepEqual(rules({ type: 'number' }, int), [])
  assert.deepEqual(rules(int, { type: 'number' }), ['/ type-changed'])
  assert.deepEqual(rules(int, { type: 'number', multipleOf: 2 }), [])
  assert.deepEqual(rules({ type: ['integer', 'null'] }, int), [])
  assert.deepEqual(rules(int, { type: ['integer', 'null'] }), ['/ type-changed'])
  assert.deepEqual(rules({}, int), [])
  assert.deepEqual(rules(int, {}), ['/ type-changed'])
})

test('a closed model takes optional properties, and loses none', () => {
  assert.deepEqual(rules(closed({ a: int, b: text }), closed({ a: int })), [])
  assert.deepEqual(rules(closed({ a: int }), closed({ a: int, b: text })), ['/b not-allowed'])
  assert.deepEqual(rules(closed({ a: int, b: text }, { required: ['b'] }), closed({ a: int })), ['/b required-added'])
  // A default takes the place of what is missing.
  assert.deepEqual(rules(closed({ a: int, b: { ...text, default: '' } }, { required: ['b'] }), closed({ a: int })), [])
})

test('an open model may already have had an added property, of any type', () => {
  const open = (properties: object) => ({ type: 'object', properties })
  assert.deepEqual(rules(open({ a: int, b: text }), open({ a: int })), ['/b type-changed'])
  assert.deepEqual(rules(open({ a: int }), open({ a: int, b: text })), [])
  assert.deepEqual(rules(closed({ a: int }), open({ a: int })), ['/additionalProperties not-allowed'])
  const partly = (additionalProperties: object) => ({ type: 'object', properties: { a: int }, additionalProperties })
  assert.deepEqual(rules(partly({ type: 'number' }), partly(int)), [])
})

test('ranges, lengths and values may only widen', () => {
  for (const [wide, narrow] of [
    [{ minimum: 0 }, { minimum: 1 }],
    [{ maximum: 5 }, { exclusiveMaximum: 5 }],
    [{ multipleOf: 2 }, { multipleOf: 4 }],
    [{ maxLength: 5 }, { maxLength: 4 }],
    [{ minItems: 1 }, { minItems: 2 }],
    [{ maxProperties: 3 }, { maxProperties: 2 }],
    [{}, { uniqueItems: true }],
  ]) {
    assert.deepEqual(rules(wide, narrow), [], JSON.stringify([wide, narrow]))
    assert.deepEqual(rules(narrow, wide), ['/ range-narrowed'], JSON.stringify([narrow, wide]))
  }
  assert.deepEqual(rules({ enum: ['web', 'shop'] }, { enum: ['web'] }), [])
  assert.deepEqual(rules({ enum: ['web'] }, { enum: ['web', 'shop'] }), ['/ values-removed'])
  assert.deepEqual(rules({ enum: [true, false] }, { type: 'boolean' }), [])
  assert.deepEqual(rules({ minimum: 0 }, { enum: [1, 2] }), [])
  assert.deepEqual(rules({ minimum: 2 }, { enum: [1, 2] }), ['/ range-narrowed'])
  assert.deepEqual(rules({ pattern: '^S_' }, { enum: ['S_1'] }), [])
})

test('items are compared one by one in a tuple, and all others together', () => {
  const tuple = (prefixItems: object[], items: unknown) => ({ type: 'array', prefixItems, items })
  assert.deepEqual(rules({ type: 'array', items: { type: 'number' } }, { type: 'array', items: int }), [])
  assert.deepEqual(rules({ type: 'array', items: int }, { type: 'array', items: text }), ['/items type-changed'])
  assert.deepEqual(rules(tuple([int, text], false), tuple([int], false)), [])
  assert.deepEqual(rules(tuple([int], false), tuple([int, text], false)), ['/1 not-allowed'])
  // The list of items of draft 7.
  assert.deepEqual(rules({ items: [int], additionalItems: false }, { items: [int, text], additionalItems: false }), ['/1 not-allowed'])
})

test('combinators are compared by their branches', () => {
  assert.deepEqual(rules({ anyOf: [int, text] }, int), [])
  assert.deepEqual(rules({ anyOf: [int, text] }, { type: ['integer', 'string'] }), [])
  assert.deepEqual(rules(int, { anyOf: [int, text] }), ['/ type-changed'])
  assert.deepEqual(rules({ oneOf: [int, text] }, { oneOf: [int] }), [])
  assert.deepEqual(rules({ oneOf: [int, { type: 'number' }] }, int), ['/ undecided'])
  assert.deepEqual(rules({ allOf: [int, { minimum: 0 }] }, { type: 'integer', minimum: 3 }), [])
  assert.deepEqual(rules({ minimum: 0 }, { allOf: [int, { minimum: 3 }] }), [])
  assert.deepEqual(rules({ not: text }, int), [])
  assert.deepEqual(rules({ not: { enum: ['a'] } }, text), ['/ undecided'])
  assert.deepEqual(rules({ not: { type: 'integer' } }, { not: { type: 'number' } }), [])
})

const nestedNot = (depth: number, inner: object): object =>
  Array.from({ length: depth }).reduce<object>(schema => ({ type: 'object', properties: { a: { not: schema } } }), inner)

test('nested exclusions cost one pair a level and round, and a recursive one ends', () => {
  const budget = PartBudget.ofPairs()
  const parsed = (schema: object) => parseJsonSchema(JSON.stringify(schema))
  const compare = (reader: object, writer: object) => jsonSchemaIncompatibilities(parsed(reader), parsed(writer), budget).length
  // The innermost schemas contradict at each level, which once doubled the work.
  assert.equal(compare(nestedNot(20, { const: 1 }), nestedNot(20, { const: 2 })), 1)
  assert.ok(budget.spent < 2_000, `${budget.spent} pairs`)
  assert.deepEqual(rules(nestedNot(20, int), nestedNot(20, int)), [])
  const recursive = (more: object) => ({ type: 'object', properties: { a: { not: { $ref: '#' } }, ...more } })
  assert.deepEqual(rules(recursive({}), recursive({})), [])
  assert.ok(rules(recursive({ b: text }), recursive({ b: int })).length > 0)
})

test('an undecidable comparison is said, unless both texts are equal', () => {
  for (const keyword of [
    JSON.parse('{ "if": { "type": "integer" }, "then": { "minimum": 0 } }') as object,
    { contains: int },
    { propertyNames: { maxLength: 3 } },
    { dependentRequired: { a: ['b'] } },
    { patternProperties: { '^x|y$': int } },
    { unevaluatedProperties: false },
  ]) {
    assert.ok(rules(keyword, {}).length > 0, JSON.stringify(keyword))
    assert.deepEqual(rules(keyword, keyword), [], JSON.stringify(keyword))
  }
  assert.deepEqual(rules({ pattern: '^a' }, { pattern: '^ab' }), ['/ undecided'])
  assert.deepEqual(rules({ pattern: '^a' }, text), ['/ pattern-added'])
})

test('references are followed, also in a circle', () => {
  const tree = (value: object, more: object = {}) => ({
    $ref: '#/$defs/node',
    $defs: { node: closed({ value, children: { type: 'array', items: { $ref: '#/$defs/node' } } }, more) },
  })
  assert.deepEqual(rules(tree({ type: 'number' }), tree(int)), [])
  assert.deepEqual(rules(tree(text), tree(int)), ['/value type-changed'])
  assert.deepEqual(rules(tree(int, { required: ['value'] }), tree(int)), ['/value required-added', '/children/items/value required-added'])
})

test('keywords beside a reference count from 2019 on', () => {
  const beside = (draft: string) => ({ $schema: draft, $ref: '#/definitions/n', maximum: 5, definitions: { n: int } })
  assert.deepEqual(rules({ type: 'integer', maximum: 5 }, beside('https://json-schema.org/draft/2020-12/schema')), [])
  assert.deepEqual(rules({ type: 'integer', maximum: 5 }, beside('http://json-schema.org/draft-07/schema#')), ['/ range-narrowed'])
})

test('text that is no schema is rejected with its place', () => {
  for (const [schema, message] of [
    ['text', /\/: a schema is an object, true or false, got 'text'/],
    [{ type: 'integr' }, /type is a JSON type or a list of them, got 'integr'/],
    [{ properties: { a: 3 } }, /\/properties\/a: a schema is an object/],
    [{ required: 'a' }, /required is a list of names/],
    [{ enum: [] }, /enum is a list of values/],
    [{ minLength: -1 }, /minLength is a number from 0 on/],
    [{ $ref: '#/$defs/missing' }, /there is no schema at \$ref/],
    [{ $ref: 'other.json' }, /leads into another document/],
    [{ $ref: '#' }, /\$ref '#' leads back to itself/],
    [{ $ref: '#/$defs/a', $defs: { a: { anyOf: [{ $ref: '#/$defs/b' }] }, b: { $ref: '#/$defs/a' } } }, /leads back to itself/],
    [{ $dynamicRef: '#node' }, /\$dynamicRef and \$recursiveRef are not supported/],
  ] as const)
    assert.throws(() => parseJsonSchema(JSON.stringify(schema)), { code: 'SPILL_FORMAT', message })
})
