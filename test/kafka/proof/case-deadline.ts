/** The time of one case: every wait has a name, so that a case that hangs says where. */
import { pause, stopwatch } from '../../../src/base/clock.ts'

const LOOK_MS = 15

export class CaseDeadline {
  readonly #ms: number
  readonly #end: number
  readonly #problem: () => string | undefined

  /** `problem`: a reason to end the case at once. */
  constructor(ms: number, problem: () => string | undefined) {
    this.#ms = ms
    this.#end = stopwatch() + ms
    this.#problem = problem
  }

  /** Resolves once the condition holds. Throws with the name of the step if there is a problem, or the time is over. */
  async until(step: string | (() => string), condition: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await condition())) {
      this.#check(step)
      await pause(LOOK_MS)
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

  #check(step: string | (() => string)): void {
    const problem = this.#problem()
    if (problem !== undefined) throw new Error(problem)
    if (stopwatch() > this.#end) throw new Error(`hung for ${this.#ms / 1000} s at: ${typeof step === 'string' ? step : step()}`)
  }
}
