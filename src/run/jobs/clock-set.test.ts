/**
 * The schedulers of a run under a clock that is set forward and back at random: each makes what is due, once, and after a failure waits for
 * its delay of elapsed time.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { computeHere } from '../../../test/batch/compute-here.ts'
import { DrivenRun } from '../../../test/batch/driven-run.ts'
import { scratchFolder } from '../../../test/scratch.ts'
import { pause } from '../../base/clock.ts'
import { SpillwayError } from '../../base/errors.ts'
import { random } from '../../base/random.ts'
import { batch, count, entity, every, features, file, labelFrom, model, on, pipeline, report, source, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const backs = source('backs', { schema: { payment: t.string(), fraud: t.bool(), at: t.timestamp() }, key: 'payment', time: 'at' })
const usual = features('usual', {
  from: payments,
  entity: card,
  place: batch(every('10m'), { lasts: '0ms' }),
  values: () => ({ n: count('1h') }),
})
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ n: usual.of(p.card).n }),
  label: labelFrom(backs, { join: 'payment', value: b => b.fraud, negativeAfter: '1d' }),
  train: { algorithm: 'logistic', every: '10m' },
})
const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000]
const PERIOD = 10 * MINUTE
const start = Date.parse('2026-01-05T00:00Z')
const folder = scratchFolder('clock-set')
const shop = pipeline('shop', [
  fraud,
  report('list', { of: { usual }, at: every('10m'), live: '1d', to: file(join(folder, '{date}T{time}.csv')) }),
])

interface Attempt {
  readonly s: number
  readonly isDone: boolean
}

/** A model of a scheduler, written from docs/reference/cli.md without the scheduler's code. */
class Expected {
  #done = -Infinity
  #latest = -Infinity
  #failures = 0
  #passed = Infinity

  /** The time of the job that starts now, if there is one. `forward`: forward movement of the clock. */
  due(clock: number, forward: number): number | undefined {
    this.#passed += forward
    const now = Math.max(clock, this.#latest + 1)
    const s = Math.floor((now - 1) / PERIOD) * PERIOD
    const pause = Math.min(SECOND * 2 ** (this.#failures - 1), 5 * MINUTE)
    return s > this.#done && (this.#failures === 0 || this.#passed >= pause) ? s : undefined
  }

  record({ s, isDone }: Attempt): void {
    this.#latest = Math.max(this.#latest, s)
    if (isDone) this.#done = s
    this.#failures = isDone ? 0 : this.#failures + 1
    this.#passed = 0
  }
}

const STEPS = [1, 200, SECOND, 1500, 3 * SECOND, 30 * SECOND, MINUTE, 5 * MINUTE, PERIOD, HOUR]

type Attempts = Record<'batch' | 'report' | 'training', Attempt[]>

/** A run with one event, and the jobs that it tried. `isDrawnDone` says how each ends. */
async function opened(isDrawnDone: () => boolean): Promise<{ driven: DrivenRun; attempts: Attempts }> {
  const attempts: Attempts = { batch: [], report: [], training: [] }
  const attempted = (of: keyof Attempts, s: number): boolean => {
    const isDone = isDrawnDone()
    attempts[of].push({ s, isDone })
    return isDone
  }
  const driven = new DrivenRun(shop, {
    start,
    now: 0,
    computing: store => (job, sink, signal) =>
      attempted('batch', job.asOf) ? computeHere(store)(job, sink, signal) : Promise.reject(new Error('as drawn')),
    besides: () => ({
      reporting: {
        folder,
        make: job => (attempted('report', job.s) ? Promise.resolve({ rows: 0 } as never) : Promise.reject(new Error('as drawn'))),
      },
      // A training on events without labels counts as done.
      train: ({ at }) =>
        Promise.reject(attempted('training', at) ? new SpillwayError('SPILL_TRAINING', 'as drawn') : new Error('as drawn')),
    }),
  })
  await driven.run.submit('payments', recordBatchOf([{ id: '1', card: 'a', at: start }]))
  return { driven, attempts }
}

async function drive(seed: number): Promise<number> {
  const chance = random(seed)
  const fails = [0.3, 0.6, 0.9][seed % 3]
  const {
    driven: { run, to, reports },
    attempts,
  } = await opened(() => chance() >= fails)
  const expected = { batch: new Expected(), report: new Expected(), training: new Expected() }
  let clock = PERIOD
  let [all, back] = [0, 0]
  for (let step = 0; step < 50; step++) {
    const isBack = chance() < 0.3
    const by = STEPS[Math.floor(chance() * STEPS.length)] * (isBack ? -1 - Math.floor(chance() * 30) : 1)
    const moved = Math.max(PERIOD + 1, clock + by)
    const forward = Math.max(0, moved - clock)
    if (moved < clock) back++
    clock = moved
    await to(clock, 3)
    for (const [name, jobAttempts] of Object.entries(attempts) as [keyof Attempts, Attempt[]][]) {
      const due = expected[name].due(start + clock, forward)
      const where = `seed ${seed}, step ${step}, ${name} at ${new Date(start + clock).toISOString()}`
      assert.deepEqual(
        jobAttempts.map(({ s }) => new Date(s).toISOString()),
        due === undefined ? [] : [new Date(due).toISOString()],
        where,
      )
      for (const attempt of jobAttempts) expected[name].record(attempt)
      all += jobAttempts.length
      jobAttempts.length = 0
    }
  }
  assert.ok(back > 0 && reports.length > 0)
  await run.stop()
  return all
}

test('batch runs, reports and trainings start when due and are retried after their delay, however the clock is set: 40 random clocks', async () => {
  let all = 0
  for (let seed = 1; seed <= 40; seed++) all += await drive(seed)
  assert.ok(all > 1000, `${all} attempts`)
})

test('at the exact scheduled time nothing is due yet, so waiting for what is due by then does not block', async () => {
  const {
    driven: { run, to },
    attempts,
  } = await opened(() => true)
  const periods = () => Object.values(attempts).map(each => each.map(({ s }) => (s - start) / PERIOD))
  await to(PERIOD + 1)
  assert.deepEqual(periods(), [[1], [1], [1]])
  await to(2 * PERIOD)
  let isQuiet = false
  const quiet = run.whenIdle(start + 2 * PERIOD).then(() => (isQuiet = true))
  for (let i = 0; i < 50; i++) await pause(1)
  assert.ok(isQuiet, 'what is of this moment may have more to come')
  assert.deepEqual(periods(), [[1], [1], [1]])
  await quiet
  await to(2 * PERIOD + 1)
  assert.deepEqual(periods(), [
    [1, 2],
    [1, 2],
    [1, 2],
  ])
  await run.stop()
})

test('a requested report does not wait for a clock that is set back meanwhile', async () => {
  const {
    driven: { run, to },
  } = await opened(() => true)
  await to(3 * PERIOD)
  const request = run.report('list')
  await to(2 * PERIOD)
  assert.equal((await request).s, start + 3 * PERIOD)
  await run.stop()
})
