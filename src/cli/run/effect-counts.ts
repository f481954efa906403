/** Counts the effects of a run for its status line, and prints a line for each dead effect and each effect of a dry run. */
import type { EffectChange, NewEffect } from '../../log/index.ts'
import { pluralize, formatNumber } from '../command/text-format.ts'
import type { RunOutput } from './run-output.ts'

/** Effect counts since the start of the process. */
export class EffectCounts {
  readonly counts = { effects: 0, delivered: 0, dead: 0 }
  #dry = 0
  readonly #print: RunOutput['print']
  readonly #actionOf: (number: number) => string

  /** `actionOf` returns the action of an effect number; it is called for dead effects only. */
  constructor(print: RunOutput['print'], actionOf: (number: number) => string) {
    this.#print = print
    this.#actionOf = actionOf
  }

  /** Adds new effects. */
  addCreated(effects: readonly NewEffect[]): void {
    this.counts.effects += effects.length
    for (const { isDry, action, body } of effects) {
      if (!isDry) continue
      this.#dry++
      this.#print(`  ${action} would send ${body}`, 'dry effect')
    }
  }

  /** Adds the outcomes of deliveries. */
  addSettled(changes: readonly EffectChange[]): void {
    for (const change of changes) {
      if (change.kind === 'delivered') this.counts.delivered++
      if (change.kind !== 'dead') continue
      this.counts.dead++
      this.#print(
        `  effect ${change.number} of '${this.#actionOf(change.number)}' is dead after its last attempt: ${change.why}; see spillway effects --state dead`,
      )
    }
  }

  /** The end of the status line. `waiting` effects are in delivery or wait for a retry. */
  text(waiting: number): string {
    const { effects, delivered, dead } = this.counts
    if (effects + delivered + dead + waiting === 0) return ''
    if (this.#dry > 0) return `, ${pluralize(effects, 'effect')} (none sent: a dry run)`
    return `, ${pluralize(effects, 'effect')} (${formatNumber(delivered)} delivered, ${formatNumber(dead)} dead, ${formatNumber(waiting)} waiting)`
  }
}
