/** Columns of a source as the text of a schema, to start a definition from, and to compare one with. */
import type { ColumnIR } from '../define/ir/index.ts'

/** Columns of a source in one version, and the numbers that Protobuf gives them. */
export interface NumberedColumns {
  readonly source: string
  readonly columns: readonly ColumnIR[]
  /** By column: its number among the fields. */
  readonly numbers: ReadonlyMap<string, number>
}

/** Digits of a decimal: within ±2^53 when scaled. */
const DECIMAL_DIGITS = 16

/** A closed object: the source rejects a record with any other field. Decimals, times and durations may be text, which has no range here. */
export function jsonSchemaOfColumns({ source, columns }: NumberedColumns): string {
  const fields = columns.map(column => {
    const { type, nullable, values, min, max, scale = 0 } = column
    const types = [...jsonTypesOf[type], ...(nullable ? ['null'] : [])]
    const unit = 10 ** scale
    return [
      column.name,
      {
        ...(values ? { enum: nullable ? [...values, null] : values } : { type: types.length === 1 ? types[0] : types }),
        ...(min !== undefined && { minimum: min / unit }),
        ...(max !== undefined && { maximum: max / unit }),
        ...(column.default !== undefined && { default: jsonDefault(column) }),
      },
    ]
  })
  return textOf({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: source,
    type: 'object',
    properties: Object.fromEntries(fields) as object,
    required: columns.filter(column => !column.nullable && column.default === undefined).map(({ name }) => name),
    additionalProperties: false,
  })
}

const jsonTypesOf: Readonly<Record<ColumnIR['type'], readonly string[]>> = {
  int: ['integer'],
  double: ['number'],
  decimal: ['number', 'string'],
  timestamp: ['integer', 'string'],
  duration: ['integer', 'string'],
  bool: ['boolean'],
  string: ['string'],
}

const jsonDefault = ({ type, scale = 0, default: value }: ColumnIR): unknown =>
  type === 'decimal' && typeof value === 'number' ? value / 10 ** scale : value

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/

/** A record. A nullable column is a union with null whose default is null. */
export function avroOfColumns({ source, columns }: NumberedColumns): string {
  const fields = columns.map(column => {
    const type = avroTypeOf(source, column)
    const { nullable, aliases } = column
    return {
      name: column.name,
      type: nullable ? ['null', type] : type,
      ...(nullable ? { default: null } : column.default !== undefined && { default: avroDefault(column) }),
      ...(aliases && { aliases }),
    }
  })
  return textOf({ type: 'record', name: source, fields })
}

function avroTypeOf(source: string, { name, type, scale = 0, values }: ColumnIR): unknown {
  switch (type) {
    case 'int':
    case 'duration':
      return 'long'
    case 'double':
      return 'double'
    case 'decimal':
      return { type: 'bytes', logicalType: 'decimal', precision: DECIMAL_DIGITS, scale }
    case 'timestamp':
      return { type: 'long', logicalType: 'timestamp-millis' }
    case 'bool':
      return 'boolean'
    default:
      // Symbols are names; other texts are only text.
      return values?.every(value => identifier.test(value)) ? { type: 'enum', name: `${source}_${name}`, symbols: values } : 'string'
  }
}

/** A decimal is its scaled integer in two's complement, the highest byte first, each byte as a character. */
function avroDefault({ type, default: value }: ColumnIR): unknown {
  if (type !== 'decimal') return value
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value as number))
  return bytes.toString('latin1')
}

/** A message. Decimals and enums are texts, times and durations milliseconds. */
export function protobufOfColumns({ source, columns, numbers }: NumberedColumns): string {
  const fields = columns.map(
    ({ name, type, nullable }) => `  ${nullable ? 'optional ' : ''}${protobufTypeOf[type]} ${name} = ${numbers.get(name)};`,
  )
  return ['syntax = "proto3";', '', `message ${source} {`, ...fields, '}', ''].join('\n')
}

const protobufTypeOf: Readonly<Record<ColumnIR['type'], string>> = {
  int: 'int64',
  duration: 'int64',
  timestamp: 'int64',
  double: 'double',
  decimal: 'string',
  bool: 'bool',
  string: 'string',
}

const textOf = (schema: object): string => `${JSON.stringify(schema, null, 2)}\n`
