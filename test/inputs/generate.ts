/** Random sources, and records for them: the expected row of a record, and its form in each format. */
import type { Random } from '../../src/base/random.ts'
import type { ColumnIR, SourceIR, Value } from '../../src/define/ir/ir.ts'
import { sqlIdentifier, sqlLiteral } from '../../src/files/parquet/duckdb.ts'
import { decimalText } from '../../src/intake/row-reader.ts'

/** A record by its physical values: those of every column of its source. */
export type Row = Readonly<Record<string, Value>>

export const below = (next: Random, n: number): number => Math.floor(next() * n)
export const oneOf = <T>(next: Random, values: readonly T[]): T => values[below(next, values.length)]
export const chance = (next: Random, share: number): boolean => next() < share

const texts = [
  '',
  'a',
  'LAS',
  'a longer text than twelve',
  'ä',
  '😀',
  '\ue000',
  'say "it"',
  'a,b',
  ' space ',
  "it's",
  'line\nline',
  'tab\t',
  '\\',
  'null',
  '0',
]

export function randomSource(next: Random): SourceIR {
  const columns: ColumnIR[] = [
    { name: 'key', type: oneOf(next, ['string', 'int'] as const), nullable: false },
    { name: 'at', type: 'timestamp', nullable: false },
    { name: 'id', type: 'string', nullable: true },
  ]
  const optional: ColumnIR[] = [
    { name: 'n', type: 'int', nullable: true, ...(chance(next, 0.3) ? { min: -5, max: 1e6 } : {}) },
    { name: 'price', type: 'decimal', scale: below(next, 5), nullable: chance(next, 0.5) },
    { name: 'x', type: 'double', nullable: true },
    { name: 'on', type: 'bool', nullable: true },
    { name: 'kind', type: 'string', nullable: true, values: ['a', 'b', 'c'] },
    { name: 'note', type: 'string', nullable: true },
    { name: 'took', type: 'duration', nullable: true },
    { name: 'constructor', type: 'int', nullable: true },
  ]
  columns.push(...optional.filter(() => chance(next, 0.6)))
  const recorded = chance(next, 0.5)
  if (recorded) columns.push({ name: 'arrived', type: 'timestamp', nullable: false })
  const revises = chance(next, 0.2)
  return {
    name: 'source',
    columns,
    key: 'key',
    time: 'at',
    ...(revises || chance(next, 0.4) ? { id: 'id' } : {}),
    ...(revises ? { identity: ['id'], revisable: 100_000 } : {}),
    arrives: recorded ? { kind: 'column', column: 'arrived' } : { kind: 'after', delay: below(next, 1000) },
    allowedLateness: 86_400_000,
    maxClockSkew: 60_000,
    dedupe: 50_000,
  }
}

export function randomRow(next: Random, source: SourceIR): Row {
  const at = below(next, 2_000_000) - 500_000
  return Object.fromEntries(
    source.columns.map(column => {
      if (column.name === 'at') return ['at', at]
      if (column.name === 'arrived') return ['arrived', at + below(next, 100_000)]
      if (column.nullable && chance(next, 0.2)) return [column.name, null]
      return [column.name, randomValue(next, column)]
    }),
  )
}

function randomValue(next: Random, { type, name, values, min = -Number.MAX_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER }: ColumnIR): Value {
  const whole = () => oneOf(next, [0, 1, -1, min, max, below(next, 1000) + Math.max(min, -500)])
  switch (type) {
    case 'string':
      return values ? oneOf(next, values) : name === 'id' ? `i${below(next, 30)}` : oneOf(next, texts)
    case 'bool':
      return chance(next, 0.5)
    case 'double':
      return oneOf(next, [0, 0.1, -1.5, 5e-324, 1.7976931348623157e308, 0.30000000000000004, next() * 1000])
    case 'duration':
      return below(next, 1e9)
    case 'decimal':
      return oneOf(next, [0, 1, -1, 123_456, -9_007_199_254_740_991, below(next, 1e9)])
    default:
      return whole()
  }
}

/** A form of a value in JSON or CSV, among several. */
export function jsonValue(next: Random, column: ColumnIR, value: Value): Value {
  if (value === null) return null
  if (column.type === 'decimal') {
    const text = decimalText(value as number, column.scale ?? 0)
    return Math.abs(value as number) < 1e15 && chance(next, 0.5) ? Number(text) : text
  }
  if (column.type === 'timestamp' && chance(next, 0.5)) return new Date(value as number).toISOString()
  if (column.type === 'duration' && chance(next, 0.5)) return `${value as number}ms`
  return value
}

export function jsonLine(next: Random, source: SourceIR, row: Row): string {
  const fields = source.columns.filter(({ name }) => row[name] !== null || chance(next, 0.5))
  if (chance(next, 0.3)) fields.reverse()
  return JSON.stringify(Object.fromEntries(fields.map(column => [column.name, jsonValue(next, column, row[column.name])])))
}

export function csvLine(next: Random, source: SourceIR, row: Row): string {
  return source.columns.map(column => csvField(next, jsonValue(next, column, row[column.name]))).join(',')
}

function csvField(next: Random, value: Value): string {
  if (value === null) return ''
  const text = String(value)
  return text === '' || /[",\n\r]/.test(text) || chance(next, 0.1) ? `"${text.replaceAll('"', '""')}"` : text
}

const sqlTypes = {
  int: 'BIGINT',
  duration: 'BIGINT',
  double: 'DOUBLE',
  bool: 'BOOLEAN',
  string: 'VARCHAR',
  timestamp: 'TIMESTAMPTZ',
} as const

/** A query for the rows, with the types of a Parquet file. */
export function sqlRows(source: SourceIR, rows: readonly Row[]): string {
  const literal = (column: ColumnIR, value: Value): string => {
    if (value === null) return 'NULL'
    if (column.type === 'decimal') return `'${decimalText(value as number, column.scale ?? 0)}'::DECIMAL(18,${column.scale ?? 0})`
    if (column.type === 'timestamp') return `make_timestamptz(${(value as number) * 1000})`
    return `${typeof value === 'string' ? sqlLiteral(value) : `'${String(value)}'`}::${sqlTypes[column.type]}`
  }
  const values = rows.map(row => `(${source.columns.map(column => literal(column, row[column.name])).join(', ')})`)
  return `SELECT * FROM (VALUES ${values.join(', ')}) t(${source.columns.map(({ name }) => sqlIdentifier(name)).join(', ')})`
}
