/** What became of the effects of a run, for those who watch it: counts, and a line where one is dead. */
import type { EffectChange, NewEffect } from '../../log/effects.ts'
import { counted, number } from '../command/replay-summary.ts'

export class Sent {
  readonly counts = { effects: 0, delivered: 0, dead: 0 }
  #dry = 0
  readonly #say: (text: string) => void
  readonly #actionOf: (number: number) => string

  /** `actionOf`: the name of an effect's action; asked where one is dead. */
  constructor(say: (text: string) => void, actionOf: (number: number) => string) {
    this.#say = say
    this.#actionOf = actionOf
  }

  made(effects: readonly NewEffect[]): void {
    this.counts.effects += effects.length
    for (const { isDry, action, body } of effects) {
      if (!isDry) continue
      this.#dry++
      this.#say(`  ${action} would send ${body}`)
    }
  }

  settled(changes: readonly EffectChange[]): void {
    for (const change of changes) {
      if (change.kind === 'delivered') this.counts.delivered++
      if (change.kind !== 'dead') continue
      this.counts.dead++
      this.#say(
        `  effect ${change.number} of '${this.#actionOf(change.number)}' is dead after its last try: ${change.why}; see spillway effects --state dead`,
      )
    }
  }

  /** `waiting`: under way, or to be tried again. */
  text(waiting: number): string {
    const { effects, delivered, dead } = this.counts
    if (effects + delivered + dead + waiting === 0) return ''
    if (this.#dry > 0) return `, ${counted(effects, 'effect')} (none sent: a dry run)`
    return `, ${counted(effects, 'effect')} (${number(delivered)} delivered, ${number(dead)} dead, ${number(waiting)} waiting)`
  }
}
