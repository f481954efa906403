/** The engine of jobs said again, without its code: from the durable records alone it decides which attempt starts next. */
import type { JobRecord } from '../../src/jobs/job-ledger.ts'

const [SECOND, MINUTE] = [1000, 60_000]
export const naiveJobs = [
  { name: 'a', period: MINUTE, isResumed: false },
  { name: 'b', period: 7 * MINUTE, isResumed: false },
  { name: 'c', period: 10 * MINUTE, isResumed: true },
]

/** The error of attempts that would fail again. */
export const permanent = 'permanent'

/** A record of an attempt. */
export interface Attempted extends JobRecord {
  readonly job: string
  readonly why: 'schedule' | 'demand' | 'drift'
  readonly s: number
  readonly resumed: number
  readonly isFinal?: boolean
}

interface ModelRequest {
  readonly job: string
  readonly s: number
  /** Number of callers: all get the same answer. */
  times: number
}

interface ModelAttempt {
  readonly record: Attempted
  readonly request: ModelRequest | undefined
  phase: 'begin' | 'compute' | 'end'
  isCancelled: boolean
}

/** Predicts what the engine does. */
export class NaiveScheduler {
  /** Durable commits, and those that wait. */
  disk: Attempted[][] = []
  queue: Attempted[][] = []
  /** Answers to requests, in order. */
  readonly answers: string[] = []
  running: ModelAttempt | undefined
  clock = 0
  #requests: ModelRequest[] = []
  #notBefore = -Infinity
  #states: { doneTo: number; failures: number; passed: number; unfinished: Attempted | undefined }[] = []

  constructor() {
    this.#open()
  }

  /** The durable records, oldest first. */
  get records(): Attempted[] {
    return [...folded(this.disk).values()].sort((a, b) => a.number - b.number)
  }

  #open(): void {
    const { records } = this
    this.#requests = []
    this.running = undefined
    this.queue = []
    this.#notBefore = Math.max(-Infinity, ...records.map(({ s }) => s + 1))
    this.#states = naiveJobs.map(({ name, isResumed }) => {
      const own = records.filter(({ job }) => job === name)
      const done = own.filter(({ why, state }) => why === 'schedule' && state === 'done').map(({ s }) => s)
      const unfinished = isResumed ? own.findLast(({ state }) => state === 'running') : undefined
      return { doneTo: Math.max(-Infinity, ...done), failures: 0, passed: 0, unfinished }
    })
  }

  move(clock: number): void {
    for (const state of this.#states) state.passed += Math.max(0, clock - this.clock)
    this.clock = clock
  }

  #last(i: number, now: number): number {
    return (Math.ceil(now / naiveJobs[i].period) - 1) * naiveJobs[i].period
  }

  #isWaiting(i: number): boolean {
    const { failures, passed } = this.#states[i]
    return failures > 0 && passed < Math.min(SECOND * 2 ** (failures - 1), 5 * MINUTE)
  }

  isDoneBy(t: number): boolean {
    return this.#requests.length === 0 && naiveJobs.every((_, i) => this.#isWaiting(i) || this.#last(i, t) <= this.#states[i].doneTo)
  }

  tick(): void {
    if (this.running) return
    const now = Math.max(this.clock, this.#notBefore)
    const left = this.#states.findIndex(({ unfinished }, i) => unfinished && unfinished.s >= this.#last(i, now))
    const request = this.#requests[0]
    const due = this.#states.findIndex(({ doneTo }, i) => !this.#isWaiting(i) && this.#last(i, now) > doneTo)
    if (left >= 0) this.#begin(left, now, { ...this.#states[left].unfinished!, resumed: this.#states[left].unfinished!.resumed + 1 })
    else if (request) {
      const i = naiveJobs.findIndex(({ name }) => name === request.job)
      this.#requests.shift()
      this.#begin(i, now, this.#newRecord(i, 'demand', request.s, now), request)
    } else if (due >= 0) this.#begin(due, now, this.#newRecord(due, 'schedule', this.#last(due, now), now))
  }

  #newRecord(i: number, why: 'schedule' | 'demand', s: number, began: number): Attempted {
    const number = Math.max(0, ...folded([...this.disk, ...this.queue]).keys()) + 1
    return { number, job: naiveJobs[i].name, why, s, began, state: 'running', resumed: 0 }
  }

  #begin(i: number, _now: number, record: Attempted, request?: ModelRequest): void {
    this.#notBefore = Math.max(this.#notBefore, record.s + 1)
    this.#states[i].unfinished = undefined
    const lost = [...folded([...this.disk, ...this.queue]).values()].filter(
      ({ job, state, number }) => job === record.job && state === 'running' && number !== record.number,
    )
    this.queue.push([...lost.map(each => ({ ...each, state: 'broken off' as const })), record])
    this.running = { record, request, phase: 'begin', isCancelled: false }
  }

  /** The computation ends. */
  end(error?: string): void {
    const { record, request } = this.running!
    const state = this.#states[naiveJobs.findIndex(({ name }) => name === record.job)]
    this.running!.phase = 'end'
    if (error === undefined) this.queue.push([{ ...record, state: 'done' }])
    else {
      const isFinal = error === permanent || (this.running!.isCancelled && !request)
      this.queue.push([{ ...record, state: 'failed', error, isFinal }])
      this.#answer(request, error)
      if (record.why === 'demand') return
      if (isFinal) state.doneTo = Math.max(state.doneTo, record.s)
      state.failures = isFinal ? 0 : state.failures + 1
      state.passed = 0
    }
  }

  sync(count: number): void {
    for (const commit of this.queue.splice(0, count)) {
      this.disk.push(commit)
      const running = this.running!
      if (running.phase === 'begin') {
        running.phase = 'compute'
        if (running.isCancelled) this.end(cancelled(running.record.job))
        continue
      }
      const { record, request } = running
      const isDone = commit[0].state === 'done'
      const state = this.#states[naiveJobs.findIndex(({ name }) => name === record.job)]
      if (isDone) {
        if (record.why === 'schedule') state.doneTo = Math.max(state.doneTo, record.s)
        state.failures = 0
        this.#answer(request, String(record.number))
      }
      this.running = undefined
    }
  }

  request(job: string): void {
    const pending = this.#requests.find(request => request.job === job)
    if (pending) pending.times++
    else {
      const s = Math.max(this.clock, this.#notBefore)
      this.#notBefore = s + 1
      this.#requests.push({ job, s, times: 1 })
    }
  }

  cancel(job: string, keepsRequest = false): void {
    const pending = keepsRequest ? undefined : this.#requests.find(request => request.job === job)
    this.#requests = this.#requests.filter(request => request !== pending)
    this.#answer(pending, cancelled(job))
    if (this.running?.record.job !== job) return
    this.running.isCancelled = true
    if (this.running.phase === 'compute') this.end(cancelled(job))
  }

  crash(durable: number): void {
    this.disk.push(...this.queue.slice(0, durable))
    this.#open()
  }

  stop(): void {
    const { running } = this
    for (const request of this.#requests) this.#answer(request, 'stopped')
    this.disk.push(...this.queue)
    if (running && running.phase !== 'end') {
      this.#answer(running.request, 'stopped')
      const { isResumed } = naiveJobs.find(({ name }) => name === running.record.job)!
      if (!isResumed) this.disk.push([{ ...running.record, state: 'broken off' }])
    } else if (running && this.queue[0]?.[0].state === 'done') this.#answer(running.request, String(running.record.number))
    this.#open()
  }

  #answer(request: ModelRequest | undefined, answer: string): void {
    for (let i = 0; i < (request?.times ?? 0); i++) this.answers.push(answer)
  }
}

const cancelled = (job: string): string => `the job '${job}' was cancelled`

const folded = (commits: readonly Attempted[][]): Map<number, Attempted> =>
  new Map(commits.flatMap(commit => commit.map(record => [record.number, record] as const)))
