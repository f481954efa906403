/** The alerts of a run from its samples: through jumps of its clock, restarts, and sources of conditions that cannot be read. */
import assert from 'node:assert/strict'
import { channel } from 'node:diagnostics_channel'
import { test } from 'node:test'
import { batch, count, entity, features, pipeline, source, t } from '../../index.ts'
import { condition } from '../../../test/monitor/alert-desk.ts'
import { limits } from '../../base/limits.ts'
import { defaultThresholds } from '../../define/config/alert-thresholds.ts'
import { BATCH_RUNS, type BatchRunRecord, groupCode } from '../../batch/index.ts'
import { numberInName } from '../../jobs/index.ts'
import type { NamedWrite } from '../../log/index.ts'
import { seriesText } from '../series/measures.ts'
import { type SeriesReading, SeriesRecorder } from '../series/recorder.ts'
import type { AlertCondition } from './conditions.ts'
import { RunAlerts } from './run-alerts.ts'

const [SAMPLE, MINUTE, HOUR] = [limits.SERIES_SAMPLE_MS, 60_000, 3_600_000]
const begin = Date.parse('2026-01-01T00:00Z')
const noReport = (report: string) => assert.fail(report)

type Growth = Readonly<Record<string, number>>

const usual: Growth = {
  [seriesText('events', ['payments', 'accepted'])]: 100,
  [seriesText('deadlines', ['block', 'met'])]: 100,
  cpu_ms: 10,
}
const silent: Growth = { cpu_ms: 10 }
const late: Growth = { ...usual, [seriesText('deadlines', ['block', 'met'])]: 50, [seriesText('deadlines', ['block', 'missed'])]: 50 }

const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const nightly = features('nightly', {
  from: payments,
  entity: card,
  place: batch('0 2 * * *', { lasts: '2h' }),
  values: () => ({ n: count('1h') }),
})
const { ir } = pipeline('shop', [nightly])
const read = seriesText('freshness_decisions', ['nightly'])
const within = seriesText('freshness_within', ['nightly'])

/** A run with a store in memory, on a clock that a test sets. */
class SimulatedRun {
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
  #alerts = this.#started()

  /** Conditions from elsewhere. */
  reported: () => readonly AlertCondition[] = () => []

  #started(): RunAlerts {
    const thresholds = defaultThresholds
    const reported = () => this.reported()
    const onReport = (report: string) => void this.reports.push(report)
    return new RunAlerts(this.#run as never, {
      reported,
      ir,
      data: '.spillway',
      store: this.#store,
      thresholds,
      started: this.now,
      onReport,
    })
  }

  restart(): void {
    this.#alerts.close()
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
      made: decidedAt,
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

for (const [name, jump] of [
  ['back', -3 * HOUR],
  ['ahead', 3 * HOUR],
] as const) {
  test(`a clock that is set ${name} by hours opens nothing`, () => {
    const run = new SimulatedRun().pass(6 * HOUR, usual)
    run.now += jump
    run.pass(4 * HOUR, usual)
    run.now += jump
    run.pass(HOUR, usual)
    run.restart()
    run.pass(4 * HOUR, usual)
    run.close()
    assert.deepEqual(run.messages, [])
  })

  test(`after a clock was set ${name}, a receiver that fails for a moment is not down, and one that fails for long is`, () => {
    const run = new SimulatedRun().pass(HOUR, usual)
    run.now += jump
    // Before the next sample, and after it.
    for (let number = 0; number < 3; number++) run.fail(number)
    run.pass(40_000, usual)
    for (let number = 0; number < 3; number++) run.fail(number)
    assert.deepEqual(run.messages, [])
    run.pass(2 * MINUTE, { ...usual, 'effects_waiting?action=block': 1 })
    run.close()
    assert.deepEqual(run.messages, ['opened effects-block-1'])
  })

  test(`after a clock was set ${name}, faults show within their time and end with their cause`, () => {
    const run = new SimulatedRun().pass(6 * HOUR, usual)
    run.now += jump
    run.pass(20 * MINUTE, usual).pass(5 * MINUTE, silent)
    assert.deepEqual(run.messages, ['opened source-stopped-payments-1'])
    run.pass(20 * MINUTE, usual)
    run.pass(20 * MINUTE, late).pass(20 * MINUTE, usual)
    assert.deepEqual(run.messages.slice(1), ['resolved source-stopped-payments-1', 'opened deadline-block-2', 'resolved deadline-block-2'])
    // The clock passes the time of the first fault once more.
    run.pass(5 * HOUR, usual)
    run.close()
    assert.deepEqual(
      run.messages.filter(message => message.startsWith('opened')),
      ['opened source-stopped-payments-1', 'opened deadline-block-2'],
    )
  })
}

test('an alert goes on while its source of conditions cannot be read, also from the start on', () => {
  const run = new SimulatedRun()
  const lag = condition('lag', 'source', 'payments')
  run.reported = () => [lag]
  run.pass(2 * MINUTE, usual)
  const fail = (): never => {
    throw new Error('broken')
  }
  run.reported = fail
  run.pass(20 * MINUTE, usual)
  run.restart()
  run.pass(20 * MINUTE, usual)
  assert.deepEqual(
    [run.messages, new Set(run.reports)],
    [['opened lag-payments-1'], new Set(['alerts: the lag of sources cannot be judged: broken'])],
  )
  run.reported = () => []
  run.pass(6 * MINUTE, usual)
  run.close()
  assert.deepEqual(run.messages, ['opened lag-payments-1', 'resolved lag-payments-1'])
})

test('a restart soon after an outage opens nothing for the effects that came late by it', () => {
  const few = { ...usual, [seriesText('deadlines', ['block', 'met'])]: 1 }
  const run = new SimulatedRun().pass(6 * HOUR, few)
  const { now: down } = run
  const waiting = { ...silent, [seriesText('events', ['payments', 'accepted'])]: 100, 'effects_waiting?action=block': 1 }
  for (let minute = 0; minute < 30; minute++) {
    for (let number = 0; number < 50; number++) run.fail(number)
    run.pass(MINUTE, { ...waiting, [seriesText('effects', ['block', 'tried'])]: 50 / 6 })
  }
  const recover = (from: number, until: number): void => {
    for (let number = from; number < until; number++) run.deliverLate(number, down)
    run.pass(SAMPLE, { ...few, [seriesText('deadlines', ['block', 'missed'])]: until - from })
  }
  recover(0, 400)
  run.pass(12 * MINUTE, few)
  run.restart()
  recover(400, 800)
  run.pass(HOUR, few)
  assert.deepEqual(run.messages, ['opened effects-block-1', 'resolved effects-block-1'])
  // Effects that are late for another reason are not explained.
  run.pass(20 * MINUTE, late)
  run.close()
  assert.deepEqual(run.messages.slice(2), ['opened deadline-block-2'])
})

test('decisions before the first result of a batch group open nothing, neither at its swap nor after a restart', () => {
  const run = new SimulatedRun().pass(HOUR, { ...usual, [read]: 10, [within]: 0 })
  run.swap()
  run.pass(10 * MINUTE, { ...usual, [read]: 10, [within]: 10 })
  run.restart()
  run.pass(HOUR, { ...usual, [read]: 10, [within]: 10 })
  assert.deepEqual(run.messages, [])
  run.pass(20 * MINUTE, { ...usual, [read]: 10, [within]: 0 })
  run.close()
  assert.deepEqual(run.messages, ['opened freshness-nightly-1'], 'later ones do')
})
