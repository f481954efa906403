/**
 * JSON Schemas of a pipeline: records of sources, keys of groups, feature values, and requests for features. A schema accepts the same
 * values as the validator of the source.
 */
import { limits } from '../../base/index.ts'
import { type ColumnIR, type FeatureIR, type GroupIR, type PipelineIR, type TypeIR, isListAggregate } from '../../define/ir/index.ts'

/** A JSON Schema, or a part of an OpenAPI document. */
export type OpenapiSchema = Readonly<Record<string, unknown>>

/** Parts that many schemas are composed of. */
export const schemaTerms = {
  count: { type: 'integer', minimum: 0 },
  number: { type: 'number' },
  flag: { type: 'boolean' },
  text: { type: 'string' },
  values: { type: 'object', additionalProperties: true },
  utcMs: { type: 'integer', description: 'UTC milliseconds' },
  /** Fields of one schema. */
  each: (names: readonly string[], schema: OpenapiSchema): Schemas => Object.fromEntries(names.map(name => [name, schema])),
  described: (schema: OpenapiSchema, description: string): OpenapiSchema => ({ ...schema, description }),
  orNull: (schema: OpenapiSchema): OpenapiSchema => ({ anyOf: [schema, { type: 'null' }] }),
  list: (items: OpenapiSchema): OpenapiSchema => ({ type: 'array', items }),
  /** A shared schema of the document (`sharedSchemas`). */
  ref: (name: string): OpenapiSchema => ({ $ref: `#/components/schemas/${name}` }),
  /** An object with its required and its optional fields. */
  object: (required: Schemas, optional: Schemas = {}): OpenapiSchema => ({
    type: 'object',
    properties: { ...required, ...optional },
    required: Object.keys(required),
  }),
} as const

type Schemas = Readonly<Record<string, OpenapiSchema>>

/** The schema of a record. A nullable field may be missing or null, one with a default may be missing. A renamed one has any of its names. */
export function recordSchema(columns: readonly ColumnIR[]): OpenapiSchema {
  const isRequired = ({ nullable, default: value }: ColumnIR): boolean => !nullable && value === undefined
  const renamed = columns.filter(({ aliases }) => aliases)
  const fields = columns.flatMap(column => {
    const schema = columnSchema(column)
    const earlier = { ...schema, deprecated: true, description: `earlier name of '${column.name}'` }
    return [[column.name, schema] as const, ...(column.aliases ?? []).map(alias => [alias, earlier] as const)]
  })
  return {
    type: 'object',
    properties: Object.fromEntries(fields),
    required: columns.filter(column => isRequired(column) && !column.aliases).map(({ name }) => name),
    additionalProperties: false,
    ...(renamed.length > 0 && { allOf: renamed.map(column => oneNameSchema(column, isRequired(column))) }),
  }
}

/** A record has a renamed field under one of its names; under none only if it is optional. */
function oneNameSchema({ name, aliases = [] }: ColumnIR, isRequired: boolean): OpenapiSchema {
  const has = [name, ...aliases].map(known => ({ required: [known] }))
  return { oneOf: isRequired ? has : [...has, { not: { anyOf: has } }] }
}

function columnSchema(column: ColumnIR): OpenapiSchema {
  const own = valueSchema(column)
  const entity = column.entity === undefined ? {} : { description: `identifies a ${column.entity}` }
  return { ...(column.nullable ? { anyOf: [own, { type: 'null' }] } : own), ...entity, ...defaultSchema(column) }
}

function defaultSchema({ type, scale = 0, default: value }: ColumnIR): OpenapiSchema {
  return value === undefined ? {} : { default: type === 'decimal' ? Number(value) / 10 ** scale : value }
}

function valueSchema({ type, scale = 0, min, max, values, zone }: ColumnIR): OpenapiSchema {
  const range = { minimum: min ?? Number.MIN_SAFE_INTEGER, maximum: max ?? Number.MAX_SAFE_INTEGER }
  switch (type) {
    case 'int':
      return { type: 'integer', ...range }
    case 'double':
      return { type: 'number', ...(min !== undefined && { minimum: min }), ...(max !== undefined && { maximum: max }) }
    case 'decimal': {
      const unit = 10 ** scale
      const number = { type: 'number', multipleOf: 1 / unit, minimum: range.minimum / unit, maximum: range.maximum / unit }
      return {
        description: `at most ${scale} digits after the point; text keeps more digits than a JSON number${boundsText(min, max, unit)}`,
        anyOf: [number, { type: 'string', pattern: decimalPattern(scale, min === undefined || min < 0) }],
      }
    }
    case 'timestamp':
      return {
        description: `ISO 8601, read in ${zone ?? 'UTC'} where it has no offset, or UTC milliseconds`,
        anyOf: [
          { type: 'string', pattern: instantPattern },
          { type: 'integer', minimum: min ?? -limits.TIME_MS_MAX, maximum: max ?? limits.TIME_MS_MAX },
        ],
      }
    case 'duration':
      return {
        description: `milliseconds, or text such as '5m'${boundsText(min, max)}`,
        anyOf: [
          { type: 'integer', ...range },
          { type: 'string', pattern: durationPattern },
        ],
      }
    case 'bool':
      return { type: 'boolean' }
    default:
      return values ? { enum: values } : { type: 'string' }
  }
}

/** The range as text: a pattern cannot state it. */
function boundsText(min: number | undefined, max: number | undefined, unit = 1): string {
  const least = min === undefined ? '' : `; at least ${min / unit}`
  return max === undefined ? least : `${least}; at most ${max / unit}`
}

/** The schema of a key column as text in an address. */
export const keySchema = (column: ColumnIR): OpenapiSchema =>
  column.type === 'int' || column.type === 'string' ? valueSchema(column) : { type: 'string', description: `a ${column.type}` }

/** The schema of feature values by name. A rejected feature is missing. */
export function featuresSchema(features: readonly FeatureIR[]): OpenapiSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(features.map(feature => [feature.name, featureSchema(feature)])),
  }
}

function featureSchema(feature: FeatureIR): OpenapiSchema {
  const item = { type: deliveredType(feature) }
  const value = isListAggregate(feature.agg) ? { type: 'array', items: { anyOf: [item, { type: 'null' }] } } : item
  const window = feature.window === 'lifetime' ? 'over all time' : `over ${feature.window} ms`
  return { description: `${feature.agg} ${window}`, anyOf: [value, { type: 'null' }] }
}

/** The JSON type of a value: numbers of every type are JSON numbers. */
const deliveredType = ({ type }: TypeIR): string => (type === 'string' ? 'string' : type === 'bool' ? 'boolean' : 'number')

/** The columns of a group's key, in its order. */
export function keyColumns({ sources }: PipelineIR, { source, key }: GroupIR): readonly ColumnIR[] {
  const columns = sources.find(({ name }) => name === source)!.columns
  return key.map(name => columns.find(column => column.name === name)!)
}

/** The schema of the body of `POST /features`. */
export function featureRequestsSchema(ir: PipelineIR): OpenapiSchema {
  const items = ir.groups.map((group): OpenapiSchema => {
    const parts = keyColumns(ir, group).map(jsonKeySchema)
    const several = { type: 'array', prefixItems: parts, minItems: parts.length, maxItems: parts.length }
    return {
      type: 'object',
      properties: { group: { const: group.name }, key: parts.length === 1 ? { anyOf: [parts[0], several] } : several },
      required: ['group', 'key'],
      additionalProperties: false,
    }
  })
  const queries = { type: 'array', maxItems: limits.FEATURE_REQUEST_KEYS_MAX, items: items.length > 0 ? { anyOf: items } : false }
  return { type: 'object', properties: { queries }, required: ['queries'], additionalProperties: false }
}

/** The schema of a key column in JSON. A number may be written as text, and a text as a number. */
function jsonKeySchema(column: ColumnIR): OpenapiSchema {
  const own = keySchema(column)
  if (column.type === 'int') return { anyOf: [own, { type: 'string', pattern: `^${(column.min ?? -1) < 0 ? '-?' : ''}[0-9]{1,15}$` }] }
  if (column.type !== 'string' || column.values) return own
  return { anyOf: [own, { type: 'number', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }] }
}

/**
 * Regular expressions of the texts that a column accepts besides numbers, for JSON Schema: the texts that `fieldReader` and
 * `parseInstant` read.
 *
 * They spell digits out, since some schema libraries take `\d` for the digits of any script. Where an expression cannot be exact it
 * accepts less, never more: the server accepts every text that matches.
 */

/** Times are within 2^43 ms of 1970: from 1691 to 2248. */
const year = '(?:169[2-9]|(?:1[789]|2[01])[0-9]{2}|22(?:[0-3][0-9]|4[0-7]))'
const day = '(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8])'
/** Leap years of this range: divisible by 4, and of the centuries 2000 alone. */
const leapYear = '(?:169[26]|(?:1[789]|2[01])(?:0[48]|[2468][048]|[13579][26])|2000|22(?:0[48]|2[048]|4[04]|[13][26]))'
const time = '[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)?'
const offset = '(?:Z|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)'

/** ISO 8601 with a valid day: `2026-01-01`, optionally with a time, and then optionally with an offset. */
export const instantPattern = `^(?:${year}-(?:${day})|${leapYear}-02-29)(?:${time}${offset}?)?$`

/** Durations such as `5m`, with fractions down to a millisecond. */
export const durationPattern = '^(?:[0-9]{1,7}(?:ms|s|m|h|d|w)|[0-9]{1,4}\\.[0-9]{1,3}(?:s|m|h|d|w))$'

/** Decimal digits that a double always holds exactly. */
const DIGITS = 15

/** Decimals of `scale` digits after the point, and any number of further zeros. */
export function decimalPattern(scale: number, isSigned: boolean): string {
  const whole = scale < DIGITS ? `0*[0-9]{1,${DIGITS - scale}}` : '0+'
  return `^${isSigned ? '-?' : ''}${whole}(?:\\.${scale > 0 ? `[0-9]{1,${scale}}0*` : '0+'})?$`
}
