/** The keys of groups, and what `POST /features` is asked with, as JSON Schema. */
import { limits } from '../../base/limits.ts'
import type { ColumnIR, GroupIR, PipelineIR } from '../../define/ir/ir.ts'
import { keySchema, type Schema } from './json-schema.ts'

/** The columns of a group's key, in its order. */
export function keyColumns({ sources }: PipelineIR, { source, key }: GroupIR): readonly ColumnIR[] {
  const columns = sources.find(({ name }) => name === source)!.columns
  return key.map(name => columns.find(column => column.name === name)!)
}

export function asksSchema(ir: PipelineIR): Schema {
  const items = ir.groups.map((group): Schema => {
    const parts = keyColumns(ir, group).map(jsonKeySchema)
    const several = { type: 'array', prefixItems: parts, minItems: parts.length, maxItems: parts.length }
    return {
      type: 'object',
      properties: { group: { const: group.name }, key: parts.length === 1 ? { anyOf: [parts[0], several] } : several },
      required: ['group', 'key'],
      additionalProperties: false,
    }
  })
  const asks = { type: 'array', maxItems: limits.FEATURE_ASKS_MAX, items: items.length > 0 ? { anyOf: items } : false }
  return { type: 'object', properties: { asks }, required: ['asks'], additionalProperties: false }
}

/** Numbers may be written as text, and texts as numbers: as they are written. */
function jsonKeySchema(column: ColumnIR): Schema {
  const own = keySchema(column)
  if (column.type === 'int') return { anyOf: [own, { type: 'string', pattern: `^${(column.min ?? -1) < 0 ? '-?' : ''}[0-9]{1,15}$` }] }
  if (column.type !== 'string' || column.values) return own
  return { anyOf: [own, { type: 'number', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }] }
}
