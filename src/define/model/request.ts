/** The trigger `request`: a model decides when it is asked, about the fields that it is given. */
import { show } from '../../base/show.ts'
import type { ColumnIR } from '../ir/ir.ts'
import type { Columns, DeliveredOf, Identifies } from '../expression/kinds.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkDistinct, checkName, checkOptions } from '../mistake/names.ts'
import { isColumn } from '../source/t.ts'
import { refuseBefore, TriggerValue, type Trigger } from './trigger.ts'

/** Names of the fields that every request has and that identify an entity. */
type EntityNames<C extends Columns> = {
  [N in keyof C & string]: DeliveredOf<C[N]> extends Identifies<string> ? N : never
}[keyof C & string]

/**
 * Decides when it is asked, with everything known that came before. Its fields are inputs, and those of entities give the keys of groups;
 * `key` says which of several is the one that the decision is about.
 */
export function request<C extends Columns>(fields: C, options: { readonly key?: EntityNames<NoInfer<C>> } = {}): Trigger<C, C, 'request'> {
  const given: unknown = fields
  if (given === null || typeof given !== 'object' || isColumn(given))
    mistake(`request needs its fields: request({ card, amount: t.decimal(2) }), got ${show(given)}`)
  checkOptions('request', options, ['key'])
  const columns = Object.entries(given).map(([name, column]) => columnOf(name, column))
  checkDistinct(
    'request',
    columns.map(({ name }) => name),
  )
  const key = keyOf(columns, options.key)
  const value = new TriggerValue({
    name: 'the request',
    columns,
    build: (what, reads) => {
      refuseBefore(what, 'a request', reads)
      return { kind: 'request', columns, key }
    },
  })
  return value as unknown as Trigger<C, C, 'request'>
}

function columnOf(name: string, given: unknown): ColumnIR {
  checkName('request: field', name)
  if (!isColumn(given)) mistake(`request: field '${name}' is ${show(given)}; write an entity, t.string(), t.double() or the like`)
  return { name, ...given.ir }
}

function keyOf(columns: readonly ColumnIR[], key: string | undefined): string {
  const candidates = columns.filter(({ entity, nullable }) => entity !== undefined && !nullable).map(({ name }) => name)
  if (key === undefined) {
    if (candidates.length === 1) return candidates[0]
    if (candidates.length > 1)
      mistake(`request has several fields of entities; say which the decision is about: { key: '${candidates[0]}' }`)
    mistake("request needs a field of an entity, which the decision is about: request({ card, … }) with card = entity('card', t.string())")
  }
  if (candidates.includes(key)) return key
  const column = columns.find(({ name }) => name === key)
  if (!column) mistake(`request has no field ${show(key)} to be its key; its fields are ${columns.map(({ name }) => name).join(', ')}`)
  if (column.nullable) mistake(`request: key '${key}' is nullable; every decision is about something`)
  return mistake(`request: key '${key}' identifies nothing; declare it as entity('${key}', …)`)
}
