/**
 * The engine of jobs against a naive model: random clocks, also backwards, failures, requests, cancels, stops, and crashes at any commit.
 *
 * The model decides from the list of durable records alone which attempt starts next. Three jobs are of one scheduler; the third resumes
 * unfinished attempts.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore, type Disk } from '../../test/crash/model-store.ts'
import { naiveJobs, NaiveScheduler, permanent, type Attempted } from '../../test/jobs/naive-scheduler.ts'
import { SteeredProcess } from '../../test/jobs/steered-process.ts'
import { yieldToEventLoop } from '../base/clock.ts'
import { random, type Random } from '../base/random.ts'
import { JobClock } from './job-clock.ts'
import { jobRecordsIn } from './job-ledger.ts'
import { Retry } from './job-schedule.ts'
import { JobScheduler, type Job } from './job-scheduler.ts'

const [SECOND, MINUTE] = [1000, 60_000]

async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await yieldToEventLoop()
}

const MOVES = [1, 200, SECOND, 3 * SECOND, 30 * SECOND, MINUTE, 5 * MINUTE, 60 * MINUTE]

/** Counts of what a seed led to. */
type Counts = Record<'done' | 'failed' | 'broken off' | 'resumed' | 'crashes' | 'back', number>

/** One history: an engine and the model, driven alike. */
class History {
  readonly model = new NaiveScheduler()
  readonly answers: string[] = []
  readonly #seed: number
  readonly #chance: Random
  readonly #counts: Counts
  readonly #fails: number
  process: SteeredProcess

  constructor(seed: number, counts: Counts) {
    this.#seed = seed
    this.#chance = random(seed)
    this.#counts = counts
    this.#fails = this.#draw([0.3, 0.6, 0.95])
    this.process = this.#opened({ commits: [] })
  }

  #opened(disk: Disk): SteeredProcess {
    return new SteeredProcess(disk, () => this.model.clock)
  }

  #draw<T>(values: readonly T[]): T {
    return values[Math.floor(this.#chance() * values.length)]
  }

  /** One step of the test. In every other history nothing but failures delays the attempts. */
  async step(): Promise<void> {
    const isCalm = this.#seed % 2 === 1
    const roll = this.#chance() * (isCalm ? 0.86 : 1)
    const { name } = this.#draw(naiveJobs)
    if (roll < 0.32) this.#moveClock(isCalm ? 0.05 : 0.3)
    else if (roll < 0.6 || (roll < 0.86 && !this.process.isComputing)) this.#sync()
    else if (roll < 0.86) this.#end()
    else if (roll < 0.9) this.#request(name)
    else if (roll < 0.96) {
      const keepsRequest = this.#chance() < 0.5
      void this.process.scheduler.cancel(name, { keepsRequest })
      this.model.cancel(name, keepsRequest)
    } else if (roll < 0.98) this.#crash()
    else await this.stop()
  }

  #moveClock(backShare: number): void {
    const isBack = this.#chance() < backShare
    if (isBack) this.#counts.back++
    const by = this.#draw(MOVES) * (isBack ? -1 - Math.floor(this.#chance() * 30) : 1)
    this.model.move(Math.max(1, this.model.clock + by))
  }

  #sync(): void {
    const count = 1 + Math.floor(this.#chance() * 2)
    this.process.store.sync(count)
    this.model.sync(count)
  }

  #end(): void {
    const error = this.#chance() >= this.#fails ? undefined : this.#chance() < 0.1 ? permanent : 'passing'
    this.process.end(error === undefined ? undefined : new Error(error))
    this.model.end(error)
  }

  #request(name: string): void {
    this.process.scheduler.request(name).then(
      number => this.answers.push(String(number)),
      ({ message }: Error) => this.answers.push(message),
    )
    this.model.request(name)
  }

  #crash(): void {
    const commitCount = Math.floor(this.#chance() * (this.process.store.waiting + 1))
    this.#counts.crashes++
    this.process = this.#opened(this.process.store.crash(commitCount))
    this.model.crash(commitCount)
  }

  async stop(): Promise<void> {
    const stopped = this.process.scheduler.stop(new Error('stopped'))
    this.process.store.keepUp()
    await stopped
    this.process = this.#opened({ commits: [...this.process.store.disk.commits] })
    this.model.stop()
  }

  check(where: string): void {
    const { model, process } = this
    const { running, clock } = model
    assert.deepEqual(jobRecordsIn(process.store, 'attempt/'), model.records, where)
    assert.equal(process.isRunning, running !== undefined, where)
    if (running) assert.deepEqual([process.begun.at(-1), process.isComputing], [running.record, running.phase === 'compute'], where)
    assert.deepEqual(this.answers, model.answers, where)
    const t = clock + this.#draw([0, 1, MINUTE])
    assert.equal(process.scheduler.isDoneBy(t), model.isDoneBy(t), where)
  }
}

async function drive(seed: number, counts: Counts): Promise<void> {
  const history = new History(seed, counts)
  for (let step = 0; step < 150; step++) {
    await history.step()
    await settle()
    history.process.scheduler.tick()
    history.model.tick()
    await settle()
    history.check(`seed ${seed}, step ${step}`)
  }
  checkHistory(history.model.records, seed)
  for (const { state, resumed } of history.model.records) {
    if (state !== 'running') counts[state]++
    counts.resumed += resumed
  }
  await history.stop()
}

/** Each time is done once at most, and a job has one unfinished attempt at most. */
function checkHistory(records: readonly Attempted[], seed: number): void {
  for (const { name } of naiveJobs) {
    const own = records.filter(({ job }) => job === name)
    const done = own.filter(({ state, why }) => state === 'done' && why === 'schedule').map(({ s }) => s)
    assert.deepEqual(
      done,
      [...new Set(done)].sort((a, b) => a - b),
      `seed ${seed}: times of ${name}`,
    )
    assert.ok(own.filter(({ state }) => state === 'running').length <= 1, `seed ${seed}: attempts of ${name}`)
  }
}

test('a cancel tells whether a request or an attempt was cancelled, and its record is durable by then', async () => {
  const process = new SteeredProcess({ commits: [] }, () => 1)
  const { scheduler, store } = process
  const [{ name }, { name: other }] = naiveJobs
  assert.equal(await scheduler.cancel(name), false, 'it neither runs nor waits')
  const running = assert.rejects(scheduler.request(name), { code: 'SPILL_CANCELLED', message: `the job '${name}' was cancelled` })
  scheduler.tick()
  const waiting = assert.rejects(scheduler.request(other), { code: 'SPILL_CANCELLED' })
  assert.equal(await scheduler.cancel(other), true)
  store.keepUp()
  await settle()
  assert.ok(process.isComputing)
  assert.equal(await scheduler.cancel(name), true)
  const [record] = jobRecordsIn<Attempted>(new ModelStore(store.disk), 'attempt/')
  assert.deepEqual([record.state, record.error], ['failed', `the job '${name}' was cancelled`])
  await Promise.all([running, waiting])
})

test('a cancel of the attempt alone leaves the request for the next attempt', async () => {
  const process = new SteeredProcess({ commits: [] }, () => 1)
  const { scheduler, store } = process
  store.keepUp()
  const [{ name }] = naiveJobs
  const running = assert.rejects(scheduler.request(name), { code: 'SPILL_CANCELLED' })
  scheduler.tick()
  await settle()
  const waiting = scheduler.request(name)
  assert.equal(await scheduler.cancel(name, { keepsRequest: true }), true)
  await running
  assert.equal(await scheduler.cancel(name, { keepsRequest: true }), false, 'no attempt is in progress')
  scheduler.tick()
  await settle()
  process.end()
  assert.equal(await waiting, 2)
})

test('an attempt that is cancelled while its record is being stored begins no work', async () => {
  const process = new SteeredProcess({ commits: [] }, () => 1)
  const { scheduler, store } = process
  const [{ name }] = naiveJobs
  const result = assert.rejects(scheduler.request(name), { code: 'SPILL_CANCELLED' })
  scheduler.tick()
  const cancelled = scheduler.cancel(name)
  store.keepUp()
  assert.equal(await cancelled, true)
  assert.equal(process.wasAborted, false)
  await result
})

test('a cancel of an attempt that ends with a result first is none', async () => {
  const process = new SteeredProcess({ commits: [] }, () => 1)
  const { scheduler, store } = process
  const [{ name }] = naiveJobs
  const result = scheduler.request(name)
  scheduler.tick()
  store.sync(1)
  await settle()
  process.end()
  await settle()
  const cancelled = scheduler.cancel(name)
  store.keepUp()
  assert.equal(await cancelled, false)
  assert.equal(await result, 1)
})

test('a job that cannot begin is reported, and tried again after its delay', async () => {
  let [now, begins] = [1, 0]
  const begin = (): never => {
    begins++
    throw new RangeError('too many records')
  }
  const start = { why: 'schedule', s: 0 } as const
  const job: Job<number> = { name: 'daily', retry: new Retry(), unfinished: () => start, due: () => start, begin }
  const reports: string[] = []
  const onReport = (report: string): void => void reports.push(report)
  const store = new ModelStore({ commits: [] }, true)
  const scheduler = new JobScheduler({ jobs: [job], clock: new JobClock(() => now), store, onReport })
  for (let i = 0; i < 3; i++) {
    scheduler.tick()
    await scheduler.idle()
  }
  assert.equal(begins, 1)
  assert.deepEqual(reports, ["the job 'daily' failed, and it is tried again: too many records"])
  now += SECOND
  scheduler.tick()
  await scheduler.idle()
  assert.equal(begins, 2)
})

test('attempts, ledger and answers are those of the naive model, over 300 random histories', async () => {
  const counts: Counts = { done: 0, failed: 0, 'broken off': 0, resumed: 0, crashes: 0, back: 0 }
  for (let seed = 1; seed <= 300; seed++) await drive(seed, counts)
  for (const [outcome, count] of Object.entries(counts)) assert.ok(count > 50, `${outcome}: ${count}`)
})
