/**
 * A run in operation on a clock that moves in steps of 10 s: payments arrive by hour and weekday, some of them turn out to be fraud, batch
 * runs and trainings are made in threads, effects go to a receiver, and a monitor judges its samples. Everything but the place of the
 * records, the receiver and the free space of the disk is what a user runs.
 */
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { pause } from '../../src/base/clock.ts'
import { computeInThreads } from '../../src/batch/index.ts'
import { openActionDestinations } from '../../src/action/open-destinations.ts'
import { recordBatchOf } from '../../src/intake/record-batch.ts'
import type { Alert, AlertChange } from '../../src/monitor/alerts/alert.ts'
import type { RunMonitor } from '../../src/monitor/run-monitor.ts'
import { startMonitoring } from '../../src/monitor/start-monitoring.ts'
import { LiveRun, type LiveRunOptions } from '../../src/run/loop/live-run.ts'
import { virtualTime } from '../action/virtual-time.ts'
import { Draw } from '../property/generate/draw.ts'
import { operated } from './pipeline.ts'
import { Topic, type TopicRecord } from './topic.ts'

export const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000]
export const STEP = 10 * SECOND
/** A Monday. */
export const START = Date.parse('2026-01-05T00:00Z')
const GIB = 2 ** 30
const CARDS = 200
/** Shares of the trouble of every day, which nobody must be woken for. */
const [BAD_RECORDS, FAILED_ATTEMPTS, FRAUDS] = [0.0005, 0.005, 0.1]

/** A change of an alert that a receiver was told of. */
export interface AlertNotice {
  readonly at: number
  readonly alert: Alert
  readonly change: AlertChange
}

export class World {
  readonly data: string
  readonly draw: Draw
  readonly payments = new Topic()
  readonly chargebacks = new Topic()
  readonly notices: AlertNotice[] = []
  readonly reports: string[] = []
  /** The receiver of effects answers. */
  isReceiverUp = true
  /** Effects that the receiver has not taken yet. */
  readonly failing = new Set<string>()
  /** Batch runs do not end. */
  isComputeStuck = false
  freeBytes = 80 * GIB
  /** Amounts of payments are multiplied by this. */
  inflation = 1
  /** The drift of the amounts when their inflation began. */
  driftBefore = 0
  /** Records of a producer that names a column otherwise. */
  renamed = 0
  /** Changes a record of a payment on its way to the topic, as a new version of the producer does. */
  producer = (payment: TopicRecord): TopicRecord => payment
  readonly #time: ReturnType<typeof virtualTime>
  readonly #start: number
  readonly pipeline = operated(({ id }) => {
    if (this.isReceiverUp && !this.draw.chance(FAILED_ATTEMPTS)) return void this.failing.delete(id)
    this.failing.add(id)
    throw new Error('503')
  })
  readonly #frauds: { readonly at: number; readonly payment: string }[] = []
  live!: LiveRun
  monitor!: RunMonitor
  /** Records that the run accepted and rejected. */
  accepted = 0
  rejected = 0
  #samples = 0
  #payments = 0

  /** `start`: the midnight at which it begins, UTC ms. */
  constructor(data: string, seed: number, start = START) {
    this.data = data
    this.draw = new Draw(seed)
    this.#start = start
    this.#time = virtualTime(start)
  }

  get now(): number {
    return this.#time.clock()
  }

  /** Records that arrived at the topics. */
  get produced(): number {
    return this.payments.end + this.chargebacks.end
  }

  /** Starts the process. */
  async start(options: Pick<LiveRunOptions, 'onRecorded'> = {}): Promise<void> {
    const { pipeline } = this
    const { clock, after } = this.#time
    const onReport = (report: string): void => void this.reports.push(`${new Date(this.now).toISOString()} ${report}`)
    const compute = computeInThreads(join(this.data, 'log.db'), { threads: 1 })
    this.live = await LiveRun.open(pipeline, this.data, {
      ...options,
      clock,
      after,
      onReport,
      sendings: await openActionDestinations(pipeline, {}),
      compute: async (...job) => {
        while (this.isComputeStuck) {
          job[2].throwIfAborted()
          await pause(1)
        }
        return compute(...job)
      },
    })
    const lagOf = (source: string, topic: Topic) => ({
      source,
      reader: 'topic',
      isAlive: () => true,
      measure: async () => new Map([['0', topic.lag]]),
    })
    this.monitor = startMonitoring(this.live, {
      pipeline,
      data: this.data,
      clock,
      after,
      onReport,
      freeSpaceOf: async () => ({ bavail: this.freeBytes, bsize: 1 }),
      lagSources: [lagOf('payments', this.payments), lagOf('chargebacks', this.chargebacks)],
      receivers: [{ alertChanged: (alert, change) => void this.notices.push({ at: this.now, alert, change }) }],
    })
    this.monitor.subscribe(() => this.#samples++)
  }

  /** Stops the process as a deployment does. */
  async stop(): Promise<void> {
    await this.live.stop()
  }

  /** Lives for 10 s. */
  async step(): Promise<void> {
    const until = this.now + STEP
    const samples = this.#samples
    this.#produce(until)
    while (this.#time.next(until)) await turn()
    await this.#consume()
    this.live.run.tick()
    await this.live.run.whenIdle(this.isComputeStuck ? undefined : until)
    while (this.#samples === samples) await turn()
  }

  #produce(until: number): void {
    const from = this.now
    const rate = paymentRate(from - this.#start)
    const records = poisson(this.draw, rate * (STEP / MINUTE))
    for (let i = 0; i < records; i++) {
      const at = from + this.draw.between(1, STEP - 1)
      const id = `p${this.#payments++}`
      const isFraud = this.draw.chance(FRAUDS)
      const amount = (isFraud ? 60 : 5) * (1 + this.draw.between(0, 1000) / 500) * this.inflation
      const card = `c${this.draw.between(1, CARDS)}`
      const payment = { id, card, amount: this.draw.chance(BAD_RECORDS) ? 'unknown' : amount, at }
      this.payments.produce(until, this.producer(payment))
      if (isFraud) this.#frauds.push({ at: at + this.draw.between(HOUR, 20 * HOUR), payment: id })
    }
    for (let i = this.#frauds.length - 1; i >= 0; i--) {
      const { at, payment } = this.#frauds[i]
      if (at > until) continue
      this.#frauds.splice(i, 1)
      this.chargebacks.produce(until, { payment, fraud: true, at })
    }
  }

  async #consume(): Promise<void> {
    for (const [source, topic] of [['payments', this.payments] as const, ['chargebacks', this.chargebacks] as const]) {
      const records = topic.read()
      if (records.length === 0) continue
      const { accepted, rejected } = await this.live.run.submit(source, recordBatchOf(records))
      this.accepted += accepted
      this.rejected += rejected
    }
  }
}

/** Payments a minute, by the hour of the day and the day of the week. `t`: ms since the start. */
function paymentRate(t: number): number {
  const hour = (t % DAY) / HOUR
  const isWeekend = Math.floor(t / DAY) % 7 >= 5
  return (3 + 10 * Math.max(0, Math.sin(((hour - 6) / 18) * Math.PI))) * (isWeekend ? 0.6 : 1)
}

/** A number of events of a Poisson process (Knuth, The Art of Computer Programming, volume 2, 3.4.1). */
function poisson(draw: Draw, mean: number): number {
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = draw.between(1, 1_000_000) / 1_000_000; product > limit; count++) product *= draw.between(1, 1_000_000) / 1_000_000
  return count
}
