/** The key of a feature group: which columns hold the ids of its entities, in a row of its source and in a model's trigger. */
import { show, withArticle } from '../../base/show.ts'
import { callerPlace } from '../mistake/caller.ts'
import { entityName } from '../source/entity.ts'
import type { ColumnIR } from '../ir/ir.ts'
import { mistake, userCall } from '../mistake/mistake.ts'
import { describe, Node } from '../expression/node.ts'
import type { SourceValue } from '../source/source.ts'

/** A column of a row, or a field of a trigger. */
type KeyNode = Node & { readonly ir: { readonly op: 'column' | 'trigger'; readonly name: string } }

export function entitiesOf(what: string, entity: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(entity) ? entity : [entity]
  if (list.length === 0) mistake(`${what} needs an entity`)
  return list.map(one => entityName(one) ?? mistake(`${what}: entity is ${show(one)}; write one made by entity('card', t.string())`))
}

/** The key's columns: as `key` says, or the only column of each entity. A mistake is said at `place`: where this is called, unless given. */
export function keyOf(
  what: string,
  source: SourceValue,
  entities: readonly string[],
  key: unknown,
  place = callerPlace(),
): readonly string[] {
  if (key === undefined) return entities.map(entity => onlyColumn(what, source, entity, place))
  if (typeof key !== 'function') mistake(`${what}: key is a function of the row, p => p.card, got ${show(key)}`)
  const given: unknown = userCall(`${what}: key`, () => key(source.row))
  const list: readonly unknown[] = Array.isArray(given) ? given : [given]
  if (list.length !== entities.length) mistake(`${what}: key gives ${list.length} columns for ${entities.length} entities`, place)
  return list.map((column, i) => {
    const node = keyColumn(what, column, entities[i], 'column', place)
    if (node.realm !== source.realm) mistake(`${what}: key is a column of ${node.realm.name}, not of ${source.realm.name}`, place)
    return node.ir.name
  })
}

export function keyColumn(what: string, column: unknown, entity: string, op: 'column' | 'trigger', place = callerPlace()): KeyNode {
  if (!isKeyNode(column, op)) mistake(`${what} is keyed by a column that holds ${withArticle(entity)}, got ${describe(column)}`, place)
  const { entity: held } = column.type
  if (held === entity) return column
  const is = held ? `is ${withArticle(held)}` : `identifies nothing; declare it as entity('${entity}', …)`
  return mistake(`${what} is keyed by ${entity}, got '${column.ir.name}', which ${is}`, place)
}

const isKeyNode = (column: unknown, op: string): column is KeyNode => column instanceof Node && column.ir.op === op

function onlyColumn(what: string, source: SourceValue, entity: string, place: string | undefined): string {
  const holders = source.ir.columns.filter((column: ColumnIR) => column.entity === entity).map(column => column.name)
  if (holders.length === 1) return holders[0]
  return mistake(
    holders.length === 0
      ? `${what}: ${source.realm.name} has no column of entity '${entity}'`
      : `${what}: ${source.realm.name} has several columns of entity '${entity}'; say which: key: r => r.${holders[0]}`,
    place,
  )
}
