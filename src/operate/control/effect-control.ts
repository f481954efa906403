/** Retries and drops dead effects, beside a run or in a free folder: all effects of a request, or none. */
import { type Clock, SpillwayError } from '../../base/index.ts'
import type { ManualEffectChange, StoredEffect } from '../../log/index.ts'
import type { EffectDrop, EffectRetry } from './run-control.ts'

/** The collaborators of `EffectControl`. */
export interface EffectPorts {
  /** Committed effects. */
  readonly effects: { byNumber(number: number): StoredEffect | undefined; lastNumber(): number }
  /** Makes changes of these dead effects, all in one commit. Resolves when they are durable. Absent where effects cannot be changed. */
  readonly change: ((effects: readonly StoredEffect[], changes: readonly ManualEffectChange[]) => Promise<void>) | undefined
  readonly clock: Clock
}

/** The changes that operators make to the effects of one folder. */
export class EffectControl {
  readonly #ports: EffectPorts

  constructor(ports: EffectPorts) {
    this.#ports = ports
  }

  /** As `RunControl.retryEffects`. */
  retry({ numbers }: EffectRetry): Promise<Record<string, never>> {
    return this.#change(numbers, number => ({ kind: 'again', number }))
  }

  /** As `RunControl.dropEffects`. */
  drop({ numbers, why }: EffectDrop): Promise<Record<string, never>> {
    const at = this.#ports.clock()
    return this.#change(numbers, number => ({ kind: 'dropped', number, at, why }))
  }

  async #change(numbers: readonly number[], changeOf: (number: number) => ManualEffectChange): Promise<Record<string, never>> {
    const { change } = this.#ports
    const effects = numbers.map(number => this.#require(number))
    if (!change) throw new SpillwayError('SPILL_UNSUPPORTED', 'this run delivers no effects; change them through the run that does')
    await change(effects, numbers.map(changeOf))
    return {}
  }

  #require(number: number): StoredEffect {
    const { effects } = this.#ports
    const effect = effects.byNumber(number)
    if (!effect) throw new SpillwayError('SPILL_NOT_FOUND', `there is no effect ${number}; the newest is ${effects.lastNumber()}`)
    if (effect.state === 'dead') return effect
    throw new SpillwayError('SPILL_CONFLICT', `effect ${number} is ${effect.state}; only dead effects can be retried or dropped`)
  }
}
