/** IR of a source or table, checked: its columns exist and have the types that their roles need. */
import { didYouMean, show } from '../../base/index.ts'
import type { ArrivalIR, ColumnIR, SourceIR } from '../ir/ir.ts'
import { durationOf, mistake, withArticle } from '../mistake/mistake.ts'
import type { AnyOptions } from './source-options.ts'

const defaults = { allowedLateness: '1d', maxClockSkew: '1m', dedupe: '1h' } as const

/** IR of a source, or of a table by its `kind`. Throws `SPILL_DEFINITION`. */
export function sourceIR(name: string, columns: readonly ColumnIR[], options: AnyOptions, kind: 'source' | 'table' = 'source'): SourceIR {
  const subject = `${kind} '${name}'`
  const span = (option: keyof typeof defaults) => durationOf(`${subject} ${option}`, options[option] ?? defaults[option], { zero: true })
  const key = required(subject, 'key', columns, options.key)
  const time = timestamp(subject, 'time', columns, options.time)
  const identity = options.identity && identityOf(subject, columns, options)
  if (!identity && options.revisable !== undefined)
    mistake(`${subject} has revisable without identity; name the fields that make an event a revision`)
  if (!identity && options.deleted !== undefined && kind === 'source')
    mistake(
      `${subject} has deleted without identity; name the fields that tell which event is deleted, ` +
        `or make it a table(…), where a row is deleted`,
    )
  return {
    name,
    columns,
    key,
    time,
    ...(options.id !== undefined && { id: keyable(subject, 'id', find(subject, 'id', columns, options.id)) }),
    ...(identity && { identity, revisable: durationOf(`${subject} revisable`, options.revisable) }),
    ...(options.deleted !== undefined && { deleted: flag(subject, 'deleted', columns, options.deleted) }),
    arrives: arrivalOf(subject, columns, options.arrives),
    allowedLateness: span('allowedLateness'),
    maxClockSkew: span('maxClockSkew'),
    dedupe: span('dedupe'),
    ...mapVersionOf(subject, options),
  }
}

function find(subject: string, option: string, columns: readonly ColumnIR[], name: unknown): ColumnIR {
  if (name === undefined) mistake(`${subject} needs ${option}: the name of a column`)
  const names = columns.map(column => column.name)
  return (
    columns.find(column => column.name === name) ??
    mistake(`${subject}: ${option} ${show(name)} is no column of the schema${didYouMean(name, names)}`)
  )
}

function required(subject: string, option: string, columns: readonly ColumnIR[], name: unknown): string {
  const column = find(subject, option, columns, name)
  if (column.nullable) mistake(`${subject}: ${option} '${column.name}' is nullable; every event needs one`)
  return keyable(subject, option, column)
}

function keyable(subject: string, option: string, column: ColumnIR): string {
  if (column.type === 'double' || column.type === 'bool')
    mistake(`${subject}: ${option} '${column.name}' is ${withArticle(column.type)}; use a string or an exact number`)
  return column.name
}

function timestamp(subject: string, option: string, columns: readonly ColumnIR[], name: unknown): string {
  const column = find(subject, option, columns, name)
  if (column.type !== 'timestamp')
    mistake(`${subject}: ${option} '${column.name}' is ${withArticle(column.type)}, not a timestamp; declare it as t.timestamp()`)
  return required(subject, option, columns, name)
}

function flag(subject: string, option: string, columns: readonly ColumnIR[], name: unknown): string {
  const column = find(subject, option, columns, name)
  if (column.type !== 'bool') mistake(`${subject}: ${option} '${column.name}' is a ${column.type}, not a bool; declare it as t.bool()`)
  return column.name
}

function identityOf(subject: string, columns: readonly ColumnIR[], { identity, revisable }: AnyOptions): readonly string[] {
  if (!Array.isArray(identity) || identity.length === 0) mistake(`${subject}: identity needs a list of columns, got ${show(identity)}`)
  if (revisable === undefined) mistake(`${subject} has identity without revisable; state how long revisions are accepted: revisable: '30d'`)
  return identity.map(name => find(subject, 'identity', columns, name).name)
}

function arrivalOf(subject: string, columns: readonly ColumnIR[], arrives: AnyOptions['arrives']): ArrivalIR {
  if (arrives === undefined) return { kind: 'after', delay: 0 }
  if (typeof arrives === 'object' && arrives !== null && Number.isSafeInteger(arrives.after)) return { kind: 'after', delay: arrives.after }
  if (typeof arrives !== 'string') mistake(`${subject}: arrives is ${show(arrives)}; write the name of a timestamp column or after('3m')`)
  return { kind: 'column', column: timestamp(subject, 'arrives', columns, arrives) }
}

function mapVersionOf(subject: string, { map, mapVersion }: AnyOptions): { mapVersion?: string } {
  if (map === undefined && mapVersion === undefined) return {}
  if (typeof map !== 'function') mistake(`${subject}: map must be a function from a raw record, got ${show(map)}`)
  if (typeof mapVersion !== 'string' || mapVersion === '')
    mistake(`${subject} has map without mapVersion; add mapVersion: '1' and change it whenever map gives other records`)
  return { mapVersion }
}
