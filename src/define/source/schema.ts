/**
 * Columns of a source, from `t` or from a Standard Schema that gives JSON Schema (zod 4, arktype and others).
 *
 * A column keeps what it can check: type, integer, NULL, optional, inclusive bounds, enum. Anything else in a JSON Schema (a
 * pattern, an exclusive bound, a default, nesting) is rejected by name and never dropped. State such a field in `columns`, and
 * also a field that is more than its JSON type: an entity, a decimal, a time other than the source's. A check in code (zod's
 * `refine`) is not in the JSON Schema and has no effect here.
 */
import { show, didYouMean, type StrictOmit } from '../../base/index.ts'
import { isColumn } from './t.ts'
import type { ColumnIR } from '../ir/ir.ts'
import type { ColumnSpecs, ColumnSpec, DeclaredColumn } from '../expression/kinds.ts'
import { mistake, unsupportedDefinition } from '../mistake/mistake.ts'
import { checkDistinct, checkName } from '../mistake/names.ts'

/** A record of columns by name, or a Standard Schema that gives JSON Schema. */
export type SourceSchema = ColumnSpecs | StandardJsonSchema

/** Columns of a schema by name; of a Standard Schema `Stated` has the columns that JSON Schema cannot describe. */
export type ColumnsOf<S, Stated extends ColumnSpecs, Time extends string> =
  S extends StandardJsonSchema<infer Input> ? ForeignColumns<Input, Stated, Time> : S extends ColumnSpecs ? S : never

/** IR of the columns, in order. Names are checked: they go into SQL and files, which do not tell upper from lower case. */
export function columnsIR(source: string, schema: unknown, explicit: ColumnSpecs | undefined, time: string): readonly DeclaredColumn[] {
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

function ownColumns(source: string, schema: ColumnSpecs, explicit: ColumnSpecs | undefined): readonly DeclaredColumn[] {
  if (explicit !== undefined) mistake(`source '${source}': columns refines a Standard Schema; with t, write the column in schema`)
  return Object.entries(schema).map(([name, spec]) =>
    isColumn(spec)
      ? { name, ...spec.ir }
      : mistake(`source '${source}': column '${name}' is ${show(spec)}; write t.string(), t.double() or the like`),
  )
}

/** The part of the Standard Schema interface that is used; TypeScript infers the fields from `types`. */
export interface StandardJsonSchema<Input = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly types?: { readonly input: Input; readonly output: unknown } | undefined
    readonly jsonSchema: { readonly input: (options: { readonly target: 'draft-2020-12' }) => Record<string, unknown> }
  }
}

/** Column of a field by its TypeScript type: whole numbers are numbers; NULL and missing are NULL. */
type FromType<V, Missing = Extract<V, null | undefined> extends never ? never : null> = [NonNullable<V>] extends [string]
  ? ColumnSpec<'string', NonNullable<V> | Missing, NonNullable<V> | Missing>
  : [NonNullable<V>] extends [number]
    ? ColumnSpec<'number', number | Missing, number | Missing>
    : [NonNullable<V>] extends [boolean]
      ? ColumnSpec<'bool', boolean | Missing, boolean | Missing>
      : never

/** Columns of a Standard Schema: those in `columns`, the source's time, and the rest by their types. */
export type ForeignColumns<Input, Stated extends ColumnSpecs, Time extends string> = {
  readonly [N in keyof Input & string]-?: N extends keyof Stated
    ? Stated[N]
    : N extends Time
      ? ColumnSpec<'timestamp', number, number | string | Date>
      : FromType<Input[N]>
}

type JsonSchema = Readonly<Record<string, unknown>>

/** IR of the columns of a Standard Schema. Throws `SPILL_DEFINITION` or `SPILL_UNSUPPORTED` for a field that no column can check. */
function foreignColumns(source: string, schema: StandardJsonSchema, explicit: ColumnSpecs, time: string): readonly DeclaredColumn[] {
  const json = jsonSchemaOf(source, schema)
  const fields = json['properties'] as Record<string, JsonSchema> | undefined
  if (json['type'] !== 'object' || fields === undefined)
    mistake(`source '${source}': the schema must be an object of fields, got ${show(json['type'])}`)
  const required = new Set(json['required'] as readonly string[] | undefined)
  for (const [name, column] of Object.entries<unknown>(explicit)) {
    if (!Object.hasOwn(fields, name))
      mistake(`source '${source}': columns has '${name}', the schema has not${didYouMean(name, Object.keys(fields))}`)
    if (!isColumn(column)) mistake(`source '${source}': columns: '${name}' is ${show(column)}; write t.string(), t.double() or the like`)
  }
  return Object.entries(fields).map(([name, field]) => {
    const column = explicit[name]?.ir ?? fieldColumn(`source '${source}': '${name}'`, field, name === time)
    return { name, ...column, nullable: column.nullable || !required.has(name) }
  })
}

function jsonSchemaOf(source: string, schema: StandardJsonSchema): JsonSchema {
  const { vendor, jsonSchema } = schema['~standard']
  if (typeof jsonSchema?.input !== 'function')
    unsupportedDefinition(`source '${source}': this ${vendor} schema gives no JSON Schema (~standard.jsonSchema); use zod 4, arktype, or t`)
  try {
    return jsonSchema.input({ target: 'draft-2020-12' })
  } catch (error) {
    return mistake(`source '${source}': ${vendor} cannot write this schema as JSON Schema: ${(error as Error).message}`)
  }
}

type Field = StrictOmit<ColumnIR, 'name'>

function fieldColumn(subject: string, field: JsonSchema, isTime: boolean): Field {
  const { field: bare, nullable } = withoutNull(field)
  const values = enumOf(bare)
  if (values) return { type: 'string', values, nullable }
  const keywords = Object.keys(bare).filter(keyword => !annotations.has(keyword))
  if (isTime && bare['type'] === 'string') return { type: 'timestamp', nullable }
  if (bare['format'] === 'date-time') mistake(`${subject} is a date-time; state it in columns, as t.timestamp() or t.string()`)
  const column = columnOfType(bare)
  const checked = column?.type === 'int' || column?.type === 'double' ? ['type', 'minimum', 'maximum'] : ['type']
  const beyond = column ? keywords.filter(keyword => !checked.includes(keyword)) : keywords
  if (!column || beyond.length > 0)
    return unsupportedDefinition(
      `${subject} has ${beyond.map(show).join(', ')} in its JSON Schema, which a column does not check; ` +
        `state it in columns, as t.string() or the like`,
    )
  return { ...column, ...(isTime && { type: 'timestamp' as const }), nullable }
}

const annotations = new Set(['title', 'description', 'examples', 'deprecated', 'readOnly', 'writeOnly', '$comment', '$schema', '$id'])

function columnOfType(field: JsonSchema): StrictOmit<Field, 'nullable'> | undefined {
  switch (field['type']) {
    case 'string':
      return { type: 'string' }
    case 'boolean':
      return { type: 'bool' }
    case 'number':
      return { type: 'double', ...boundsOf(field) }
    case 'integer':
      return { type: 'int', ...boundsOf(field) }
    default:
      return undefined
  }
}

/** Bounds of a number. Of an integer ±(2^53 − 1) is no bound: exporters write it for any safe integer. */
function boundsOf({ type, minimum, maximum }: JsonSchema): { min?: number; max?: number } {
  const narrows = (bound: unknown): bound is number =>
    typeof bound === 'number' && !(type === 'integer' && Math.abs(bound) >= Number.MAX_SAFE_INTEGER)
  return { ...(narrows(minimum) && { min: minimum }), ...(narrows(maximum) && { max: maximum }) }
}

/** The field without its NULL: `{type: ['string', 'null']}`, `{anyOf: [{…}, {type: 'null'}]}`, an enum with null. */
function withoutNull(field: JsonSchema): { field: JsonSchema; nullable: boolean } {
  const { type, anyOf, enum: values } = field
  if (Array.isArray(type) && type.includes('null')) {
    const rest = type.filter(member => member !== 'null')
    return {
      field: { ...field, type: rest.length === 1 ? rest[0] : rest, ...(Array.isArray(values) && { enum: values.filter(v => v !== null) }) },
      nullable: true,
    }
  }
  if (Array.isArray(values) && values.includes(null)) return { field: { ...field, enum: values.filter(v => v !== null) }, nullable: true }
  const isNull = (schema: JsonSchema) => schema['type'] === 'null'
  if (!Array.isArray(anyOf) || !anyOf.some(isNull)) return { field, nullable: false }
  const rest = anyOf.filter(schema => !isNull(schema))
  const { anyOf: _, ...outer } = field
  return { field: rest.length === 1 ? { ...outer, ...rest[0] } : { ...outer, anyOf: rest }, nullable: true }
}

/** Strings of an enum, a constant, or a union of constants. */
function enumOf(field: JsonSchema): readonly string[] | undefined {
  const { enum: listed, const: constant, anyOf } = field
  const values = Array.isArray(listed)
    ? listed
    : constant !== undefined
      ? [constant]
      : Array.isArray(anyOf)
        ? anyOf.map(schema => schema.const)
        : []
  return values.length > 0 && values.every(value => typeof value === 'string') ? values : undefined
}
