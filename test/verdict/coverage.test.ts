import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coverageHolds, coverageOf, covered } from './coverage.ts'
import { holds } from './prove.ts'
import { worlds } from './worlds.ts'

test('intervals cover what they claim, in each world at each number of clusters', () => {
  const progressLines: string[] = []
  const lines = coverageOf(3, 1, line => progressLines.push(line))
  assert.deepEqual([lines.length, progressLines.length], [4 * worlds.length, 4 * worlds.length])
  assert.ok(coverageHolds(lines, 3), JSON.stringify(lines))
})

test('found: intervals that take decisions for independent of each other', () => {
  const world = worlds.find(({ name }) => name === 'entities and shocks')!
  assert.ok(coverageHolds([covered(world, 50, 30, 1)], 30))
  assert.ok(!coverageHolds([covered(world, 50, 30, 1, { blind: true })], 30))
})

test('found: shocks that outlast blocks of time of which nothing says how long they are', () => {
  const world = worlds.find(({ lasting }) => lasting > 1)!
  const [lengthened, missed] = [false, true].map(stuck => covered(world, 50, 60, 2, { stuck }))
  assert.ok(coverageHolds([lengthened], 60), JSON.stringify(lengthened))
  assert.ok(!coverageHolds([missed], 60), JSON.stringify(missed))
})

test('coverage must be within its bounds, give or take chance, in each world and on the whole', () => {
  const line = (world: string, clusters: number, pointwise: number, simultaneous = 0.95) => ({
    world,
    clusters,
    effective: clusters,
    pointwise,
    simultaneous,
  })
  assert.ok(coverageHolds([line('a', 50, 0.93), line('a', 200, 0.97), line('a', 20, 0.5)], 1000))
  assert.ok(coverageHolds([line('a', 50, 0.92), line('b', 50, 0.95)], 1000))
  assert.ok(!coverageHolds([line('a', 50, 0.9), line('b', 50, 0.96)], 1000))
  assert.ok(!coverageHolds([line('a', 200, 0.99)], 1000))
  assert.ok(!coverageHolds([line('a', 200, 0.95, 0.91)], 1000))
  // Each of them might be chance, all of them not.
  const all = Array.from({ length: 7 }, (_, i) => line(String(i), 50, 0.92))
  assert.ok(!coverageHolds(all, 1000))
})

test('the proof holds where each of its parts does', () => {
  const audits = {
    cases: 1000,
    reports: 5000,
    falseStreams: 0,
    falseShare: 0,
    falseOfLuck: 0,
    luckShare: 0,
    falseChanges: 0,
    decidedRight: 1,
    redundant: 1000,
    complementary: 1000,
    worth: [{ times: 5, right: 1000, wrong: 0, undecided: 0 }],
    seed: 1,
    failures: [],
    scores: [],
    falseBatches: 0,
    failed: [],
  }
  const coverage = [{ world: 'a', clusters: 50, effective: 50, pointwise: 0.95, simultaneous: 0.95 }]
  const threads = { cases: 50, different: 0, reports: 50, plans: 1000, triggers: { on: 20, every: 20, request: 10 }, seed: 1, failures: [] }
  assert.ok(holds({ ...audits, coverage, threads }))
  assert.ok(!holds({ ...audits, coverage: [{ ...coverage[0], pointwise: 0.8 }], threads }))
  assert.ok(!holds({ ...audits, falseStreams: 2000, coverage, threads }))
  assert.ok(!holds({ ...audits, coverage, threads: { ...threads, different: 1 } }))
  const scores = [{ kind: 'plain', reports: 1000, falseBatches: 60, falseStreams: 0, rightBatches: 0, contradictions: 0 } as const]
  assert.ok(!holds({ ...audits, scores, coverage, threads }))
})
