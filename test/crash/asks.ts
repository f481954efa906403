/** Requests of a case, each with its number in its fields, and so in its log marker and in the vector of its decision. */
import type { ColumnIR, ModelIR, PipelineIR, Value } from '../../src/define/ir/ir.ts'
import type { Draw } from '../property/generate/draw.ts'
import type { Feed, Step } from './case.ts'
import { rawOf } from './feeds.ts'

export type Ask = Extract<Step, { do: 'ask' }>

export const NUMBER: ColumnIR = { name: 'nr', type: 'int', nullable: false }

/** The trigger of a model that decides on request on the keys of groups, which are its fields. */
export function requestTrigger({ sources, groups }: PipelineIR): Extract<ModelIR['decide'], { kind: 'request' }> {
  const key = groups[0].key[0]
  const columns = new Map<string, ColumnIR>()
  for (const group of groups) {
    const own = sources.find(({ name }) => name === group.source)!.columns
    for (const name of group.key)
      if (!columns.has(name))
        columns.set(
          name,
          own.find(column => column.name === name)!,
        )
  }
  columns.set(key, { ...columns.get(key)!, nullable: false, entity: groups[0].entity[0] })
  return { kind: 'request', columns: [...columns.values(), NUMBER], key }
}

/** Requests about the subject of some record; `undefined` without a model or a possible request. */
export function drawAsk(draw: Draw, { models }: PipelineIR, feeds: readonly Feed[], number: number): Ask | undefined {
  const model = models.find(({ decide }) => decide.kind === 'request')
  const sound = feeds[0].records.flatMap(({ row }) => (row ? [row] : []))
  if (model?.decide.kind !== 'request' || sound.length === 0) return undefined
  const record = draw.pick(sound)
  const row: Record<string, Value> = {}
  for (const column of model.decide.columns) {
    row[column.name] = column.name === NUMBER.name ? number : (record[column.name] ?? null)
    if (column.type === 'string' && !column.values && draw.chance(0.1)) row[column.name] = 'nobody'
  }
  if (row[model.decide.key] === null) return undefined
  return { do: 'ask', model: model.name, fields: rawOf(draw, model.decide.columns, row), row }
}
