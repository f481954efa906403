/** What tells which keys a tick decides about: events of the sources that its model reads through a group of the entity alone (semantics §4). */
import { SpillwayError } from '../base/errors.ts'
import type { Strings } from '../columns/strings.ts'
import type { ModelIR, PipelineIR, TriggerIR } from '../define/ir.ts'
import type { KeyOrder } from './live-keys.ts'
import { groupReads } from './reads.ts'

export type Every = Extract<TriggerIR, { kind: 'every' }>

/** A source, and the column of it in which a key is. */
export interface Teller {
  readonly source: string
  readonly key: string
}

/** Each once. Throws `SPILL_REVISION` where an event that tells may be superseded: what is live without it cannot be told yet. */
export function tellersOf(ir: PipelineIR, model: ModelIR, { column }: Every): Teller[] {
  const tellers = new Map<string, Teller>()
  for (const { group } of groupReads(ir, model)) {
    if (group.entity.length > 1 || group.entity[0] !== column.entity) continue
    const { name, identity } = ir.sources.find(source => source.name === group.source)!
    if (identity)
      throw new SpillwayError(
        'SPILL_REVISION',
        `model '${model.name}' ticks, and events of source '${name}' can be revised (identity); which keys are then live cannot be told yet`,
      )
    tellers.set(`${name}.${group.key[0]}`, { source: name, key: group.key[0] })
  }
  return [...tellers.values()]
}

/** The order in which the keys of one tick are decided: numbers by size, texts by their UTF-8 bytes. */
export const keyOrder = ({ column }: Every, strings: Strings): KeyOrder =>
  column.type === 'string' ? (left, right) => strings.compare(left, right) : (left, right) => left - right
