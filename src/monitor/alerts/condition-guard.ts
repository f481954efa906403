/**
 * Guards sources of conditions: one that throws stops no other. Its last conditions go on, so that its alerts do not resolve unseen; before it
 * has ever been read, those of its causes are unknown. The error is reported once, until the source works again.
 */
import { thrownText } from '../../base/index.ts'
import type { AlertCause } from './alert.ts'
import type { AlertCondition } from './conditions.ts'

export class ConditionGuard {
  readonly #onReport: (report: string) => void
  readonly #last = new Map<string, readonly AlertCondition[]>()
  /** The causes of each source that throws. */
  readonly #failed = new Map<string, readonly AlertCause[]>()

  constructor(onReport: (report: string) => void) {
    this.#onReport = onReport
  }

  /** The conditions of a source, which has these causes, or its last ones if it throws. */
  read(source: string, causes: readonly AlertCause[], conditions: () => readonly AlertCondition[]): readonly AlertCondition[] {
    try {
      const present = conditions()
      this.#last.set(source, present)
      this.#failed.delete(source)
      return present
    } catch (error) {
      if (!this.#failed.has(source)) this.#onReport(`alerts: ${source} cannot be judged: ${thrownText(error, source)}`)
      this.#failed.set(source, causes)
      return this.#last.get(source) ?? []
    }
  }

  /** The causes of sources that throw and were never read. */
  get unknownCauses(): readonly AlertCause[] {
    return [...this.#failed].flatMap(([source, causes]) => (this.#last.has(source) ? [] : causes))
  }
}
