/** `spillway gate` or `spillway run`, started again as a supervisor does when it ends since Kafka could not be reached at its start. */
import { callAfter, pause } from '../../../src/base/clock.ts'
import { Child } from '../../crash/child.ts'
import type { ProcessName } from './scenario.ts'

const AGAIN_MS = 100
/** A process that ends more often never gets ready. */
const ENDS_MAX = 60
/** Ends that are right while connections are cut: the cluster, or the topic, was not reached at the start. */
const UNREACHED = /SPILL_SOURCE/

interface ProcessOptions {
  /** Matches its standard error once it works. */
  readonly ready: RegExp
  /** A process that lives longer is stuck, and is killed. */
  readonly lifeMs: number
  readonly env: NodeJS.ProcessEnv
  /** Requests of such processes so far. */
  readonly requests: () => number
}

export class SupervisedProcess {
  readonly name: ProcessName
  /** Ends that were not right. */
  readonly problems: string[] = []
  /** Processes that were started. */
  starts = 0
  readonly #args: readonly string[]
  readonly #options: ProcessOptions
  #child: Child | undefined
  /** Requests when it was started. */
  #requestsBefore = 0
  #ends = 0

  constructor(name: ProcessName, args: readonly string[], options: ProcessOptions) {
    this.name = name
    this.#args = args
    this.#options = options
  }

  /** Starts a process. One that runs goes on by itself and is returned. */
  start(): Child | undefined {
    const before = this.#child
    this.starts++
    const { ready, lifeMs, env, requests } = this.#options
    this.#requestsBefore = requests()
    const child = new Child(this.#args, ready, lifeMs, env)
    this.#child = child
    void child.exit().then(error => this.#ended(child, error))
    return before
  }

  /** The text that `ready` has found in the output of the process that runs, once it works; undefined if it ends before. */
  async ready(): Promise<string | undefined> {
    return this.#child?.ready()
  }

  /** The last output of the process that runs. */
  get output(): string {
    return this.#child?.output ?? 'not started'
  }

  async kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    this.#note(await child?.kill())
  }

  /** Ends it in order, once it has sent a request: before that it may not have got to handling signals. */
  async terminate(): Promise<void> {
    while (this.#child && this.#options.requests() === this.#requestsBefore) await pause(AGAIN_MS)
    const child = this.#child
    this.#child = undefined
    this.#note(await child?.terminate())
  }

  #note(error: string | undefined): void {
    if (error !== undefined && !UNREACHED.test(error)) this.problems.push(`${this.name}: ${error}`)
  }

  #ended(child: Child, error: string | undefined): void {
    if (this.#child !== child) return
    if (error === undefined || !UNREACHED.test(error) || ++this.#ends > ENDS_MAX) {
      this.#child = undefined
      this.problems.push(`${this.name}: ${error ?? 'ended by itself'}`)
      return
    }
    callAfter(AGAIN_MS, () => {
      if (this.#child === child) this.start()
    })
  }
}
