/** Keywords of a reader's JSON Schema that do not follow from what a writer's schema allows: types, values, ranges, lengths, patterns. */
import { canonicalJson } from '../../define/ir/index.ts'
import type { StrictOmit } from '../../base/index.ts'
import type { Incompatibility } from '../problems/incompatibility.ts'
import type { SchemaNode, JsonSchemaObject, JsonType } from './parse-json-schema.ts'
import {
  type Conjunction,
  tightestCount,
  type CountKeyword,
  isWithin,
  matchesPattern,
  numberBound,
  objectsOf,
  typeOfValue,
  typesOf,
  listedValues,
} from './written-values.ts'

/** A reason, without the place and the writer's side. */
export type ReaderReason = StrictOmit<Incompatibility, 'path' | 'writer'>

/** Keywords that are decided only where the writer has them too, word for word. */
const opaque = [
  'if',
  'then',
  'else',
  'contains',
  'minContains',
  'maxContains',
  'propertyNames',
  'unevaluatedItems',
  'unevaluatedProperties',
] as const

/** Keywords with an entry for each property, of which each is decided only where the writer has it too, word for word. */
const opaqueEntries = ['dependencies', 'dependentRequired', 'dependentSchemas'] as const

const SHOWN_MAX = 120

/** A schema for people, in short. */
export function schemaText(schema: SchemaNode): string {
  if (typeof schema === 'boolean') return schema ? 'anything' : 'nothing'
  const text = JSON.stringify(schema)
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text
}

export function keywordReasons(reader: JsonSchemaObject, written: Conjunction): ReaderReason[] {
  const typeReasons = typesNarrowed(reader, written)
  if (typeReasons.length > 0) return typeReasons
  const values = listedValues(written)
  const types = typesOf(written)
  return [
    ...valuesNarrowed(reader, values, types),
    ...(types.has('integer') || types.has('number') ? numbersNarrowed(reader, written) : []),
    ...(types.has('string') ? [...textNarrowed(reader, written), ...countsNarrowed(reader, written, 'Length')] : []),
    ...(types.has('array') ? [...countsNarrowed(reader, written, 'Items'), ...uniqueness(reader, written)] : []),
    ...(types.has('object') ? countsNarrowed(reader, written, 'Properties') : []),
    ...undecidedKeywords(reader, written),
  ]
}

const reason = (reader: unknown, rule: string, problem: string, fix: string): ReaderReason => ({
  rule,
  reader: schemaText(reader as SchemaNode),
  problem,
  fix,
})

function typesNarrowed(reader: JsonSchemaObject, written: Conjunction): ReaderReason[] {
  if (reader['type'] === undefined) return []
  const allowed = new Set([reader['type']].flat() as JsonType[])
  const lost = [...typesOf(written)].filter(type => !allowed.has(type) && !(type === 'integer' && allowed.has('number')))
  // A number that may only be whole is an integer.
  const isWhole = allowed.has('integer') && objectsOf(written).some(({ multipleOf }) => Number.isInteger(multipleOf))
  const types = isWhole ? lost.filter(type => type !== 'number') : lost
  if (types.length === 0) return []
  return [
    reason(
      { type: reader['type'] },
      'type-changed',
      `the type is ${[...allowed].join(' or ')}, and may be ${types.join(' or ')} in what the writer writes`,
      'allow both types, or add a property with the new type',
    ),
  ]
}

function valuesNarrowed(reader: JsonSchemaObject, values: readonly unknown[] | undefined, types: ReadonlySet<JsonType>): ReaderReason[] {
  const allowed = listedValues([reader])
  if (!allowed) return []
  const known = new Set(allowed.map(value => canonicalJson(value)))
  const all = values ?? impliedValues(types)
  const lost = all?.filter(value => !known.has(canonicalJson(value)))
  if (lost?.length === 0) return []
  const problem = lost
    ? `the values ${lost.map(schemaValue).join(', ')} are not allowed any more`
    : 'the value is one of a list, and was not before'
  return [reason({ enum: allowed }, 'values-removed', problem, 'leave the values in the enum')]
}

const schemaValue = (value: unknown): string => JSON.stringify(value)

/** All values of types that have only a few. */
function impliedValues(types: ReadonlySet<JsonType>): readonly unknown[] | undefined {
  const few: Partial<Record<JsonType, readonly unknown[]>> = { null: [null], boolean: [true, false] }
  return [...types].every(type => few[type]) ? [...types].flatMap(type => few[type]!) : undefined
}

function numbersNarrowed(reader: JsonSchemaObject, written: Conjunction): ReaderReason[] {
  const numbers = listedValues(written)?.filter(value => typeof value === 'number')
  const bounds = (['minimum', 'maximum'] as const).flatMap(end => {
    const own = numberBound([reader], end)
    if (!own) return []
    const isInside = (value: number): boolean =>
      (end === 'minimum' ? value > own.value : value < own.value) || (value === own.value && !own.isExclusive)
    const bound = numberBound(written, end)
    if (numbers ? numbers.every(isInside) : bound && isWithin(bound, own, end)) return []
    const before = bound ? `${bound.value}${bound.isExclusive ? ', exclusive' : ''}` : 'none'
    const problem = `the ${end} is ${own.value}${own.isExclusive ? ', exclusive' : ''}, and was ${before}`
    return [reason({ [end]: own.value }, 'range-narrowed', problem, 'leave the range as it was')]
  })
  const { multipleOf } = reader
  if (typeof multipleOf !== 'number' || isMultiple(multipleOf, written, numbers)) return bounds
  const problem = `the value is a multiple of ${multipleOf}, and was not before`
  return [...bounds, reason({ multipleOf }, 'range-narrowed', problem, 'leave multipleOf as it was')]
}

function isMultiple(factor: number, written: Conjunction, numbers: readonly number[] | undefined): boolean {
  const divides = (value: number): boolean => Number.isInteger(value / factor)
  if (numbers) return numbers.every(divides)
  const factors = objectsOf(written).flatMap(({ multipleOf }) => (typeof multipleOf === 'number' ? [multipleOf] : []))
  return [...factors, ...(typesOf(written).has('number') ? [] : [1])].some(divides)
}

function textNarrowed(reader: JsonSchemaObject, written: Conjunction): ReaderReason[] {
  const { pattern } = reader
  if (typeof pattern !== 'string') return []
  const patterns = objectsOf(written).flatMap(schema => (typeof schema['pattern'] === 'string' ? [schema['pattern']] : []))
  const texts = listedValues(written)?.filter(value => typeof value === 'string')
  if (patterns.includes(pattern) || texts?.every(text => matchesPattern(pattern, text))) return []
  return patterns.length === 0 && !texts
    ? [reason({ pattern }, 'pattern-added', `a pattern is added: ${pattern}`, 'leave the pattern out')]
    : [
        reason(
          { pattern },
          'undecided',
          'it cannot be decided whether the new pattern matches all that matched before',
          'leave the pattern as it was',
        ),
      ]
}

/** Sizes of a value by the words of their keywords. */
const sizes: Readonly<Record<'Length' | 'Items' | 'Properties', (value: unknown) => number | undefined>> = {
  Length: value => (typeof value === 'string' ? Array.from(value).length : undefined),
  Items: value => (Array.isArray(value) ? value.length : undefined),
  Properties: value => (typeOfValue(value) === 'object' ? Object.keys(value as object).length : undefined),
}

function countsNarrowed(reader: JsonSchemaObject, written: Conjunction, subject: keyof typeof sizes): ReaderReason[] {
  return (['min', 'max'] as const).flatMap(end => {
    const keyword: CountKeyword = `${end}${subject}`
    const own = tightestCount([reader], keyword)
    if (own === undefined || (end === 'min' && own === 0)) return []
    const isInside = (size: number): boolean => (end === 'min' ? size >= own : size <= own)
    const counts = listedValues(written)?.flatMap(value => sizes[subject](value) ?? [])
    const before = tightestCount(written, keyword)
    if (counts ? counts.every(isInside) : before !== undefined && isInside(before)) return []
    return [reason({ [keyword]: own }, 'range-narrowed', `${keyword} is ${own}, and was ${before ?? 'none'}`, `leave ${keyword} as it was`)]
  })
}

const uniqueness = (reader: JsonSchemaObject, written: Conjunction): ReaderReason[] =>
  reader['uniqueItems'] === true && !objectsOf(written).some(({ uniqueItems }) => uniqueItems === true)
    ? [reason({ uniqueItems: true }, 'range-narrowed', 'items must be unique, and need not be before', 'leave uniqueItems out')]
    : []

/** Keywords that no rule here decides, unless the writer has them word for word. */
function undecidedKeywords(reader: JsonSchemaObject, written: Conjunction): ReaderReason[] {
  const isAlone = (keyword: string): boolean => (keyword === 'then' || keyword === 'else') && !('if' in reader)
  return [
    ...opaque
      .filter(keyword => reader[keyword] !== undefined && !isAlone(keyword))
      .filter(keyword => !objectsOf(written).some(schema => isSame(reader[keyword], schema[keyword]))),
    ...opaqueEntries.filter(keyword => {
      const entries = objectsOf(written).map(schema => (schema[keyword] ?? {}) as JsonSchemaObject)
      return Object.entries((reader[keyword] ?? {}) as JsonSchemaObject).some(
        ([name, own]) => !entries.some(entry => Object.hasOwn(entry, name) && isSame(own, entry[name])),
      )
    }),
  ].map(keyword => undecidedReason(keyword, reader[keyword]))
}

/** Word for word, without references, which lead to different places in different documents. */
function isSame(own: unknown, before: unknown): boolean {
  if (before === undefined) return false
  const text = canonicalJson(own)
  return !text.includes('"$ref"') && canonicalJson(before) === text
}

/** The reason of a keyword that is not decided. */
export const undecidedReason = (keyword: string, own: unknown): ReaderReason =>
  reason(
    { [keyword]: own },
    'undecided',
    `it cannot be decided whether all that was written before fits ${keyword}`,
    `state it with type, properties and enum, or leave ${keyword} as it was`,
  )
