/**
 * The values that a writer's schema allows, as a list of schemas that hold together: a schema, the parts of its `allOf`, the targets of its
 * references, and one branch of each `anyOf` and `oneOf`.
 *
 * Every answer covers at least the values that are allowed: a keyword that is not understood narrows them further, and is left out.
 */
import {
  isSchemaObject,
  type SchemaNode,
  type JsonSchemaDocument,
  type JsonSchemaObject,
  type JsonType,
  jsonTypes,
} from './parse-json-schema.ts'

/** Schemas that hold together. */
export type Conjunction = readonly SchemaNode[]

/** A lower or upper bound of a number. */
export interface NumberBound {
  readonly value: number
  readonly isExclusive: boolean
}

/** The schemas with the parts of `allOf` and the targets of references beside them; each schema once. */
export function flattened(conjunction: Conjunction, { target, ignoresBesideRef }: JsonSchemaDocument): SchemaNode[] {
  const all = new Set<SchemaNode>()
  const add = (schema: SchemaNode): void => {
    if (all.has(schema)) return
    const isReference = typeof schema !== 'boolean' && typeof schema['$ref'] === 'string'
    if (!isReference || !ignoresBesideRef) all.add(schema)
    if (typeof schema === 'boolean') return
    for (const part of schemasOf(schema, 'allOf')) add(part)
    if (isReference) add(target(schema))
  }
  conjunction.forEach(add)
  return [...all]
}

export const schemasOf = (schema: JsonSchemaObject, keyword: 'allOf' | 'anyOf' | 'oneOf'): readonly SchemaNode[] =>
  (schema[keyword] as readonly SchemaNode[] | undefined) ?? []

/** Types of the values; an integer is listed as `integer` alone, any other number as `number`. */
export function typesOf(conjunction: Conjunction): ReadonlySet<JsonType> {
  const allowed = objectsOf(conjunction).map(schema => {
    const { type } = schema
    const values = listedValues([schema])
    const declared = new Set(type === undefined ? jsonTypes : ([type].flat() as JsonType[]))
    const types = declared.has('number') ? declared.add('integer') : declared
    return values ? new Set([...types].filter(name => values.map(typeOfValue).some(own => own === name))) : types
  })
  const types = jsonTypes.filter(type => allowed.every(set => set.has(type)))
  // All integers are numbers.
  return new Set(conjunction.includes(false) ? [] : types.filter(type => type !== 'integer' || !types.includes('number')))
}

export const objectsOf = (conjunction: Conjunction): readonly JsonSchemaObject[] => conjunction.filter(isSchemaObject)

export function typeOfValue(value: unknown): JsonType {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value as JsonType
}

/** The values, where they are listed by `enum` or `const`; `undefined` where they are not. */
export function listedValues(conjunction: Conjunction): readonly unknown[] | undefined {
  const listed = objectsOf(conjunction).flatMap(schema => [
    ...(schema['enum'] === undefined ? [] : [schema['enum'] as readonly unknown[]]),
    ...('const' in schema ? [[schema['const']]] : []),
  ])
  if (listed.length === 0) return undefined
  const texts = listed.slice(1).map(values => new Set(values.map(value => JSON.stringify(value))))
  return listed[0].filter(value => texts.every(set => set.has(JSON.stringify(value))))
}

/** Highest of the lower bounds, or lowest of the upper bounds. */
export function numberBound(conjunction: Conjunction, end: 'minimum' | 'maximum'): NumberBound | undefined {
  const exclusive = end === 'minimum' ? 'exclusiveMinimum' : 'exclusiveMaximum'
  const bounds = objectsOf(conjunction).flatMap((schema): NumberBound[] => [
    // In draft 4 the exclusive bound is a flag beside the bound.
    ...(typeof schema[end] === 'number' ? [{ value: schema[end], isExclusive: schema[exclusive] === true }] : []),
    ...(typeof schema[exclusive] === 'number' ? [{ value: schema[exclusive], isExclusive: true }] : []),
  ])
  return bounds.toSorted((a, b) => (isWithin(a, b, end) ? -1 : 1))[0]
}

/** Does a bound exclude at least what `other` excludes? */
export function isWithin(bound: NumberBound, other: NumberBound, end: 'minimum' | 'maximum'): boolean {
  if (bound.value === other.value) return bound.isExclusive || !other.isExclusive
  return end === 'minimum' ? bound.value > other.value : bound.value < other.value
}

/** Keywords that count characters, items or properties. */
export type CountKeyword = 'minLength' | 'maxLength' | 'minItems' | 'maxItems' | 'minProperties' | 'maxProperties'

/** The tightest of the counts; `undefined` without one. */
export function tightestCount(conjunction: Conjunction, keyword: CountKeyword): number | undefined {
  const bounds = objectsOf(conjunction).flatMap(schema => (typeof schema[keyword] === 'number' ? [schema[keyword]] : []))
  if (bounds.length === 0) return undefined
  return keyword.startsWith('min') ? Math.max(...bounds) : Math.min(...bounds)
}

/** Names that every object has. */
export const requiredNames = (conjunction: Conjunction): ReadonlySet<string> =>
  new Set(objectsOf(conjunction).flatMap(({ required }) => (Array.isArray(required) ? (required as string[]) : [])))

/**
 * Schemas of the property `name`: its own, those of the patterns that it matches, and those of additional properties if there are none. A
 * schema with a pattern that is not decided may allow anything.
 */
export const propertySchemas = (conjunction: Conjunction, name: string): Conjunction =>
  objectsOf(conjunction).flatMap((schema): readonly SchemaNode[] => {
    const own = propertiesOf(schema)[name]
    const patterns = Object.entries(patternsOf(schema))
    const matched = patterns.flatMap(([pattern, of]) => (matchesPattern(pattern, name) ? [of] : []))
    if (own !== undefined || matched.length > 0) return [...(own === undefined ? [] : [own]), ...matched]
    return patterns.some(([pattern]) => matchesPattern(pattern, name) === undefined) ? [true] : additionalSchemas([schema])
  })

/** Schemas of properties that no schema names and no pattern matches. */
export const additionalSchemas = (conjunction: Conjunction): Conjunction =>
  objectsOf(conjunction).map(schema => (schema['additionalProperties'] as SchemaNode | undefined) ?? true)

export const patternsOf = (schema: JsonSchemaObject): Readonly<Record<string, SchemaNode>> =>
  (schema['patternProperties'] as Readonly<Record<string, SchemaNode>> | undefined) ?? {}

/**
 * Does a text match a regular expression that is a literal, `^S_` or `^web$`? `undefined` for any other: a hostile one could take for ever.
 */
export function matchesPattern(pattern: string, text: string): boolean | undefined {
  const [, start, literal, end] = /^(\^?)([\w -]*)(\$?)$/.exec(pattern) ?? []
  if (literal === undefined) return undefined
  if (start && end) return text === literal
  if (start) return text.startsWith(literal)
  return end ? text.endsWith(literal) : text.includes(literal)
}

type Properties = Readonly<Record<string, SchemaNode>>

const namedProperties = new WeakMap<JsonSchemaObject, Properties>()

/** Schemas of the properties that are named. A name that every object inherits is no property of its own. Made once for each schema. */
export function propertiesOf(schema: JsonSchemaObject): Properties {
  const known = namedProperties.get(schema)
  if (known) return known
  const properties = Object.assign(Object.create(null) as Record<string, SchemaNode>, schema['properties'])
  namedProperties.set(schema, properties)
  return properties
}

/** Schemas of the item with this index: of a tuple its own, otherwise those of the further items. */
export const itemSchemas = (conjunction: Conjunction, index: number): Conjunction =>
  objectsOf(conjunction).map(schema => {
    const tuple = leadingItems(schema)
    if (index < tuple.length) return tuple[index]
    const rest = Array.isArray(schema['items']) ? schema['additionalItems'] : schema['items']
    return (rest as SchemaNode | undefined) ?? true
  })

/** Schemas of the first items, by index. */
export function leadingItems(schema: JsonSchemaObject): readonly SchemaNode[] {
  const tuple = schema['prefixItems'] ?? schema['items']
  return Array.isArray(tuple) ? (tuple as SchemaNode[]) : []
}
