/** Columns as JSON Schema: what a source takes and a request has, as its door checks it. */
import { limits } from '../../base/limits.ts'
import type { ColumnIR, FeatureIR, TypeIR } from '../../define/ir/ir.ts'
import { givesList } from '../../define/ir/signatures.ts'
import { decimalPattern, durationPattern, instantPattern } from './text-patterns.ts'

export type Schema = Readonly<Record<string, unknown>>

/** The fields of a record; a field that may be missing may be null too. */
export function recordSchema(columns: readonly ColumnIR[]): Schema {
  return {
    type: 'object',
    properties: Object.fromEntries(columns.map(column => [column.name, columnSchema(column)])),
    required: columns.filter(({ nullable }) => !nullable).map(({ name }) => name),
    additionalProperties: false,
  }
}

function columnSchema(column: ColumnIR): Schema {
  const own = ownSchema(column)
  const about = column.entity === undefined ? {} : { description: `identifies a ${column.entity}` }
  return { ...(column.nullable ? { anyOf: [own, { type: 'null' }] } : own), ...about }
}

function ownSchema({ type, scale = 0, min, max, values, zone }: ColumnIR): Schema {
  const within = { minimum: min ?? Number.MIN_SAFE_INTEGER, maximum: max ?? Number.MAX_SAFE_INTEGER }
  switch (type) {
    case 'int':
      return { type: 'integer', ...within }
    case 'double':
      return { type: 'number', ...(min !== undefined && { minimum: min }), ...(max !== undefined && { maximum: max }) }
    case 'decimal': {
      const unit = 10 ** scale
      const number = { type: 'number', multipleOf: 1 / unit, minimum: within.minimum / unit, maximum: within.maximum / unit }
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
          { type: 'integer', ...within },
          { type: 'string', pattern: durationPattern },
        ],
      }
    case 'bool':
      return { type: 'boolean' }
    default:
      return values ? { enum: values } : { type: 'string' }
  }
}

/** Bounds that hold of text too, of which a pattern cannot say it. */
function boundsText(min: number | undefined, max: number | undefined, unit = 1): string {
  const least = min === undefined ? '' : `; at least ${min / unit}`
  return max === undefined ? least : `${least}; at most ${max / unit}`
}

/** A key column where it stands as text in an address. */
export const keySchema = (column: ColumnIR): Schema =>
  column.type === 'int' || column.type === 'string' ? ownSchema(column) : { type: 'string', description: `a ${column.type}` }

/** Values by feature, as they are delivered; one that was refused is missing. */
export function featuresSchema(features: readonly FeatureIR[]): Schema {
  return {
    type: 'object',
    properties: Object.fromEntries(features.map(feature => [feature.name, featureSchema(feature)])),
  }
}

function featureSchema(feature: FeatureIR): Schema {
  const one = { type: deliveredType(feature) }
  const value = givesList(feature.agg) ? { type: 'array', items: { anyOf: [one, { type: 'null' }] } } : one
  const window = feature.window === 'lifetime' ? 'over all time' : `over ${feature.window} ms`
  return { description: `${feature.agg} ${window}`, anyOf: [value, { type: 'null' }] }
}

/** Numbers of every type are delivered as JSON numbers. */
const deliveredType = ({ type }: TypeIR): string => (type === 'string' ? 'string' : type === 'bool' ? 'boolean' : 'number')
