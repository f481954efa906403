/**
 * Compatibility of the columns of a source: can events and records with the columns of the writer be read with those of the reader?
 *
 * A reader finds a column by its name or by an earlier name, fills a default or NULL where the writer has none, reads an int as a double, and
 * ignores other columns. Ranges, enums and lengths bind records at intake and not events of the log: see `isReadingRule`.
 */
import { limits } from '../base/index.ts'
import type { ColumnIR } from '../define/ir/index.ts'
import type { Incompatibility } from './problems/incompatibility.ts'

/** Name under which a writer has a column of the reader; `undefined` if it has none. Earlier names count only where its name is absent. */
export const writtenName = ({ name, aliases = [] }: ColumnIR, written: ReadonlySet<string>): string | undefined =>
  [name, ...aliases].find(candidate => written.has(candidate))

/** Columns of a reader by the names under which a writer has them. */
export function columnsByWrittenName(columns: readonly ColumnIR[], names: Iterable<string>): ReadonlyMap<string, ColumnIR> {
  const written = new Set(names)
  return new Map(
    columns.flatMap(column => {
      const name = writtenName(column, written)
      return name === undefined ? [] : [[name, column] as const]
    }),
  )
}

/** Reasons why the reader's columns cannot read what the writer's columns allow. */
export function columnIncompatibilities(reader: readonly ColumnIR[], writer: readonly ColumnIR[]): Incompatibility[] {
  const byName = new Map(writer.map(column => [column.name, column]))
  const names = new Set(byName.keys())
  return reader.flatMap(column => {
    const written = writtenName(column, names)
    return [...ambiguousNames(column, names), ...(written === undefined ? missing(column) : changed(column, byName.get(written)!))]
  })
}

/** Rules without which events of the log cannot be read at all, whatever the compatibility level. */
export const isReadingRule = ({ rule }: Pick<Incompatibility, 'rule'>): boolean =>
  rule === 'added-without-default' || rule === 'type-changed' || rule === 'null-not-allowed' || rule === 'renamed-from-several'

function ambiguousNames(column: ColumnIR, names: ReadonlySet<string>): Incompatibility[] {
  const both = [column.name, ...(column.aliases ?? [])].filter(name => names.has(name))
  if (both.length < 2) return []
  return [
    {
      path: `/${column.name}`,
      rule: 'renamed-from-several',
      reader: columnText(column),
      writer: both.join(', '),
      problem: `column '${column.name}' is read from ${both.map(name => `'${name}'`).join(' or ')}, which are different columns`,
      fix: `give the renamed column a name that no version has`,
    },
  ]
}

function missing(column: ColumnIR): Incompatibility[] {
  if (column.nullable || column.default !== undefined) return []
  return [
    {
      path: `/${column.name}`,
      rule: 'added-without-default',
      reader: columnText(column),
      writer: 'none',
      problem: `column '${column.name}' is missing, and it is neither nullable nor has a default`,
      fix: `make it nullable, give it a default (.default(…)), or name what it was before: renamed: { earlier: '${column.name}' }`,
    },
  ]
}

function changed(reader: ColumnIR, writer: ColumnIR): Incompatibility[] {
  const incompatibility = (rule: string, problem: string, fix: string): Incompatibility => ({
    path: `/${reader.name}`,
    rule,
    reader: columnText(reader),
    writer: columnText(writer),
    problem: `column '${reader.name}' ${problem}`,
    fix,
  })
  const [type, typeBefore] = [typeText(reader), typeText(writer)]
  const isWidened = reader.type === 'double' && writer.type === 'int'
  if (type !== typeBefore && !isWidened)
    return [incompatibility('type-changed', `is ${type}, and was ${typeBefore}`, 'add a nullable column of the new type under a new name')]
  return [
    ...(writer.nullable && !reader.nullable
      ? [incompatibility('null-not-allowed', 'does not allow NULL any more', 'leave it nullable')]
      : []),
    ...rangeNarrowed(reader, writer).map(ends =>
      incompatibility('range-narrowed', `allows less than before: ${ends}`, 'leave the range as it was'),
    ),
    ...valuesRemoved(reader, writer).map(values => incompatibility('values-removed', values, 'leave the values in the enum')),
    ...textShortened(reader, writer).map(bytes => incompatibility('text-shortened', bytes, 'leave the length as it was')),
  ]
}

function rangeNarrowed(reader: ColumnIR, writer: ColumnIR): string[] {
  const unit = 10 ** (reader.scale ?? 0)
  const text = (bound: number | undefined): string => (bound === undefined ? 'no bound' : String(bound / unit))
  const { min = -Infinity, max = Infinity } = reader
  const ends = [
    ...(min > (writer.min ?? -Infinity) ? [`min is ${text(reader.min)}, and was ${text(writer.min)}`] : []),
    ...(max < (writer.max ?? Infinity) ? [`max is ${text(reader.max)}, and was ${text(writer.max)}`] : []),
  ]
  return ends.length === 0 ? [] : [ends.join(', ')]
}

function valuesRemoved({ values }: ColumnIR, writer: ColumnIR): string[] {
  if (!values) return []
  if (!writer.values) return ['is an enum, and was any text']
  const removed = writer.values.filter(value => !values.includes(value))
  return removed.length === 0 ? [] : [`does not allow ${removed.map(value => `'${value}'`).join(', ')} any more`]
}

function textShortened({ type, maxBytes }: ColumnIR, { maxBytes: before = limits.TEXT_BYTES_MAX }: ColumnIR): string[] {
  return type === 'string' && maxBytes !== undefined && maxBytes < before
    ? [`allows ${maxBytes} bytes of text, and allowed ${before} before`]
    : []
}

const typeText = ({ type, scale }: ColumnIR): string => (scale === undefined ? type : `${type}(${scale})`)

function columnText(column: ColumnIR): string {
  const { nullable, values, min, max, scale = 0, default: value } = column
  const unit = 10 ** scale
  return [
    values ? `enum of ${values.join(', ')}` : typeText(column),
    ...(min === undefined ? [] : [`from ${min / unit}`]),
    ...(max === undefined ? [] : [`to ${max / unit}`]),
    ...(nullable ? ['nullable'] : []),
    ...(value === undefined ? [] : [`default ${typeof value === 'number' ? value / unit : value}`]),
  ].join(' ')
}
