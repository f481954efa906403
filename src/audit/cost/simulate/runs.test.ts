/** Batch runs against runs computed one by one; rates against counted minutes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { dueTimes, eventsOfRuns, meanPeriod, simulateBatchRuns } from './runs.ts'
import { rateQuantile } from './time-cells.ts'

const from = 1_700_000_000_000
const HOUR = 3_600_000

const close = (value: number, expected: number, quantity: string) =>
  assert.ok(
    value === expected || Math.abs(value - expected) <= 1e-9 * Math.abs(expected) + 1e-4,
    `${quantity}: ${value}, naively ${expected}`,
  )

const gaps = (max: number) => fc.array(fc.integer({ min: 0, max }), { maxLength: 60 })
const ascending = (start: number, gaps: readonly number[]): Float64Array => {
  let at = start
  return Float64Array.from(gaps, gap => (at += gap))
}

test('a run reads the events since the last run, or as far back as it reaches', () => {
  fc.assert(
    fc.property(gaps(HOUR), gaps(5 * HOUR), fc.integer({ min: 1, max: 20 * HOUR }), (events, runs, reach) => {
      const arrival = ascending(from, events)
      const due = ascending(from, runs)
      const until = from + 100 * HOUR
      const rate = arrival.length / (100 * HOUR)
      const between = (after: number, upto: number) => arrival.filter(at => at > after && at <= upto).length
      const again = eventsOfRuns(arrival, due, { reach }, { from, until }, HOUR)
      const since = eventsOfRuns(arrival, due, 'since the last', { from, until }, HOUR)
      for (const [run, time] of due.entries()) {
        const unknown = (begin: number) => Math.max(0, from - begin) * rate
        close(again[run], between(time - reach, time) + unknown(time - reach), 'a window')
        close(since[run], run === 0 ? between(-Infinity, time) + unknown(time - HOUR) : between(due[run - 1], time), 'what is new')
      }
      assert.deepEqual(
        eventsOfRuns(arrival, due, { reach: Infinity }, { from, until }, HOUR),
        due.map(time => between(-Infinity, time)),
      )
    }),
  )
})

test('a daily window that is read hourly reads each event 24 times', () => {
  const arrival = Float64Array.from({ length: 24 * 100 }, (_, i) => from + i * HOUR + 1)
  const due = Float64Array.from({ length: 2000 }, (_, i) => from + (i + 1) * HOUR)
  const reads = eventsOfRuns(arrival, due, { reach: 24 * HOUR }, { from, until: from + 2400 * HOUR }, HOUR)
  assert.ok(reads.every(count => Math.abs(count - 24) < 1e-9))
})

test('runs wait for one another, and hold cores while they start and work', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: HOUR }), fc.nat(5000)), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 2000 }),
      fc.integer({ min: 0, max: 300_000 }),
      fc.integer({ min: 1, max: HOUR }),
      (runs, service, start, lasts) => {
        const due = ascending(
          from,
          runs.map(([gap]) => gap),
        )
        const events = Float64Array.from(runs, ([, count]) => count)
        const result = simulateBatchRuns({ due, events, service, start, lasts, smallest: 0.5 })
        const most = Math.max(...events) * service
        close(result.coresIfStaying, Math.max(0.5, most / lasts), 'cores that stay')
        if (lasts <= start) return assert.equal(result.cores, Infinity)
        close(result.cores, Math.max(0.5, most / (lasts - start)), 'cores')
        let [end, coreMs, late] = [-Infinity, 0, 0]
        const lags = runs.map(([, count], run) => {
          const begin = Math.max(end, due[run])
          if (begin > due[run]) late++
          const takes = start + (count * service) / result.cores
          end = begin + takes
          coreMs += takes * result.cores
          return end - due[run]
        })
        assert.equal(result.late, late)
        close(result.work, events.reduce((sum, count) => sum + count, 0) * service, 'work')
        assert.ok(Math.abs(result.coreMs - coreMs) <= 1e-6 * coreMs + 1, `${result.coreMs}, naively ${coreMs}`)
        assert.ok(Math.abs(result.lags.most - Math.max(...lags)) < 1)
        assert.ok(lags.every((_, run) => events[run] === 0 || start + (events[run] * service) / result.cores <= lasts * (1 + 1e-12)))
      },
    ),
  )
})

test('the rate that most minutes do not exceed, with quiet minutes', () => {
  fc.assert(
    fc.property(gaps(200_000), fc.integer({ min: 1, max: 50 }), fc.constantFrom(0.5, 0.9, 0.99, 1), (events, minutes, q) => {
      const until = from + minutes * 60_000
      const arrival = ascending(from, events).filter(at => at <= until)
      const counts = new Array<number>(minutes).fill(0)
      for (const at of arrival) counts[Math.min(minutes - 1, Math.floor((at - from) / 60_000))]++
      const sorted = counts.sort((a, b) => a - b)
      const expected = Math.max(sorted[Math.max(1, Math.ceil(q * minutes)) - 1] / 60_000, arrival.length / (until - from))
      close(rateQuantile(arrival, { from, until }, q), expected, 'rate')
    }),
  )
})

test('a schedule has a period, and runs in a history; rejects too many', () => {
  const night = { kind: 'cron', cron: '0 2 * * *', zone: 'UTC' } as const
  assert.equal(meanPeriod(night, from), 24 * HOUR)
  assert.equal(meanPeriod({ kind: 'cron', cron: '0 2 * * 1', zone: 'UTC' }, from), 7 * 24 * HOUR)
  assert.equal(dueTimes(night, { from, until: from + 48 * HOUR }, 24 * HOUR).length, 2)
  assert.throws(() => meanPeriod({ kind: 'cron', cron: '0 0 30 2 *', zone: 'UTC' }, from), {
    code: 'SPILL_INPUT',
    message: /due less than twice a year/,
  })
  const second = { kind: 'interval', every: 1000, phase: 0 } as const
  assert.throws(() => dueTimes(second, { from, until: from + 365 * 24 * HOUR }, 1000), {
    code: 'SPILL_LIMIT',
    message: /COST_RUNS_MAX.*stream it/,
  })
})
