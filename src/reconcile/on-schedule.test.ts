import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore } from '../../test/crash/model-store.ts'
import { pause } from '../base/clock.ts'
import { limits } from '../base/limits.ts'
import { random } from '../base/random.ts'
import { SpillwayError } from '../base/errors.ts'
import type { ReconcileBeside, ReconcileJob } from './job.ts'
import { lastReconciliation, reconciliationsIn, reportOf } from './ledger.ts'
import { Reconciling } from './on-schedule.ts'
import type { Compared, ReconcileReport } from './report.ts'

const HOUR = 3_600_000
const compared = (values: number, reasons: Compared['reasons'] = {}): Compared => ({
  compared: values,
  equal: values,
  within: 0,
  bothAbsent: 0,
  oneAbsent: 0,
  different: 0,
  reasons,
})
const report = (upTo: number, reasons: Compared['reasons'] = {}): ReconcileReport => ({
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

class Scheduled {
  readonly store = new ModelStore(undefined, true)
  readonly said: string[] = []
  readonly jobs: ReconcileJob[] = []
  now = 100 * HOUR + 1
  next: ReconcileBeside = () => Promise.resolve(report(5))
  reconciling = this.opened()

  opened(): Reconciling {
    return new Reconciling({
      pipeline: { ir: { name: 'p' } as never, fingerprint: 'f' },
      store: this.store,
      schedule: { kind: 'interval', every: HOUR, phase: 0 },
      clock: () => this.now,
      compute: (job, signal) => {
        this.jobs.push(job)
        return this.next(job, signal)
      },
      onReport: text => void this.said.push(text),
    })
  }

  async tick(): Promise<void> {
    this.reconciling.tick()
    await pause(1)
  }
}

test('one is made when its time has come, and each begins where the last ended', async () => {
  const of = new Scheduled()
  await of.tick()
  assert.deepEqual(of.jobs, [])
  of.now += HOUR
  await of.tick()
  await of.tick()
  of.now += 3 * HOUR
  of.next = () => Promise.resolve(report(9, { late: 2, unexplained: 1 }))
  await of.tick()
  assert.deepEqual(
    of.jobs.map(({ from, decisions, ms }) => [from, decisions, ms]),
    [
      [{}, limits.RECONCILE_DECISIONS_MAX, limits.RECONCILE_MS_MAX],
      [{ m: 5 }, limits.RECONCILE_DECISIONS_MAX, limits.RECONCILE_MS_MAX],
    ],
  )
  const [first, second] = reconciliationsIn(of.store)
  assert.deepEqual([first.number, first.state, first.done?.values, first.done?.sound], [1, 'done', 10, true])
  assert.deepEqual([second.number, second.done?.unexplained, second.done?.totals.values], [2, 1, 20])
  assert.deepEqual(second.done?.totals.reasons.corrected, { late: 2, unexplained: 1 })
  assert.deepEqual(reportOf(of.store, 2)?.upTo, { m: 9 })
  assert.equal(lastReconciliation(of.store)?.number, 2)
  assert.deepEqual(of.said, ['reconciliation 2 found UNEXPLAINED: 1 of 10 values; spillway reconcile show 2 tells more'])
  assert.deepEqual(of.reconciling.unexplained, { number: 2, values: 1 })
})

test('one that fails is told and kept, and the next goes on where the last good one ended', async () => {
  const of = new Scheduled()
  of.now += HOUR
  await of.tick()
  of.now += HOUR
  of.next = () => Promise.reject(new SpillwayError('SPILL_RANGE', 'too wide'))
  await of.tick()
  of.now += HOUR
  of.next = () => Promise.resolve(report(8))
  await of.tick()
  assert.deepEqual(of.said, ['reconciliation 2 failed: too wide'])
  assert.deepEqual(
    reconciliationsIn(of.store).map(({ state, error }) => [state, error]),
    [
      ['done', undefined],
      ['failed', 'too wide'],
      ['done', undefined],
    ],
  )
  assert.deepEqual(of.jobs[2].from, { m: 5 })
})

test('one that outlasts its period is followed by one; a stop breaks it off', async () => {
  const of = new Scheduled()
  const going = Promise.withResolvers<ReconcileReport>()
  of.next = (_, signal) => {
    signal.addEventListener('abort', () => going.reject(new SpillwayError('SPILL_STOPPED', 'stopped')))
    return going.promise
  }
  of.now += HOUR
  await of.tick()
  of.now += 5 * HOUR
  await of.tick()
  assert.equal(of.jobs.length, 1)
  await of.reconciling.stop()
  await of.tick()
  assert.deepEqual(
    reconciliationsIn(of.store).map(({ state }) => state),
    ['broken off'],
  )
  assert.deepEqual(of.said, [])
})

test('one that a process did not end was broken off, and the ledger keeps the newest', async () => {
  const of = new Scheduled()
  of.next = () => new Promise(() => {})
  of.now += HOUR
  await of.tick()
  of.reconciling = of.opened()
  of.next = () => Promise.resolve(report(5))
  for (let i = 0; i < limits.RECONCILIATIONS_KEPT + 3; i++) {
    of.now += HOUR
    await of.tick()
  }
  const kept = reconciliationsIn(of.store)
  assert.ok(kept.length <= limits.RECONCILIATIONS_KEPT + 1)
  assert.equal(kept.at(-1)?.number, limits.RECONCILIATIONS_KEPT + 4)
  assert.equal(reportOf(of.store, 2), undefined)
  assert.ok(kept.every(({ state }) => state === 'done'))
})

test('however the clock is set, one is made within two periods after that, and none twice of a time that the clock was not set back behind: 80 random clocks', async () => {
  let back = 0
  for (let seed = 1; seed <= 80; seed++) {
    const chance = random(seed)
    const of = new Scheduled()
    let [passed, made, last, least] = [0, 0, of.now, of.now]
    for (let step = 0; step < 40; step++) {
      const by = [1, 1000, HOUR / 60, HOUR / 4, HOUR / 2][Math.floor(chance() * 5)]
      // Now and then by many hours, as of a clock that was set wrong.
      const moved = chance() < 0.3 ? -by * (chance() < 0.2 ? 100 : 1) : by
      if (moved < 0) back++
      of.now += moved
      passed = moved < 0 ? 0 : passed + moved
      least = Math.min(least, of.now)
      await of.tick()
      if (of.jobs.length > made) {
        const s = Math.floor(of.now / HOUR) * HOUR
        assert.equal(of.jobs.length, made + 1)
        assert.ok(s > last || least < last - HOUR, `seed ${seed}, step ${step}`)
        ;[passed, made, last, least] = [0, of.jobs.length, s, of.now]
      }
      assert.ok(passed <= 2 * HOUR + HOUR / 2, `seed ${seed}, step ${step}: none in ${passed / HOUR} hours`)
    }
  }
  assert.ok(back > 600)
})
