/**
 * Determines the liveness of keys at a tick: from events of the sources that the model reads through a group of its entity alone
 * (semantics, decisions and placements).
 */
import type { Strings } from '../columns/index.ts'
import type { ModelIR, PipelineIR, TriggerIR } from '../define/ir/index.ts'
import type { KeyOrder } from './active-keys.ts'
import { groupReads } from './reads.ts'

/** The trigger of a model that decides at ticks. */
export type EveryTrigger = Extract<TriggerIR, { kind: 'every' }>

/** A source whose events make keys active, and its key column. */
export interface LivenessColumn {
  readonly source: string
  readonly key: string
}

/** The liveness columns of a model, each once. */
export function livenessColumns(ir: PipelineIR, model: ModelIR, { column }: EveryTrigger): LivenessColumn[] {
  const columns = new Map<string, LivenessColumn>()
  for (const { group } of groupReads(ir, model)) {
    if (group.entity.length > 1 || group.entity[0] !== column.entity) continue
    columns.set(`${group.source}.${group.key[0]}`, { source: group.source, key: group.key[0] })
  }
  return [...columns.values()]
}

/** The order of a tick's keys: numbers by size, texts by their UTF-8 bytes. */
export const keyOrder = ({ column }: EveryTrigger, strings: Strings): KeyOrder =>
  column.type === 'string' ? (left, right) => strings.compare(left, right) : (left, right) => left - right
