/** The time of one case: every wait has a name, so that a case that hangs says where. */
import { pause, stopwatch } from '../../../src/base/clock.ts'

const LOOK_MS = 15

/** The name of a step, or a function that tells how far it is. */
type Step = string | (() => string)

export class CaseDeadline {
  readonly #ms: number
  readonly #end: number
  readonly #problem: () => string | undefined
  /** Steps that wait, in the order in which they began. */
  readonly #waiting = new Set<{ readonly step: Step }>()

  /** `problem`: a reason to end the case at once. */
  constructor(ms: number, problem: () => string | undefined) {
    this.#ms = ms
    this.#end = stopwatch() + ms
    this.#problem = problem
  }

  /** Resolves once the condition holds. Throws if there is a problem, or the time is over, with the names of all steps that wait. */
  async until(step: Step, condition: () => boolean | Promise<boolean>): Promise<void> {
    const waiting = { step }
    this.#waiting.add(waiting)
    try {
      while (!(await condition())) {
        this.#check()
        await pause(LOOK_MS)
      }
    } finally {
      this.#waiting.delete(waiting)
    }
  }

  /** The result of a promise, as `until`. */
  async result<T>(step: string, promise: Promise<T>): Promise<T> {
    const settled: { isOver?: true } = {}
    const end = (): void => void (settled.isOver = true)
    promise.then(end, end)
    await this.until(step, () => settled.isOver ?? false)
    return promise
  }

  #check(): void {
    const problem = this.#problem()
    if (problem !== undefined) throw new Error(problem)
    if (stopwatch() <= this.#end) return
    const steps = Array.from(this.#waiting, ({ step }) => (typeof step === 'string' ? step : step()))
    throw new Error(`hung for ${this.#ms / 1000} s at: ${steps.join('; ')}`)
  }
}
