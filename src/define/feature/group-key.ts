/** Key of a feature group: the columns with the ids of its entities, in a row of its source and in a model's trigger. */
import { show } from '../../base/index.ts'
import { callerLocation, mistake, callUserFunction, withArticle } from '../mistake/mistake.ts'
import { entityName } from '../source/entity.ts'
import type { ColumnIR } from '../ir/ir.ts'
import { describe, Node } from '../expression/node.ts'
import type { SourceValue } from '../source/source.ts'

/** A column of a row, or a field of a trigger. */
type KeyNode = Node & { readonly ir: { readonly op: 'column' | 'trigger'; readonly name: string } }

/** Names of the entities in `entity`, one or a list. Throws `SPILL_DEFINITION`. */
export function entitiesOf(subject: string, entity: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(entity) ? entity : [entity]
  if (list.length === 0) mistake(`${subject} needs an entity`)
  return list.map(item => entityName(item) ?? mistake(`${subject}: entity is ${show(item)}; write one made by entity('card', t.string())`))
}

/** Names of the key's columns: those that `key` returns, or the only column of each entity. Throws `SPILL_DEFINITION` at `definedAt`. */
export function keyOf(
  subject: string,
  source: SourceValue,
  entities: readonly string[],
  key: unknown,
  definedAt = callerLocation(),
): readonly string[] {
  if (key === undefined) return entities.map(entity => onlyColumn(subject, source, entity, definedAt))
  if (typeof key !== 'function') mistake(`${subject}: key is a function of the row, p => p.card, got ${show(key)}`)
  const columns: unknown = callUserFunction(`${subject}: key`, () => key(source.row))
  const list: readonly unknown[] = Array.isArray(columns) ? columns : [columns]
  if (list.length !== entities.length) mistake(`${subject}: key gives ${list.length} columns for ${entities.length} entities`, definedAt)
  return list.map((column, i) => {
    const node = keyColumn(subject, column, entities[i], 'column', definedAt)
    if (node.realm !== source.realm) mistake(`${subject}: key is a column of ${node.realm.name}, not of ${source.realm.name}`, definedAt)
    return node.ir.name
  })
}

/** Returns `column` if it holds the id of `entity`; otherwise throws `SPILL_DEFINITION`. */
export function keyColumn(
  subject: string,
  column: unknown,
  entity: string,
  op: 'column' | 'trigger',
  definedAt = callerLocation(),
): KeyNode {
  if (!isKeyNode(column, op))
    mistake(`${subject} is keyed by a column that holds ${withArticle(entity)}, got ${describe(column)}`, definedAt)
  const { entity: actual } = column.type
  if (actual === entity) return column
  const description = actual ? `is ${withArticle(actual)}` : `is no entity; declare it as entity('${entity}', …)`
  return mistake(`${subject} is keyed by ${entity}, got '${column.ir.name}', which ${description}`, definedAt)
}

const isKeyNode = (column: unknown, op: string): column is KeyNode => column instanceof Node && column.ir.op === op

function onlyColumn(subject: string, source: SourceValue, entity: string, definedAt: string | undefined): string {
  const holders = source.ir.columns.filter((column: ColumnIR) => column.entity === entity).map(column => column.name)
  if (holders.length === 1) return holders[0]
  return mistake(
    holders.length === 0
      ? `${subject}: ${source.realm.name} has no column of entity '${entity}'`
      : `${subject}: ${source.realm.name} has several columns of entity '${entity}'; name one: key: r => r.${holders[0]}`,
    definedAt,
  )
}
