/** Alerts of a run from samples that a test makes, with a store in memory. */
import assert from 'node:assert/strict'
import { channel } from 'node:diagnostics_channel'
import { action, batch, count, entity, features, model, on, pipeline, rules, source, t } from '../../src/index.ts'
import { BATCH_RUNS, type BatchRunRecord, groupCode } from '../../src/batch/index.ts'
import { limits } from '../../src/base/limits.ts'
import { defaultThresholds } from '../../src/define/config/alert-thresholds.ts'
import { numberInName } from '../../src/jobs/index.ts'
import type { NamedWrite } from '../../src/log/index.ts'
import type { AlertCondition } from '../../src/monitor/alerts/conditions.ts'
import { RunAlerts } from '../../src/monitor/alerts/run-alerts.ts'
import { seriesText } from '../../src/monitor/series/measures.ts'
import { type SeriesReading, SeriesRecorder } from '../../src/monitor/series/recorder.ts'

export const [SAMPLE, MINUTE, HOUR] = [limits.SERIES_SAMPLE_MS, 60_000, 3_600_000]
const begin = Date.parse('2026-01-01T00:00Z')
const noReport = (report: string) => assert.fail(report)

/** The growth of series in a sample. */
type Growth = Readonly<Record<string, number>>

export const usual: Growth = {
  [seriesText('events', ['payments', 'accepted'])]: 100,
  [seriesText('deadlines', ['block', 'met'])]: 100,
  cpu_ms: 10,
}
export const silent: Growth = { cpu_ms: 10 }
export const late: Growth = {
  ...usual,
  [seriesText('deadlines', ['block', 'met'])]: 50,
  [seriesText('deadlines', ['block', 'missed'])]: 50,
}

const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const nightly = features('nightly', {
  from: payments,
  entity: card,
  place: batch('0 2 * * *', { lasts: '2h' }),
  values: () => ({ n: count('1h') }),
})
const fraud = model('fraud', { decide: on(payments), inputs: p => ({ ...nightly.of(p.card) }), score: () => rules([], 0.5) })
const block = action('block', { when: fraud.score.gte(0.5), do: () => {}, deadline: '1s' })
const { ir } = pipeline('shop', [nightly, block])
/** The pipeline under other names, as after a deployment that renames its source and its action. */
const logins = source('logins', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const takeover = model('takeover', { decide: on(logins), inputs: p => ({ id: p.id }), score: () => rules([], 0.5) })
export const renamed = pipeline('shop', [action('notice', { when: takeover.score.gte(0.5), do: () => {}, deadline: '1s' })]).ir

export const read = seriesText('freshness_decisions', ['nightly'])
export const within = seriesText('freshness_within', ['nightly'])

/** A run with a store in memory, on a clock that a test sets. */
export class SimulatedRun {
  readonly #values = new Map<string, string>()
  readonly #counts = new Map<string, number>()
  readonly #store = {
    get: (name: string) => this.#values.get(name),
    named: (prefix: string) => [...this.#values].filter(([name]) => name.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1)),
  }
  now = begin
  readonly messages: string[] = []
  readonly reports: string[] = []
  #recorder = new SeriesRecorder(this.#store, this.now, noReport)
  readonly #run = { counts: { freshness: () => [{ group: 'nightly', age: HOUR, share: 0.99 }] }, isHeldBack: false, waiting: 0 }
  #ir = ir
  #alerts = this.#started()

  /** Conditions from elsewhere. */
  reported: () => readonly AlertCondition[] = () => []

  #started(): RunAlerts {
    const thresholds = defaultThresholds
    const reported = () => this.reported()
    const onReport = (report: string) => void this.reports.push(report)
    return new RunAlerts(this.#run as never, {
      reported,
      ir: this.#ir,
      data: '.spillway',
      store: this.#store,
      thresholds,
      started: this.now,
      onReport,
    })
  }

  /** Starts the process anew, with a pipeline. */
  restart(pipelineIR = this.#ir): void {
    this.#alerts.close()
    this.#ir = pipelineIR
    this.#counts.clear()
    this.#recorder = new SeriesRecorder(this.#store, this.now, noReport)
    this.#alerts = this.#started()
  }

  /** Samples for `ms`, in each of which the measures grow so much. */
  pass(ms: number, growth: Growth): this {
    for (let passed = 0; passed < ms; passed += SAMPLE) {
      this.now += SAMPLE
      for (const [series, value] of Object.entries(growth)) this.#counts.set(series, (this.#counts.get(series) ?? 0) + value)
      const readings: SeriesReading[] = [...this.#counts]
      const { sample, put } = this.#recorder.record(this.now, readings)
      const { changes, put: alerts } = this.#alerts.judge(this.now, sample)
      for (const { alert, notice } of changes) if (notice) this.messages.push(`${notice} ${alert.id}`)
      this.#commit([...put, ...alerts])
    }
    return this
  }

  /** Puts the first result of the batch group in use. */
  swap(): void {
    const [s, swappedAt] = [begin, this.now]
    const run: Partial<BatchRunRecord> = {
      number: 1,
      group: 'nightly',
      s,
      began: s,
      ended: swappedAt,
      state: 'done',
      swapped: 9,
      swappedAt,
    }
    this.#commit([[`${BATCH_RUNS}${numberInName(1)}`, JSON.stringify({ ...run, code: groupCode(ir.groups[0], ir.sources[0]) })]])
  }

  /** Reports a failed attempt at an effect. */
  fail(number: number): void {
    channel('spillway:effect').publish({ run: this.#run, action: 'block', number, outcome: 'tried', at: this.now })
  }

  /** Reports an effect that the receiver takes past its deadline. */
  deliverLate(number: number, decidedAt: number): void {
    channel('spillway:effect').publish({
      run: this.#run,
      action: 'block',
      number,
      outcome: 'delivered',
      decidedAt,
      due: decidedAt + 1000,
      at: this.now,
    })
  }

  #commit(writes: readonly NamedWrite[]): void {
    for (const [name, value] of writes)
      if (value === null) this.#values.delete(name)
      else this.#values.set(name, value)
  }

  close(): void {
    this.#alerts.close()
  }
}
