/**
 * Guards sources of conditions: one that throws stops no other. Its last conditions go on, so that its alerts do not resolve unseen, and the
 * error is reported once, until the source works again.
 */
import { thrownText } from '../../base/index.ts'
import type { AlertCondition } from './conditions.ts'

export class ConditionGuard {
  readonly #onReport: (report: string) => void
  readonly #last = new Map<string, readonly AlertCondition[]>()
  readonly #failed = new Set<string>()

  constructor(onReport: (report: string) => void) {
    this.#onReport = onReport
  }

  /** The conditions of a source, or its last ones if it throws. */
  read(source: string, conditions: () => readonly AlertCondition[]): readonly AlertCondition[] {
    try {
      const present = conditions()
      this.#last.set(source, present)
      this.#failed.delete(source)
      return present
    } catch (error) {
      if (!this.#failed.has(source)) this.#onReport(`alerts: ${source} cannot be judged: ${thrownText(error, source)}`)
      this.#failed.add(source)
      return this.#last.get(source) ?? []
    }
  }
}
