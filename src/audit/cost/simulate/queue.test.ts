/** Simulated queues against a simple simulation, and against theory where it applies. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { random } from '../../../base/random.ts'
import { LagHistogram } from './lag-histogram.ts'
import { serversOf, simulatePartitionedQueues, simulatePooledQueue, type QueueResult } from './queue.ts'

const traces = fc
  .array(
    fc.record({ gap: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 3_000_000 })), key: fc.nat(9) }),
    {
      maxLength: 120,
    },
  )
  .map(events => {
    let at = 1_700_000_000_000
    return { arrival: Float64Array.from(events, ({ gap }) => (at += gap)), key: Uint32Array.from(events, ({ key }) => key) }
  })

/** Every event looks for the server that is free first. */
function naive(arrival: ArrayLike<number>, service: (i: number) => number, servers: number): { begins: number[]; ends: number[] } {
  const free = new Array<number>(servers).fill(-Infinity)
  const begins: number[] = []
  const ends = Array.from(arrival, (at, i) => {
    free.sort((a, b) => a - b)
    begins.push(Math.max(at, free[0]))
    return (free[0] = begins[i] + service(i))
  })
  return { begins, ends }
}

const waiting = (arrival: Float64Array, begins: readonly number[]): number =>
  Math.max(0, ...begins.map((begin, i) => arrival.filter((at, j) => j > i && at <= begin).length))

function same({ lags }: QueueResult, arrival: Float64Array, ends: readonly number[]): void {
  assert.equal(lags.count, arrival.length)
  if (arrival.length === 0) return
  const exact = ends.map((end, i) => end - arrival[i]).sort((a, b) => a - b)
  assert.ok(Math.abs(lags.mean - exact.reduce((a, b) => a + b) / exact.length) < 1e-2)
  assert.ok(Math.abs(lags.most - exact.at(-1)!) < 1e-2)
  for (const q of [0, 0.5, 0.9, 1]) {
    const rank = exact[Math.max(1, Math.ceil(q * exact.length)) - 1]
    assert.ok(lags.quantile(q) >= rank - 1e-2 && lags.quantile(q) <= rank * (1 + 2 ** -7) + 1e-2, `${q}: ${lags.quantile(q)} for ${rank}`)
  }
}

test('one queue for k servers equals a list of free times', () => {
  fc.assert(
    fc.property(traces, fc.integer({ min: 1, max: 6 }), fc.double({ min: 0, max: 40, noNaN: true }), ({ arrival }, servers, service) => {
      const served = simulatePooledQueue(arrival, service, servers)
      const { begins, ends } = naive(arrival, () => service, servers)
      same(served, arrival, ends)
      if (Number.isInteger(service)) assert.equal(served.backlog, waiting(arrival, begins))
    }),
  )
})

test('events may take different times, and waiting is counted', () => {
  fc.assert(
    fc.property(
      traces,
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.nat(30), { minLength: 120, maxLength: 120 }),
      ({ arrival }, servers, services) => {
        const served = simulatePooledQueue(arrival, Float64Array.from(services), servers)
        const { begins, ends } = naive(arrival, i => services[i], servers)
        same(served, arrival, ends)
        assert.equal(served.backlog, waiting(arrival, begins))
      },
    ),
  )
})

test('partitions are separate queues', () => {
  fc.assert(
    fc.property(traces, fc.integer({ min: 1, max: 5 }), fc.nat(30), ({ arrival, key }, partitions, service) => {
      const ends = new Array<number>(arrival.length)
      let backlog = 0
      for (let p = 0; p < partitions; p++) {
        const own = [...arrival.keys()].filter(i => key[i] % partitions === p)
        const times = Float64Array.from(own, i => arrival[i])
        const queue = naive(times, () => service, 1)
        for (const [row, i] of own.entries()) ends[i] = queue.ends[row]
        backlog = Math.max(backlog, waiting(times, queue.begins))
      }
      const served = simulatePartitionedQueues(arrival, key, service, partitions)
      same(served, arrival, ends)
      assert.equal(served.backlog, backlog)
    }),
  )
})

test('more servers delay nothing, and partitions are never faster than one queue', () => {
  fc.assert(
    fc.property(traces, fc.integer({ min: 1, max: 5 }), fc.nat(30), ({ arrival, key }, servers, service) => {
      if (arrival.length === 0) return
      const [few, more] = [simulatePooledQueue(arrival, service, servers), simulatePooledQueue(arrival, service, servers + 1)]
      assert.ok(more.lags.mean <= few.lags.mean + 1e-6)
      assert.ok(more.lags.most <= few.lags.most + 1e-6)
      assert.ok(more.backlog <= few.backlog)
      assert.ok(simulatePartitionedQueues(arrival, key, service, servers).lags.mean >= few.lags.mean - 1e-6)
    }),
  )
})

const EVENTS = 300_000

/** Poisson arrivals with mean interval 1 ms / `load`, and exponential services of mean 1 ms. */
function poisson(load: number, seed: number): { arrival: Float64Array; exponential: Float64Array } {
  const chance = random(seed)
  const exponential = () => -Math.log(1 - chance())
  let at = 0
  const arrival = Float64Array.from({ length: EVENTS }, () => (at += exponential() / load))
  return { arrival, exponential: Float64Array.from({ length: EVENTS }, exponential) }
}

const near = (value: number, expected: number, part: number) =>
  assert.ok(Math.abs(value / expected - 1) < part, `${value} where theory says ${expected}`)

test('Poisson arrivals wait as the formula of Pollaczek and Khinchine says', () => {
  for (const load of [0.3, 0.6, 0.8]) {
    const { arrival, exponential } = poisson(load, 11)
    near(simulatePooledQueue(arrival, 1, 1).lags.mean - 1, load / (2 * (1 - load)), 0.05)
    near(simulatePooledQueue(arrival, exponential, 1).lags.mean, 1 / (1 - load), 0.05)
  }
})

test('at three servers they wait as the formula of Erlang says', () => {
  const load = 2.4
  const { arrival, exponential } = poisson(load, 5)
  const all = load ** 3 / 6 / (1 - load / 3)
  const waits = all / (1 + load + load ** 2 / 2 + all)
  near(simulatePooledQueue(arrival, exponential, 3).lags.mean - exponential.reduce((a, b) => a + b) / EVENTS, waits / (3 - load), 0.06)
})

test('bursts wait far longer than a formula of mean and variance predicts', () => {
  // One million events of 1 ms: 1,000 at once every 1,250 ms, at a load of 0.8.
  const arrival = Float64Array.from({ length: 200_000 }, (_, i) => Math.floor(i / 1000) * 1250)
  near(simulatePooledQueue(arrival, 1, 1).lags.mean - 1, 499.5, 1e-9)
})

test('no events take no time', () => {
  const none = simulatePooledQueue(new Float64Array(0), 5, 2)
  assert.deepEqual([none.lags.count, none.backlog, none.lags.quantile(0.5)], [0, 0, NaN])
  assert.equal(simulatePartitionedQueues(new Float64Array(0), new Uint32Array(0), 5, 3).lags.count, 0)
})

test('services far below a millisecond add up, years after the epoch', () => {
  const arrival = new Float64Array(1_000_000).fill(1_700_000_000_123)
  near(simulatePooledQueue(arrival, 1e-4, 1).lags.most, 100, 1e-6)
})

test('lags are counted to 1 in 128, zeros exactly', () => {
  const lags = new LagHistogram()
  for (const ms of [0, 0, 0.001, 250, 86_400_000]) lags.add(ms)
  assert.equal(lags.quantile(0.4), 0)
  for (const [q, exact] of [
    [0.6, 0.001],
    [0.8, 250],
    [1, 86_400_000],
  ] as const) {
    assert.ok(lags.quantile(q) >= exact * (1 - 1e-7) && lags.quantile(q) <= exact * (1 + 2 ** -7))
  }
  assert.equal(lags.most, 86_400_000)
})

test('servers are as many as cores, up to a limit, and one if work is divisible', () => {
  assert.deepEqual(
    [0.25, 1, 1.5, 4096, 1e9].map(cores => serversOf(cores, false)),
    [1, 1, 2, 4096, 4096],
  )
  assert.equal(serversOf(7.5, true), 1)
})
