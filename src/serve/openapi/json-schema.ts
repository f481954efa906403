/**
 * JSON Schemas of a pipeline: records of sources, keys of groups, feature values, and requests for features. A schema accepts the same
 * values as the validator of the source.
 */
import { limits } from '../../base/index.ts'
import { type ColumnIR, type FeatureIR, type GroupIR, type PipelineIR, type TypeIR, isListAggregate } from '../../define/ir/index.ts'
import { decimalPattern, durationPattern, instantPattern } from './text-patterns.ts'

/** A JSON Schema, or a part of an OpenAPI document. */
export type OpenapiSchema = Readonly<Record<string, unknown>>

/** Parts that many schemas are composed of. All fields of an `object` are required unless `required` names some. */
export const schemaTerms = {
  count: { type: 'integer', minimum: 0 },
  text: { type: 'string' },
  values: { type: 'object', additionalProperties: true },
  utcMs: { type: 'integer', description: 'UTC milliseconds' },
  orNull: (schema: OpenapiSchema): OpenapiSchema => ({ anyOf: [schema, { type: 'null' }] }),
  object: (properties: Readonly<Record<string, OpenapiSchema>>, required: readonly string[] = Object.keys(properties)): OpenapiSchema => ({
    type: 'object',
    properties,
    required,
  }),
} as const

/** The schema of a record. A field that may be missing may be null, too. */
export function recordSchema(columns: readonly ColumnIR[]): OpenapiSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(columns.map(column => [column.name, columnSchema(column)])),
    required: columns.filter(({ nullable }) => !nullable).map(({ name }) => name),
    additionalProperties: false,
  }
}

function columnSchema(column: ColumnIR): OpenapiSchema {
  const own = valueSchema(column)
  const entity = column.entity === undefined ? {} : { description: `identifies a ${column.entity}` }
  return { ...(column.nullable ? { anyOf: [own, { type: 'null' }] } : own), ...entity }
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
  const asks = { type: 'array', maxItems: limits.FEATURE_REQUEST_KEYS_MAX, items: items.length > 0 ? { anyOf: items } : false }
  return { type: 'object', properties: { asks }, required: ['asks'], additionalProperties: false }
}

/** The schema of a key column in JSON. A number may be written as text, and a text as a number. */
function jsonKeySchema(column: ColumnIR): OpenapiSchema {
  const own = keySchema(column)
  if (column.type === 'int') return { anyOf: [own, { type: 'string', pattern: `^${(column.min ?? -1) < 0 ? '-?' : ''}[0-9]{1,15}$` }] }
  if (column.type !== 'string' || column.values) return own
  return { anyOf: [own, { type: 'number', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }] }
}
