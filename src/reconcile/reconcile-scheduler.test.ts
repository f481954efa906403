import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore } from '../../test/crash/model-store.ts'
import { pause } from '../base/clock.ts'
import { limits } from '../base/limits.ts'
import { random } from '../base/random.ts'
import { SpillwayError } from '../base/errors.ts'
import type { ReconcileInThread, ReconcileJob } from './reconcile-job.ts'
import { lastReconciliation, reconciliationsIn, reconciliationReport } from './reconciliation-ledger.ts'
import { ReconcileScheduler, type ReconcileSchedulerOptions } from './reconcile-scheduler.ts'
import type { ComparisonCounts, ReconcileReport } from './reconcile-report.ts'

const HOUR = 3_600_000
const compared = (values: number, reasons: ComparisonCounts['reasons'] = {}): ComparisonCounts => ({
  compared: values,
  equal: values,
  within: 0,
  bothAbsent: 0,
  oneAbsent: 0,
  different: 0,
  reasons,
})
const report = (upTo: number, reasons: ComparisonCounts['reasons'] = {}): ReconcileReport => ({
  decisions: upTo,
  forgotten: 0,
  otherModels: {},
  entries: upTo,
  inputs: [
    {
      model: 'm',
      input: 'n',
      recorded: compared(10, reasons),
      corrected: compared(10, reasons),
      forgotten: 0,
      unrecorded: 0,
      settled: 0,
      waiting: 0,
    },
  ],
  examples: [],
  today: [],
  upTo: { m: upTo },
  sound: reasons.unexplained === undefined,
})

/** Of a reconciliation without decisions. */
const empty = (upTo: number): ReconcileReport => ({ ...report(upTo), decisions: 0, inputs: [] })

const hourly = { kind: 'interval', every: HOUR, phase: 0 } as const

class Scheduled {
  readonly store = new ModelStore(undefined, true)
  readonly reports: string[] = []
  readonly jobs: ReconcileJob[] = []
  now = 100 * HOUR + 1
  next: ReconcileInThread = () => Promise.resolve(report(5))
  reconciling = this.opened()

  opened({ schedule }: Pick<ReconcileSchedulerOptions, 'schedule'> = { schedule: hourly }): ReconcileScheduler {
    return new ReconcileScheduler({
      pipeline: { ir: { name: 'p' } as never, fingerprint: 'f' },
      store: this.store,
      schedule,
      clock: () => this.now,
      compute: (job, signal) => {
        this.jobs.push(job)
        return this.next(job, signal)
      },
      onReport: text => void this.reports.push(text),
    })
  }

  async tick(): Promise<void> {
    this.reconciling.tick()
    await pause(1)
  }
}

test('runs when due, and each run begins where the last ended', async () => {
  const scheduled = new Scheduled()
  await scheduled.tick()
  assert.deepEqual(scheduled.jobs, [])
  scheduled.now += HOUR
  await scheduled.tick()
  await scheduled.tick()
  scheduled.now += 3 * HOUR
  scheduled.next = () => Promise.resolve(report(9, { late: 2, unexplained: 1 }))
  await scheduled.tick()
  assert.deepEqual(
    scheduled.jobs.map(({ from, decisions, ms }) => [from, decisions, ms]),
    [
      [{}, limits.RECONCILE_DECISIONS_MAX, limits.RECONCILE_MS_MAX],
      [{ m: 5 }, limits.RECONCILE_DECISIONS_MAX, limits.RECONCILE_MS_MAX],
    ],
  )
  const [first, second] = reconciliationsIn(scheduled.store)
  assert.deepEqual([first.number, first.why, first.state, first.done?.values, first.done?.sound], [1, 'schedule', 'done', 10, true])
  assert.deepEqual([second.number, second.done?.unexplained, second.done?.totals.values], [2, 1, 20])
  assert.deepEqual(second.done?.totals.reasons.corrected, { late: 2, unexplained: 1 })
  assert.deepEqual(reconciliationReport(scheduled.store, 2)?.upTo, { m: 9 })
  assert.equal(lastReconciliation(scheduled.store)?.number, 2)
  assert.deepEqual(scheduled.reports, ['reconciliation 2 found UNEXPLAINED: 1 of 10 values; spillway reconcile show 2 tells more'])
  assert.deepEqual(scheduled.reconciling.unexplained, { number: 2, values: 1 })
})

test('records a failure, and the next run continues after the last successful one', async () => {
  const scheduled = new Scheduled()
  scheduled.now += HOUR
  await scheduled.tick()
  scheduled.now += HOUR
  scheduled.next = () => Promise.reject(new SpillwayError('SPILL_RANGE', 'too wide'))
  await scheduled.tick()
  scheduled.now += HOUR
  scheduled.next = () => Promise.resolve(report(8))
  await scheduled.tick()
  assert.deepEqual(scheduled.reports, ['reconciliation 2 failed, and the next is made at its time: too wide'])
  assert.deepEqual(
    reconciliationsIn(scheduled.store).map(({ state, error }) => [state, error]),
    [
      ['done', undefined],
      ['failed', 'too wide'],
      ['done', undefined],
    ],
  )
  assert.deepEqual(scheduled.jobs[2].from, { m: 5 })
})

test('without a schedule only a request starts a run, a request meanwhile waits, and both continue where the last run ended', async () => {
  const scheduled = new Scheduled()
  scheduled.reconciling = scheduled.opened({ schedule: undefined })
  scheduled.now += 48 * HOUR
  await scheduled.tick()
  assert.deepEqual(scheduled.jobs, [])
  const requests = [scheduled.reconciling.reconcile(), scheduled.reconciling.reconcile()]
  await requests[0]
  await scheduled.tick()
  scheduled.now += 48 * HOUR
  await scheduled.tick()
  assert.deepEqual(
    (await Promise.all(requests)).map(({ number, why, state }) => [number, why, state]),
    [
      [1, 'demand', 'done'],
      [2, 'demand', 'done'],
    ],
  )
  assert.deepEqual(
    scheduled.jobs.map(({ from }) => from),
    [{}, { m: 5 }],
  )
})

test('a run that outlasts its period is followed by one run; a stop interrupts it', async () => {
  const scheduled = new Scheduled()
  const going = Promise.withResolvers<ReconcileReport>()
  scheduled.next = (_, signal) => {
    signal.addEventListener('abort', () => going.reject(new SpillwayError('SPILL_STOPPED', 'stopped')))
    return going.promise
  }
  scheduled.now += HOUR
  await scheduled.tick()
  scheduled.now += 5 * HOUR
  await scheduled.tick()
  assert.equal(scheduled.jobs.length, 1)
  await scheduled.reconciling.stop()
  await scheduled.tick()
  assert.deepEqual(
    reconciliationsIn(scheduled.store).map(({ state }) => state),
    ['broken off'],
  )
  assert.deepEqual(scheduled.reports, [])
})

test('a run that its process did not end is marked by the next process, also without a schedule', async () => {
  const scheduled = new Scheduled()
  scheduled.next = () => new Promise(() => {})
  scheduled.now += HOUR
  await scheduled.tick()
  const began = scheduled.now
  scheduled.reconciling = scheduled.opened({ schedule: undefined })
  scheduled.now += HOUR
  await scheduled.tick()
  assert.deepEqual(reconciliationsIn(scheduled.store), [{ number: 1, why: 'schedule', began, state: 'broken off' }])
  const going = Promise.withResolvers<ReconcileReport>()
  scheduled.next = () => going.promise
  const running = scheduled.reconciling.reconcile()
  await scheduled.tick()
  assert.equal(reconciliationsIn(scheduled.store)[1].state, 'running')
  going.resolve(report(5))
  await running
})

test('a run that compares nothing leaves the unexplained values of the last one; one that compares some replaces them', async () => {
  const scheduled = new Scheduled()
  const { reconciling, store } = scheduled
  const next = async (result: ReconcileReport) => {
    scheduled.now += HOUR
    scheduled.next = () => Promise.resolve(result)
    await scheduled.tick()
    const { number, ended, done } = lastReconciliation(store)!
    return [number, ended === scheduled.now, done.unexplained, done.sound, done.upTo, done.totals.values, reconciling.unexplained]
  }
  assert.deepEqual(await next(empty(3)), [1, true, 0, true, { m: 3 }, 0, undefined])
  assert.deepEqual(await next(report(5, { unexplained: 2 })), [2, true, 2, false, { m: 5 }, 10, { number: 2, values: 2 }])
  assert.deepEqual(await next(empty(7)), [2, true, 2, false, { m: 7 }, 10, { number: 2, values: 2 }])
  assert.deepEqual(await next(report(9)), [4, true, 0, true, { m: 9 }, 20, undefined])
  assert.deepEqual(
    [reconciliationsIn(store)[2].done?.unexplained, scheduled.jobs.map(({ from }) => from)],
    [0, [{}, { m: 3 }, { m: 5 }, { m: 7 }]],
  )
})

test('without a schedule, unexplained values of an earlier process are no news until a run has ended', async () => {
  const scheduled = new Scheduled()
  scheduled.now += HOUR
  scheduled.next = () => Promise.resolve(report(5, { unexplained: 2 }))
  await scheduled.tick()
  assert.deepEqual(scheduled.opened().unexplained, { number: 1, values: 2 })
  const requested = scheduled.opened({ schedule: undefined })
  assert.equal(requested.unexplained, undefined)
  scheduled.next = () => Promise.resolve(empty(5))
  await requested.reconcile()
  assert.deepEqual(requested.unexplained, { number: 1, values: 2 })
})

test('keeps the newest records and the last result with its report, and continues after it', async () => {
  const scheduled = new Scheduled()
  scheduled.now += HOUR
  await scheduled.tick()
  for (let i = 0; i < limits.RECONCILIATIONS_KEPT + 3; i++) {
    scheduled.now += HOUR
    await scheduled.tick()
  }
  const records = reconciliationsIn(scheduled.store)
  assert.ok(records.length <= limits.RECONCILIATIONS_KEPT + 1)
  assert.equal(records.at(-1)?.number, limits.RECONCILIATIONS_KEPT + 4)
  assert.equal(reconciliationReport(scheduled.store, 2), undefined)
  assert.ok(records.every(({ state }) => state === 'done'))
  scheduled.next = () => Promise.reject(new SpillwayError('SPILL_RANGE', 'too wide'))
  for (let i = 0; i < limits.RECONCILIATIONS_KEPT + 3; i++) {
    scheduled.now += HOUR
    await scheduled.tick()
  }
  const last = lastReconciliation(scheduled.store)!
  const kept = reconciliationsIn(scheduled.store).filter(({ state }) => state !== 'failed')
  assert.deepEqual(
    kept.map(({ number, state }) => [number, state]),
    [[last.number, 'done']],
  )
  assert.ok(reconciliationReport(scheduled.store, last.number), 'an alert may lead to it')
  assert.deepEqual(scheduled.jobs.at(-1)?.from, { m: 5 })
})

test('runs within two periods after any change of the clock, and never twice for one time, over 80 random clocks', async () => {
  let back = 0
  for (let seed = 1; seed <= 80; seed++) {
    const chance = random(seed)
    const scheduled = new Scheduled()
    let [elapsed, runs, last, least] = [0, 0, scheduled.now, scheduled.now]
    for (let step = 0; step < 40; step++) {
      const by = [1, 1000, HOUR / 60, HOUR / 4, HOUR / 2][Math.floor(chance() * 5)]
      // Sometimes by many hours, like a clock that was set wrong.
      const moved = chance() < 0.3 ? -by * (chance() < 0.2 ? 100 : 1) : by
      if (moved < 0) back++
      scheduled.now += moved
      elapsed = moved < 0 ? 0 : elapsed + moved
      least = Math.min(least, scheduled.now)
      await scheduled.tick()
      if (scheduled.jobs.length > runs) {
        const s = Math.floor(scheduled.now / HOUR) * HOUR
        assert.equal(scheduled.jobs.length, runs + 1)
        assert.ok(s > last || least < last - HOUR, `seed ${seed}, step ${step}`)
        ;[elapsed, runs, last, least] = [0, scheduled.jobs.length, s, scheduled.now]
      }
      assert.ok(elapsed <= 2 * HOUR + HOUR / 2, `seed ${seed}, step ${step}: none in ${elapsed / HOUR} hours`)
    }
  }
  assert.ok(back > 600)
})
