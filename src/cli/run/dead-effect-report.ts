/** Reports dead effects: the first of an action at once, those of the minute after it in one line, since a dead receiver fails many. */
import { stopwatch } from '../../base/index.ts'
import { formatNumber } from '../command/text-format.ts'

/** Effects of an action that are not reported yet, and the time of its last line, in ms of the stopwatch. */
interface Unreported {
  count: number
  why: string
  readonly reported: number
}

const REPORT_EVERY_MS = 60_000

export class DeadEffectReport {
  readonly #unreported = new Map<string, Unreported>()
  readonly #print: (line: string) => void
  readonly #clock: () => number

  constructor(print: (line: string) => void, clock: () => number = stopwatch) {
    this.#print = print
    this.#clock = clock
  }

  add(action: string, { number, why }: { readonly number: number; readonly why: string }): void {
    this.flush()
    const unreported = this.#unreported.get(action)
    if (unreported) {
      unreported.count++
      unreported.why = why
    } else {
      this.#unreported.set(action, { count: 0, why, reported: this.#clock() })
      this.#print(`  effect ${number} of '${action}' is dead after its last attempt: ${why}; ${HINT}`)
    }
  }

  /** Prints a line for each action whose minute has ended; at the `end` of the run, for each action. Call it every few seconds. */
  flush({ end = false }: { readonly end?: boolean } = {}): void {
    const now = this.#clock()
    for (const [action, { count, why, reported }] of this.#unreported) {
      if (!end && now - reported < REPORT_EVERY_MS) continue
      if (count > 0) {
        const effects = count === 1 ? '1 more effect' : `${formatNumber(count)} more effects`
        this.#print(`  ${effects} of '${action}' ${count === 1 ? 'is' : 'are'} dead after the last attempt, most recently: ${why}; ${HINT}`)
        this.#unreported.set(action, { count: 0, why, reported: now })
      } else this.#unreported.delete(action)
    }
  }
}

const HINT = 'see spillway effects --state dead'
