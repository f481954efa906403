import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  anyOf,
  closedObject,
  enumOf,
  listOf,
  nullType,
  numberType,
  optional,
  orReason,
  stringType,
  tupleOf,
  type TypeOf,
} from './json-schema-builder.ts'

const schema = closedObject({
  name: stringType,
  kind: enumOf('a', 'b'),
  pair: tupleOf(numberType, stringType),
  list: optional(listOf(anyOf(numberType, nullType))),
  known: orReason(numberType),
})

interface Expected {
  readonly name: string
  readonly kind: 'a' | 'b'
  readonly pair: readonly [number, string]
  readonly list?: readonly (number | null)[]
  readonly known: number | { readonly why: string }
}

/** `true` if both types are the same. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never

test('a schema is a type', () => {
  const isSame: Same<TypeOf<typeof schema>, Expected> = true
  // @ts-expect-error a list may be missing, and is no text
  const isText: Same<TypeOf<typeof schema>, Expected & { readonly list: string }> = true
  assert.ok(isSame && isText)
})

test('objects have no other properties, and optional ones are not required', () => {
  assert.deepEqual(schema['required'], ['name', 'kind', 'pair', 'known'])
  assert.equal(schema['additionalProperties'], false)
  assert.deepEqual((schema['properties'] as Record<string, unknown>)['list'], {
    type: 'array',
    items: { anyOf: [{ type: 'number' }, { type: 'null' }] },
  })
})
