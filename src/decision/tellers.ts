/** What tells which keys a tick decides about: events of the sources that its model reads through a group of the entity alone (semantics §4). */
import type { Strings } from '../columns/strings.ts'
import type { ModelIR, PipelineIR, TriggerIR } from '../define/ir/ir.ts'
import type { KeyOrder } from './live-keys.ts'
import { groupReads } from './reads.ts'

export type Every = Extract<TriggerIR, { kind: 'every' }>

/** A source, and the column of it in which a key is. */
export interface Teller {
  readonly source: string
  readonly key: string
}

/** Each once. */
export function tellersOf(ir: PipelineIR, model: ModelIR, { column }: Every): Teller[] {
  const tellers = new Map<string, Teller>()
  for (const { group } of groupReads(ir, model)) {
    if (group.entity.length > 1 || group.entity[0] !== column.entity) continue
    tellers.set(`${group.source}.${group.key[0]}`, { source: group.source, key: group.key[0] })
  }
  return [...tellers.values()]
}

/** The order in which the keys of one tick are decided: numbers by size, texts by their UTF-8 bytes. */
export const keyOrder = ({ column }: Every, strings: Strings): KeyOrder =>
  column.type === 'string' ? (left, right) => strings.compare(left, right) : (left, right) => left - right
