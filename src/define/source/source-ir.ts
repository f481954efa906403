/** The IR of a source, and what can be wrong with one. */
import { didYouMean } from '../../base/did-you-mean.ts'
import { show, withArticle } from '../../base/show.ts'
import type { ArrivalIR, ColumnIR, SourceIR } from '../ir/ir.ts'
import { durationOf, mistake } from '../mistake/mistake.ts'
import type { AnyOptions } from './source-options.ts'

const defaults = { allowedLateness: '1d', maxClockSkew: '1m', dedupe: '1h' } as const

export function sourceIR(name: string, columns: readonly ColumnIR[], options: AnyOptions, kind: 'source' | 'table' = 'source'): SourceIR {
  const what = `${kind} '${name}'`
  const span = (option: keyof typeof defaults) => durationOf(`${what} ${option}`, options[option] ?? defaults[option], { zero: true })
  const key = required(what, 'key', columns, options.key)
  const time = timestamp(what, 'time', columns, options.time)
  const identity = options.identity && identityOf(what, columns, options)
  if (!identity && options.revisable !== undefined)
    mistake(`${what} has revisable without identity; name the fields that make an event a revision`)
  if (!identity && options.deleted !== undefined && kind === 'source')
    mistake(
      `${what} has deleted without identity; name the fields that tell which event is deleted, or make it a table(…), where a row is deleted`,
    )
  return {
    name,
    columns,
    key,
    time,
    ...(options.id !== undefined && { id: keyable(what, 'id', find(what, 'id', columns, options.id)) }),
    ...(identity && { identity, revisable: durationOf(`${what} revisable`, options.revisable) }),
    ...(options.deleted !== undefined && { deleted: flag(what, 'deleted', columns, options.deleted) }),
    arrives: arrivalOf(what, columns, options.arrives),
    allowedLateness: span('allowedLateness'),
    maxClockSkew: span('maxClockSkew'),
    dedupe: span('dedupe'),
    ...mapVersionOf(what, options),
  }
}

function find(what: string, option: string, columns: readonly ColumnIR[], name: unknown): ColumnIR {
  if (name === undefined) mistake(`${what} needs ${option}: the name of a column`)
  const names = columns.map(column => column.name)
  return (
    columns.find(column => column.name === name) ??
    mistake(`${what}: ${option} ${show(name)} is no column of the schema${didYouMean(name, names)}`)
  )
}

function required(what: string, option: string, columns: readonly ColumnIR[], name: unknown): string {
  const column = find(what, option, columns, name)
  if (column.nullable) mistake(`${what}: ${option} '${column.name}' is nullable; every event needs one`)
  return keyable(what, option, column)
}

function keyable(what: string, option: string, column: ColumnIR): string {
  if (column.type === 'double' || column.type === 'bool')
    mistake(`${what}: ${option} '${column.name}' is ${withArticle(column.type)}; use a string or an exact number`)
  return column.name
}

function timestamp(what: string, option: string, columns: readonly ColumnIR[], name: unknown): string {
  const column = find(what, option, columns, name)
  if (column.type !== 'timestamp')
    mistake(`${what}: ${option} '${column.name}' is ${withArticle(column.type)}, not a timestamp; declare it as t.timestamp()`)
  return required(what, option, columns, name)
}

function flag(what: string, option: string, columns: readonly ColumnIR[], name: unknown): string {
  const column = find(what, option, columns, name)
  if (column.type !== 'bool') mistake(`${what}: ${option} '${column.name}' is a ${column.type}, not a bool; declare it as t.bool()`)
  return column.name
}

function identityOf(what: string, columns: readonly ColumnIR[], { identity, revisable }: AnyOptions): readonly string[] {
  if (!Array.isArray(identity) || identity.length === 0) mistake(`${what}: identity needs a list of columns, got ${show(identity)}`)
  if (revisable === undefined) mistake(`${what} has identity without revisable; say for how long a revision is taken: revisable: '30d'`)
  return identity.map(name => find(what, 'identity', columns, name).name)
}

function arrivalOf(what: string, columns: readonly ColumnIR[], arrives: AnyOptions['arrives']): ArrivalIR {
  if (arrives === undefined) return { kind: 'after', delay: 0 }
  if (typeof arrives === 'object' && arrives !== null && Number.isSafeInteger(arrives.after)) return { kind: 'after', delay: arrives.after }
  if (typeof arrives !== 'string') mistake(`${what}: arrives is ${show(arrives)}; write the name of a timestamp column or after('3m')`)
  return { kind: 'column', column: timestamp(what, 'arrives', columns, arrives) }
}

function mapVersionOf(what: string, { map, mapVersion }: AnyOptions): { mapVersion?: string } {
  if (map === undefined && mapVersion === undefined) return {}
  if (typeof map !== 'function') mistake(`${what}: map must be a function from a raw record, got ${show(map)}`)
  if (typeof mapVersion !== 'string' || mapVersion === '')
    mistake(`${what} has map without mapVersion; add mapVersion: '1' and change it whenever map gives other records`)
  return { mapVersion }
}
