/** The autoscaler against a simple one that reads every event again in each minute. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { limits } from '../../../base/limits.ts'
import { simulateAutoscaler, type AutoscalerOptions } from './autoscaler.ts'
import { TimeCells } from './time-cells.ts'

const MINUTE = 60_000
const from = 1_700_000_000_000
const usual = { windowMs: 5 * MINUTE, restartMs: 2 * MINUTE, catchUpMs: 5 * MINUTE, stabiliseMs: MINUTE }

interface Naive {
  lags: number[]
  coreMs: number
  rescales: number
  most: number
}

/** Times from the beginning of the history, which keeps rounding small. */
function naive(arrivals: readonly number[], service: number, end: number, scaling: AutoscalerOptions): Naive {
  const arrival = arrivals.map(at => at - from)
  const until = end - from
  const { use, smallest, windowMs, restartMs, catchUpMs, stabiliseMs, divisible } = scaling
  let cores = Math.max(smallest, (service * arrival.length) / until / use)
  // At most the simulated number of servers; above it each is several cores.
  const servers = () => (divisible ? 1 : Math.min(limits.COST_SERVERS_MAX, Math.ceil(cores * (1 - 1e-9))))
  let free: number[] = new Array<number>(servers()).fill(0)
  const waiting = [...arrival]
  const result: Naive = { lags: [], coreMs: 0, rescales: 0, most: cores }
  const serve = (t: number) => {
    for (;;) {
      free.sort((a, b) => a - b)
      if (waiting.length === 0 || Math.max(waiting[0], free[0]) > t - 1e-3) return
      const at = waiting.shift()!
      free[0] = Math.max(at, free[0]) + service / (cores / free.length)
      result.lags.push(free[0] - at)
    }
  }
  let measuredFrom = 0
  for (let t = 0; t < until;) {
    const next = Math.min(t + MINUTE, until)
    serve(next)
    result.coreMs += cores * (next - t)
    t = next
    if (t - measuredFrom < windowMs) continue
    const rate = arrival.filter(at => at <= t && at > t - windowMs).length / Math.min(windowMs, t)
    const behind = arrival.filter(at => at <= t).length - result.lags.length
    const target = Math.max(smallest, (service * rate) / use + (service * behind) / catchUpMs)
    if (Math.abs(target - cores) / cores <= 0.3 + 1e-9) continue
    cores = target
    free = new Array<number>(servers()).fill(t + restartMs)
    measuredFrom = t + restartMs + stabiliseMs
    result.rescales++
    result.most = Math.max(result.most, cores)
  }
  serve(Infinity)
  return result
}

const close = (value: number, expected: number, quantity: string) =>
  assert.ok(Math.abs(value - expected) <= 1e-6 * Math.abs(expected) + 1e-2, `${quantity}: ${value}, naively ${expected}`)

/** Quiet spans and bursts. */
const bursts = fc.array(
  fc.record({
    quiet: fc.integer({ min: 0, max: 40 * MINUTE }),
    events: fc.integer({ min: 1, max: 60 }),
    gap: fc.integer({ min: 0, max: 4000 }),
  }),
  {
    minLength: 1,
    maxLength: 8,
  },
)

function arrivalsOf(bursts: readonly { quiet: number; events: number; gap: number }[]): Float64Array {
  let at = from
  return Float64Array.from(
    bursts.flatMap(({ quiet, events, gap }) => {
      at += quiet
      return Array.from({ length: events }, () => (at += gap))
    }),
  )
}

test('equals a simple simulation, and serves all events', () => {
  fc.assert(
    fc.property(
      bursts,
      fc.integer({ min: 1, max: 20_000 }),
      fc.double({ min: 0.2, max: 1, noNaN: true }),
      fc.constantFrom(0.25, 1, 3),
      fc.integer({ min: 1, max: 90 * MINUTE }),
      fc.boolean(),
      (drawn, service, use, smallest, rest, divisible) => {
        const arrival = arrivalsOf(drawn)
        const until = arrival.at(-1)! + rest
        const scaling = { ...usual, use, smallest, divisible }
        const expected = naive([...arrival], service, until, scaling)
        const result = simulateAutoscaler(arrival, service, { from, until }, scaling)
        assert.equal(result.lags.count, arrival.length)
        assert.equal(result.rescales, expected.rescales)
        close(result.coreMs, expected.coreMs, 'held')
        close(result.most, expected.most, 'most')
        close(result.lags.most, Math.max(...expected.lags), 'longest lag')
        close(result.lags.mean, expected.lags.reduce((a, b) => a + b) / expected.lags.length, 'mean lag')
        assert.ok(result.coreMs >= smallest * (until - from) * (1 - 1e-12))
      },
    ),
  )
})

test('above the limit of servers each is several cores, and proportionally faster', () => {
  const until = from + 1
  const { most, lags } = simulateAutoscaler(Float64Array.of(from), 820, { from, until }, { ...usual, use: 0.2, smallest: 0.25 })
  assert.equal(most, 4100)
  close(lags.most, 820 / (4100 / limits.COST_SERVERS_MAX), 'lag')
})

test('the demand on a shared pool is the held cores, above its smallest size', () => {
  fc.assert(
    fc.property(bursts, fc.integer({ min: 1, max: 20_000 }), (drawn, service) => {
      const arrival = arrivalsOf(drawn)
      const until = arrival.at(-1)! + 30 * MINUTE
      const { demand, coreMs } = simulateAutoscaler(arrival, service, { from, until }, { ...usual, use: 0.5, smallest: 0.001 })
      const mean = demand.reduce((sum, cores) => sum + cores, 0) / demand.length
      assert.ok(mean * (until - from) <= coreMs * (1 + 1e-9))
      assert.ok(mean * (until - from) >= coreMs - 0.001 * (until - from) - 1e-6)
    }),
  )
})

test('a steady rate holds the cores of its target use, without changes', () => {
  const until = from + 600 * MINUTE
  const arrival = Float64Array.from({ length: 36_000 }, (_, i) => from + i * 1000)
  const scaled = simulateAutoscaler(arrival, 800, { from, until }, { ...usual, use: 0.5, smallest: 0.25 })
  assert.equal(scaled.rescales, 0)
  assert.equal(scaled.most, 1.6)
  close(scaled.coreMs, 1.6 * (until - from), 'held')
})

test('scales up to a long burst, and down after it, as calculated by hand', () => {
  // An hour of nothing, an hour at 1,000 core ms a second (2 cores at half use), an hour of nothing.
  const until = from + 180 * MINUTE
  const arrival = Float64Array.from({ length: 3600 }, (_, i) => from + 60 * MINUTE + i * 1000)
  const { rescales, most, lags, backlog } = simulateAutoscaler(arrival, 1000, { from, until }, { ...usual, use: 0.5, smallest: 0.5 })
  assert.ok(rescales >= 3)
  assert.ok(most >= 2)
  // Half a core falls behind by half a second each second until the window shows it, then two minutes of restart.
  assert.ok(lags.most > 2 * MINUTE && lags.most < 20 * MINUTE)
  assert.ok(backlog > 120)
})

test('cells hold the mean of the added values', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 5_000_000 }), fc.nat(9)), { minLength: 1, maxLength: 40 }), parts => {
      const until = from + parts.reduce((sum, [span]) => sum + span, 0)
      const cells = new TimeCells({ from, until })
      const means = new Float64Array(cells.length)
      let at = from
      for (const [span, value] of parts) cells.add(means, at, (at += span), value)
      const whole = (means.reduce((sum, mean) => sum + mean, 0) / cells.length) * (until - from)
      close(
        whole,
        parts.reduce((sum, [span, value]) => sum + span * value, 0),
        'all',
      )
    }),
  )
})
