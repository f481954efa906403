/** Columns of a source, from `t` or from a Standard Schema. */
import { show } from '../../base/index.ts'
import { isColumn } from './t.ts'
import { foreignColumns, type ForeignColumns, type StandardJsonSchema } from './standard-schema.ts'
import type { ColumnIR } from '../ir/ir.ts'
import type { ColumnSpecs } from '../expression/kinds.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkDistinct, checkName } from '../mistake/names.ts'

/** A record of columns by name, or a Standard Schema that gives JSON Schema. */
export type SourceSchema = ColumnSpecs | StandardJsonSchema

/** Columns of a schema by name; of a Standard Schema `Stated` has the columns that JSON Schema cannot describe. */
export type ColumnsOf<S, Stated extends ColumnSpecs, Time extends string> =
  S extends StandardJsonSchema<infer Input> ? ForeignColumns<Input, Stated, Time> : S extends ColumnSpecs ? S : never

/** IR of the columns, in order. Names are checked: they go into SQL and files, which do not tell upper from lower case. */
export function columnsIR(source: string, schema: unknown, explicit: ColumnSpecs | undefined, time: string): readonly ColumnIR[] {
  if (schema === null || (typeof schema !== 'object' && typeof schema !== 'function'))
    mistake(`source '${source}' needs a schema: { amount: t.decimal(2), … } or a Standard Schema, got ${show(schema)}`)
  const columns =
    '~standard' in schema
      ? foreignColumns(source, schema as StandardJsonSchema, explicit ?? {}, time)
      : ownColumns(source, schema as ColumnSpecs, explicit)
  if (columns.length === 0) mistake(`source '${source}' has no columns`)
  for (const { name } of columns) checkName(`source '${source}': column`, name)
  checkDistinct(
    `source '${source}'`,
    columns.map(column => column.name),
  )
  return Object.freeze(columns.map(column => Object.freeze(column)))
}

function ownColumns(source: string, schema: ColumnSpecs, explicit: ColumnSpecs | undefined): readonly ColumnIR[] {
  if (explicit !== undefined) mistake(`source '${source}': columns refines a Standard Schema; with t, write the column in schema`)
  return Object.entries(schema).map(([name, spec]) =>
    isColumn(spec)
      ? { name, ...spec.ir }
      : mistake(`source '${source}': column '${name}' is ${show(spec)}; write t.string(), t.double() or the like`),
  )
}
