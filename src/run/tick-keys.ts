/** Which keys a model that ticks decides about: told by the events of the sources that it reads through a group of its entity (semantics §4). */
import { SpillwayError } from '../base/errors.ts'
import type { Strings } from '../columns/strings.ts'
import { LiveKeys } from '../decision/live-keys.ts'
import { groupReads } from '../decision/reads.ts'
import type { ModelIR, PipelineIR, TriggerIR } from '../define/ir.ts'
import type { OrderOf } from './order-of.ts'

export type Every = Extract<TriggerIR, { kind: 'every' }>

export class TickKeys {
  readonly #keys: LiveKeys
  readonly #tellers: readonly { readonly source: string; readonly key: string }[]

  constructor(ir: PipelineIR, model: ModelIR, { live, column }: Every, strings: Strings) {
    this.#keys = new LiveKeys(live, column.type === 'string' ? (a, b) => strings.compare(a, b) : (a, b) => a - b)
    const tellers = new Map<string, { source: string; key: string }>()
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
    this.#tellers = [...tellers.values()]
  }

  see(order: OrderOf): void {
    for (const { source, key } of this.#tellers) {
      const block = order.blockOf(source)
      if (block) this.#keys.see(block.columns[key], block.time)
    }
  }

  /** The keys live at a tick, in order. Good until more is seen. */
  at(t: number): Float64Array {
    return this.#keys.at(t)
  }
}
