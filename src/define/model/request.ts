/** The trigger `request`: a model decides when a caller asks, about the fields of the request. */
import { show } from '../../base/index.ts'
import type { ColumnIR } from '../ir/ir.ts'
import type { ColumnSpecs, DeclaredColumn, DeliveredOf, Identifies } from '../expression/kinds.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkDistinct, checkName, checkOptions } from '../mistake/names.ts'
import { personalNames, withoutMark } from '../source/personal.ts'
import { isColumn } from '../source/t.ts'
import { rejectBefore, TriggerValue, type Trigger } from './trigger.ts'

/** Names of the required fields that identify an entity. */
type EntityNames<C extends ColumnSpecs> = {
  [N in keyof C & string]: DeliveredOf<C[N]> extends Identifies<string> ? N : never
}[keyof C & string]

/**
 * Decides on request (`POST /models/MODEL/decide`), with all events before the request.
 *
 * The fields of the request are inputs; fields of entities are keys of groups. `key` names the field that the decision is
 * about, where several fields are entities.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a field that is no column, and where no field or several fields could be the
 * key.
 * @example
 * const limit = model('limit', {
 *   decide: request({ card, amount: t.decimal(2) }),
 *   inputs: r => ({ amount: r.amount, card: cardNow.of(r.card) }),
 *   score: linear({ intercept: 0, weights: { 'card.n10m': 1, amount: 0.01 } }),
 * })
 */
export function request<C extends ColumnSpecs>(
  fields: C,
  options: { readonly key?: EntityNames<NoInfer<C>> } = {},
): Trigger<C, C, 'request'> {
  const input: unknown = fields
  if (input === null || typeof input !== 'object' || isColumn(input))
    mistake(`request needs its fields: request({ card, amount: t.decimal(2) }), got ${show(input)}`)
  checkOptions('request', options, ['key'])
  const declared = Object.entries(input).map(([name, column]) => columnOf(name, column))
  const columns = declared.map(withoutMark)
  checkDistinct(
    'request',
    columns.map(({ name }) => name),
  )
  const key = keyOf(columns, options.key)
  const value = new TriggerValue({
    name: 'the request',
    columns,
    build: (subject, reads) => {
      rejectBefore(subject, 'a request', reads)
      return { kind: 'request', columns, key, ...personalNames(declared) }
    },
  })
  return value as unknown as Trigger<C, C, 'request'>
}

function columnOf(name: string, input: unknown): DeclaredColumn {
  checkName('request: field', name)
  if (!isColumn(input)) mistake(`request: field '${name}' is ${show(input)}; write an entity, t.string(), t.double() or the like`)
  if (input.ir.default !== undefined)
    mistake(`request: field '${name}' has a default, which only columns of a source have; make it nullable`)
  return { name, ...input.ir }
}

function keyOf(columns: readonly ColumnIR[], key: string | undefined): string {
  const candidates = columns.filter(({ entity, nullable }) => entity !== undefined && !nullable).map(({ name }) => name)
  if (key === undefined) {
    if (candidates.length === 1) return candidates[0]
    if (candidates.length > 1) mistake(`request has several entity fields; name the key of the decision: { key: '${candidates[0]}' }`)
    mistake("request needs an entity field as its key: request({ card, … }) with card = entity('card', t.string())")
  }
  if (candidates.includes(key)) return key
  const column = columns.find(({ name }) => name === key)
  if (!column) mistake(`request has no field ${show(key)} to be its key; its fields are ${columns.map(({ name }) => name).join(', ')}`)
  if (column.nullable) mistake(`request: key '${key}' is nullable; every decision needs a key`)
  return mistake(`request: key '${key}' is no entity; declare it as entity('${key}', …)`)
}
