/** Columns as JSON Schema: what a source takes and a request has, as its door checks it. */
import type { ColumnIR, FeatureIR, TypeIR } from '../define/ir.ts'
import { givesList } from '../define/signatures.ts'

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
  const bounds = (unit = 1) => ({ ...(min !== undefined && { minimum: min / unit }), ...(max !== undefined && { maximum: max / unit }) })
  switch (type) {
    case 'int':
      return { type: 'integer', ...bounds() }
    case 'double':
      return { type: 'number', ...bounds() }
    case 'decimal':
      return {
        description: `at most ${scale} digits after the point; text keeps more digits than a JSON number`,
        anyOf: [
          { type: 'number', ...bounds(10 ** scale) },
          { type: 'string', pattern: '^[+-]?\\d*\\.?\\d+$' },
        ],
      }
    case 'timestamp':
      return {
        description: `ISO 8601, read in ${zone ?? 'UTC'} where it has no offset, or UTC milliseconds`,
        anyOf: [{ type: 'string' }, { type: 'integer', ...bounds() }],
      }
    case 'duration':
      return { description: `milliseconds, or text such as '5m'`, anyOf: [{ type: 'integer', ...bounds() }, { type: 'string' }] }
    case 'bool':
      return { type: 'boolean' }
    default:
      return { type: 'string', ...(values && { enum: values }) }
  }
}

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
