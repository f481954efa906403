/**
 * Parses a JSON Schema (drafts 4 to 2020-12): resolves local references, and checks the keywords that are compared.
 *
 * Throws `SPILL_FORMAT` for text that is no schema, for a reference into another document, and for references that lead in a circle without
 * any keyword between. Keywords that are not known are ignored, as JSON Schema demands.
 */
import { limits, show } from '../../base/index.ts'
import { malformedSchema, parseSchemaJson, PartBudget } from '../problems/schema-error.ts'

/** A schema as JSON: `true` allows everything, `false` nothing. */
export type SchemaNode = boolean | JsonSchemaObject
export type JsonSchemaObject = Readonly<Record<string, unknown>>

/** A parsed document. */
export interface JsonSchemaDocument {
  readonly root: SchemaNode
  /** The schema to which the `$ref` of a schema of this document leads. */
  readonly target: (schema: JsonSchemaObject) => SchemaNode
  /** Up to draft 7, keywords beside a `$ref` do not count. */
  readonly ignoresBesideRef: boolean
}

/** Names of the JSON types. */
export const jsonTypes = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'] as const
export type JsonType = (typeof jsonTypes)[number]

/** Keywords that hold one schema, a list of schemas, and schemas by name. */
const single = ['items', 'additionalItems', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains', 'propertyNames'] as const
const lists = ['allOf', 'anyOf', 'oneOf', 'prefixItems'] as const
const maps = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'] as const
const counts = ['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'] as const

/** Throws `SPILL_FORMAT` or `SPILL_LIMIT`. */
export function parseJsonSchema(text: string): JsonSchemaDocument {
  const root = parseSchemaJson(text)
  const references: { readonly schema: JsonSchemaObject; readonly path: string }[] = []
  const budget = PartBudget.ofParts()
  const visit = (schema: unknown, path: string, depth: number): void => {
    budget.spend()
    if (depth > limits.SCHEMA_DEPTH_MAX) malformedSchema(path, `nested more than ${limits.SCHEMA_DEPTH_MAX} deep (SCHEMA_DEPTH_MAX)`)
    if (typeof schema === 'boolean') return
    if (!isSchemaObject(schema)) malformedSchema(path, `a schema is an object, true or false, got ${show(schema)}`)
    checkKeywords(schema, path)
    if (schema['$ref'] !== undefined) references.push({ schema, path })
    for (const [place, part] of partsOf(schema)) visit(part, `${path === '/' ? '' : path}/${place}`, depth + 1)
  }
  visit(root, '/', 0)
  const targets = new Map(references.map(({ schema, path }) => [schema, resolve(root, schema['$ref'], path)]))
  for (const { schema, path } of references) checkProgress(schema, targets, path)
  const draft = isSchemaObject(root) ? root['$schema'] : undefined
  return {
    root: root as SchemaNode,
    target: schema => targets.get(schema)!,
    ignoresBesideRef: typeof draft === 'string' && /draft-0[3467]/.test(draft),
  }
}

export const isSchemaObject = (value: unknown): value is JsonSchemaObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function* partsOf(schema: JsonSchemaObject): Generator<readonly [string, unknown]> {
  for (const keyword of single) {
    const part = schema[keyword]
    // Before 2020-12, a list of `items` was a tuple.
    if (Array.isArray(part) && keyword === 'items') for (const [i, item] of part.entries()) yield [`items/${i}`, item]
    else if (part !== undefined) yield [keyword, part]
  }
  for (const keyword of lists) for (const [i, part] of listOf(schema[keyword]).entries()) yield [`${keyword}/${i}`, part]
  for (const keyword of maps)
    if (isSchemaObject(schema[keyword])) for (const [name, part] of Object.entries(schema[keyword])) yield [`${keyword}/${name}`, part]
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

function checkKeywords(schema: JsonSchemaObject, path: string): void {
  const expect = (keyword: string, isRight: (value: unknown) => boolean, expected: string): void => {
    const value = schema[keyword]
    if (value !== undefined && !isRight(value)) malformedSchema(path, `${keyword} is ${expected}, got ${show(value)}`)
  }
  const isText = (value: unknown): boolean => typeof value === 'string'
  const isType = (value: unknown): boolean => jsonTypes.some(type => type === value)
  const isLimit = (value: unknown): boolean => typeof value === 'number'
  expect(
    'type',
    value => isType(value) || (Array.isArray(value) && value.length > 0 && value.every(isType)),
    'a JSON type or a list of them',
  )
  expect('required', value => typeof value === 'boolean' || (Array.isArray(value) && value.every(isText)), 'a list of names')
  expect('enum', value => Array.isArray(value) && value.length > 0, 'a list of values')
  for (const keyword of lists) expect(keyword, value => Array.isArray(value) && value.length > 0, 'a list of schemas')
  for (const keyword of maps) expect(keyword, isSchemaObject, 'an object of schemas')
  for (const keyword of counts) expect(keyword, value => Number.isSafeInteger(value) && (value as number) >= 0, 'a number from 0 on')
  for (const keyword of ['minimum', 'maximum']) expect(keyword, isLimit, 'a number')
  for (const keyword of ['exclusiveMinimum', 'exclusiveMaximum'])
    expect(keyword, value => isLimit(value) || typeof value === 'boolean', 'a number')
  expect('multipleOf', value => typeof value === 'number' && value > 0, 'a number above 0')
  expect('pattern', isText, 'a regular expression')
  expect('$ref', isText, 'a reference such as #/$defs/payment')
  if (schema['$dynamicRef'] !== undefined || schema['$recursiveRef'] !== undefined)
    malformedSchema(path, '$dynamicRef and $recursiveRef are not supported; write $ref')
}

/** The part of the document to which a reference such as `#/$defs/payment` leads, or the one with that `$anchor`. */
function resolve(root: unknown, reference: unknown, path: string): SchemaNode {
  if (typeof reference !== 'string' || !reference.startsWith('#'))
    return malformedSchema(path, `$ref ${show(reference)} leads into another document; copy the definition into $defs`)
  const steps = reference === '#' ? [] : reference.slice(2).split('/')
  let part: unknown = root
  if (reference !== '#' && !reference.startsWith('#/')) part = anchored(root, reference.slice(1))
  else
    for (const step of steps) {
      const name = decodedStep(step).replaceAll('~1', '/').replaceAll('~0', '~')
      part = typeof part === 'object' && part !== null && Object.hasOwn(part, name) ? (part as JsonSchemaObject)[name] : undefined
    }
  if (typeof part !== 'boolean' && !isSchemaObject(part)) malformedSchema(path, `there is no schema at $ref ${show(reference)}`)
  return part
}

function decodedStep(step: string): string {
  try {
    return decodeURIComponent(step)
  } catch {
    return step
  }
}

function anchored(schema: unknown, name: string): unknown {
  if (!isSchemaObject(schema)) return undefined
  if (schema['$anchor'] === name) return schema
  for (const [, part] of partsOf(schema)) {
    const match = anchored(part, name)
    if (match !== undefined) return match
  }
  return undefined
}

/** Rejects references that lead back to themselves through nothing but references and combinators: no value could be checked. */
function checkProgress(from: JsonSchemaObject, targets: ReadonlyMap<JsonSchemaObject, SchemaNode>, path: string): void {
  const visited = new Set<SchemaNode>()
  const visit = (schema: unknown): void => {
    if (!isSchemaObject(schema) || visited.has(schema)) return
    visited.add(schema)
    const parts = [
      targets.get(schema),
      ...(['allOf', 'anyOf', 'oneOf'] as const).flatMap(keyword => listOf(schema[keyword])),
      schema['not'],
    ]
    for (const part of parts) {
      if (part === from) malformedSchema(path, `$ref ${show(from['$ref'])} leads back to itself, so that no value can be checked`)
      visit(part)
    }
  }
  visit(from)
}
