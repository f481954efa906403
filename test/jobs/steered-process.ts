/** A scheduler over a model disk, with jobs whose attempts end when the test says so. */
import { JobClock } from '../../src/jobs/job-clock.ts'
import { JobLedger } from '../../src/jobs/job-ledger.ts'
import { JobSchedule, Retry } from '../../src/jobs/job-schedule.ts'
import { JobScheduler, type Job, type JobAttempt, type JobStart } from '../../src/jobs/job-scheduler.ts'
import { ModelStore, type Disk } from '../crash/model-store.ts'
import { naiveJobs, permanent, type Attempted } from './naive-scheduler.ts'

/** A job whose attempts end when the test says so. */
class Steered implements Job<number> {
  readonly name: string
  readonly retry = new Retry()
  readonly #process: SteeredProcess
  readonly #schedule: JobSchedule
  readonly #isResumed: boolean
  #unfinished: Attempted | undefined

  constructor({ name, period, isResumed }: (typeof naiveJobs)[number], process: SteeredProcess) {
    this.name = name
    this.#isResumed = isResumed
    this.#process = process
    const own = process.ledger.records.filter(({ job }) => job === name)
    const done = own.filter(({ state, why }) => state === 'done' && why === 'schedule').map(({ s }) => s)
    this.#schedule = new JobSchedule({ kind: 'interval', every: period, phase: 0 }, Math.max(-Infinity, ...done))
    if (isResumed) this.#unfinished = own.findLast(({ state }) => state === 'running')
  }

  unfinished(now: number): JobStart | undefined {
    const left = this.#unfinished
    return left && left.s >= this.#schedule.last(now) ? { why: left.why, s: left.s, resumes: left.number } : undefined
  }

  due(now: number): JobStart | undefined {
    const s = this.#schedule.due(now)
    return s === undefined ? undefined : { why: 'schedule', s }
  }

  begin({ why, s, resumes }: JobStart, began: number): JobAttempt<number> {
    const { ledger, store } = this.#process
    const left = resumes === undefined ? undefined : ledger.at(resumes)!
    const record: Attempted = left
      ? { ...left, resumed: left.resumed + 1 }
      : { number: ledger.next, job: this.name, why, s, began, state: 'running', resumed: 0 }
    this.#unfinished = undefined
    const put = [...ledger.markBrokenOff(({ job, number }) => job !== this.name || number === record.number), ledger.put(record)]
    this.#process.begun.push(record)
    const complete = (): void => {
      if (why === 'schedule') this.#schedule.complete(s)
    }
    return {
      put,
      run: async signal => {
        await this.#process.computation(signal)
        await store.commit({ put: [ledger.put({ ...record, state: 'done' })] })
        complete()
        return record.number
      },
      describe: outcome => `${this.name} ${outcome}`,
      isFinal: error => error.message === permanent,
      fail: ({ message }, isFinal) => {
        if (isFinal) complete()
        return [ledger.put({ ...record, state: 'failed', error: message, isFinal })]
      },
      interrupt: () => (this.#isResumed ? [] : [ledger.put({ ...record, state: 'broken off' })]),
    }
  }
}

/** One process over a disk: the engine, and the attempts that it began. */
export class SteeredProcess {
  readonly store: ModelStore
  readonly ledger: JobLedger<Attempted>
  readonly clock: JobClock
  readonly scheduler: JobScheduler<number>
  readonly begun: Attempted[] = []
  /** Work has begun that was cancelled before. */
  wasAborted = false
  #computing: PromiseWithResolvers<void> | undefined

  constructor(disk: Disk, wall: () => number) {
    this.store = new ModelStore(disk)
    this.ledger = new JobLedger(this.store, 'attempt/')
    this.clock = new JobClock(wall, { notBefore: 0 })
    for (const { s } of this.ledger.records) this.clock.cover(s)
    const { clock, store } = this
    this.scheduler = new JobScheduler({ jobs: naiveJobs.map(job => new Steered(job, this)), clock, store, onReport: () => {} })
  }

  /** Resolves or rejects as the test says; rejects when it is stopped. */
  async computation(signal: AbortSignal): Promise<void> {
    this.wasAborted ||= signal.aborted
    const { promise, reject } = (this.#computing = Promise.withResolvers<void>())
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true })
    return promise.finally(() => (this.#computing = undefined))
  }

  get isRunning(): boolean {
    return this.store.waiting > 0 || this.isComputing
  }

  get isComputing(): boolean {
    return this.#computing !== undefined
  }

  end(error?: Error): void {
    if (error) this.#computing!.reject(error)
    else this.#computing!.resolve()
  }
}
