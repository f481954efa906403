/**
 * Audits that a person starts on a run: one at a time, in a process of its own with less of the processor, so that the run's loop has the rest.
 * The process is `spillway audit` over the run's data folder; it writes the report, and the freshness objectives of the run. Its progress
 * is what it prints. It ends with the run.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { setPriority } from 'node:os'
import { createInterface } from 'node:readline'
import { callAfter, SpillwayError, wallClock } from '../base/index.ts'

/** The last audit that was started on a run. Times are UTC ms. */
export interface AuditJob {
  readonly state: 'running' | 'done' | 'failed' | 'cancelled'
  readonly began: number
  readonly model?: string
  /** Its step at present. */
  readonly stage?: string
  readonly ended?: number
  /** Reason of a failure: too short a history, for example. */
  readonly error?: string
}

/** Nice value: a third of the processor time of a thread of normal priority, where both compete. */
const NICE = 5
/** Time for an audit to end after SIGTERM. */
const STOP_MS = 2000

/** The audits of one run. */
export class AuditJobs {
  readonly #command: readonly string[]
  #job: AuditJob | undefined
  #child: ChildProcess | undefined
  /** Resolves when the process that runs has ended. */
  #end: Promise<void> = Promise.resolve()

  /** `command`: a program with its arguments, to which `--model NAME` is added. */
  constructor(command: readonly string[]) {
    this.#command = command
  }

  /** The audit that runs, or the last one. */
  get last(): AuditJob | undefined {
    return this.#job
  }

  /** Starts an audit. Throws `SPILL_CONFLICT` while one runs. */
  start(model?: string): AuditJob {
    if (this.#child) throw new SpillwayError('SPILL_CONFLICT', 'an audit runs already; wait for its report, or cancel it')
    const [program, ...args] = this.#command
    const child = spawn(program, [...args, ...(model === undefined ? [] : ['--model', model])], { stdio: ['ignore', 'ignore', 'pipe'] })
    this.#child = child
    this.#job = { state: 'running', began: wallClock(), ...(model !== undefined && { model }) }
    this.#end = this.#follow(child)
    return this.#job
  }

  /** Cancels the audit that runs. Resolves when its process has ended. Throws `SPILL_PRECONDITION` if none runs. */
  async cancel(): Promise<AuditJob> {
    const child = this.#child
    if (!child) throw new SpillwayError('SPILL_PRECONDITION', 'no audit runs')
    this.#job = { ...this.#job!, state: 'cancelled' }
    endChild(child)
    await this.#end
    return this.#job
  }

  /** Ends the process, when the run stops. */
  async close(): Promise<void> {
    if (this.#child) await this.cancel()
  }

  async #follow(child: ChildProcess): Promise<void> {
    lowerPriority(child.pid)
    let line = ''
    createInterface({ input: child.stderr! }).on('line', text => {
      if (text.trim() === '') return
      line = text.trim()
      if (this.#job?.state === 'running') this.#job = { ...this.#job, stage: line.replace(/ …$/, '') }
    })
    const { promise, resolve } = Promise.withResolvers<string | undefined>()
    child.once('error', ({ message }) => resolve(message))
    child.once('close', code => resolve(code === 0 ? undefined : line || `it ended with exit code ${code}`))
    const error = await promise
    const { stage: _stage, ...job } = this.#job!
    const state = job.state === 'cancelled' ? 'cancelled' : error === undefined ? 'done' : 'failed'
    this.#job = { ...job, state, ended: wallClock(), ...(error !== undefined && state === 'failed' && { error }) }
    this.#child = undefined
  }
}

/** Ends a process, by force if it does not end by itself. */
function endChild(child: ChildProcess): void {
  child.kill('SIGTERM')
  const kill = callAfter(STOP_MS, () => child.kill('SIGKILL'))
  child.once('close', () => kill.stop())
}

function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, NICE)
  } catch {
    // It has ended, or that is not allowed.
  }
}
