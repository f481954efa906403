import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { limits } from '../../base/limits.ts'
import { random } from '../../base/random.ts'
import type { Block } from '../../columns/block.ts'
import { count, entity, features, linear, model, on, partial, pipeline, source, stream, t } from '../../index.ts'
import type { Segment } from '../../log/segment.ts'
import { FRESHNESS, FreshnessTracker, IngestionDelays, RecentCounts } from './freshness.ts'
import { ObjectivesFile, writeObjectives, type Objectives } from './objectives.ts'

const { FRESHNESS_BUCKET_MS: MINUTE, FRESHNESS_WINDOW_MS: HOUR } = limits

test('counts equal those of a full list over the last hour, by minutes', () => {
  const next = random(7)
  for (let drawn = 0; drawn < 50; drawn++) {
    const counts = new RecentCounts()
    const all: { at: number; decisions: number; within: number }[] = []
    let now = Math.floor(next() * 10 * HOUR)
    for (let i = 0; i < 200; i++) {
      now += Math.floor(next() ** 4 * 2 * HOUR)
      const decisions = Math.floor(next() * 5)
      const within = Math.floor(next() * (decisions + 1))
      counts.add(now, { decisions, within })
      all.push({ at: now, decisions, within })
      const at = now + Math.floor(next() ** 4 * HOUR)
      const recent = all.filter(one => Math.floor(one.at / MINUTE) > Math.floor(at / MINUTE) - HOUR / MINUTE)
      const sum = (of: 'decisions' | 'within') => recent.reduce((total, one) => total + one[of], 0)
      assert.deepEqual(counts.at(at), { decisions: sum('decisions'), within: sum('within') })
    }
  }
})

/** Events by arrival and ingestion delay. */
function blockOf(events: readonly (readonly [arrival: number, delay: number])[]): Block {
  return {
    length: events.length,
    time: Float64Array.from(events, ([arrival, delay]) => arrival - delay),
    arrival: Float64Array.from(events, ([arrival]) => arrival),
    sourcePosition: new Float64Array(events.length),
    columns: {},
  }
}

test('the delay is that of the newest event, whatever older ones follow', () => {
  const delays = new IngestionDelays()
  assert.equal(delays.delayOf('a'), 0)
  delays.add('a', blockOf([]))
  assert.equal(delays.delayOf('a'), 0)
  delays.add('a', blockOf([[100, 5]]))
  assert.equal(delays.delayOf('a'), 5)
  delays.add('a', blockOf([[101, 90]]))
  assert.equal(delays.delayOf('a'), 6)
  delays.add(
    'a',
    blockOf([
      [400, 30],
      [400, 2],
    ]),
  )
  assert.equal(delays.delayOf('a'), 2)
  assert.equal(delays.delayOf('b'), 0)
})

test('the delay does not depend on how events are cut into segments', () => {
  const next = random(9)
  for (let drawn = 0; drawn < 100; drawn++) {
    let arrival = 0
    const events = Array.from({ length: 30 }, () => [(arrival += Math.floor(next() * 50)), Math.floor(next() ** 3 * 500)] as const)
    const [whole, parts] = [new IngestionDelays(), new IngestionDelays()]
    whole.add('a', blockOf(events))
    for (let from = 0; from < events.length;) {
      const to = from + 1 + Math.floor(next() * 5)
      parts.add('a', blockOf(events.slice(from, to)))
      from = to
    }
    assert.equal(parts.delayOf('a'), whole.delayOf('a'))
    assert.equal(whole.delayOf('a'), arrival - Math.max(...events.map(([at, delay]) => at - delay)))
  }
})

const [card, shop] = [entity('card', t.string()), entity('shop', t.string())]
const payments = source('payments', { schema: { card, payee: card, shop, at: t.timestamp() }, key: 'card', time: 'at' })
const now = features('now', { from: payments, entity: card, key: p => p.card, place: stream, values: () => ({ n: count('1h') }) })
const slow = features('slow', { from: payments, entity: card, key: p => p.card, place: partial('90s'), values: () => ({ n: count('1h') }) })
const free = features('free', { from: payments, entity: shop, place: stream, values: () => ({ n: count('1h') }) })
const score = linear({ intercept: 0, weights: { a: 1 } })
const decide = on(payments)
const one = model('one', { decide, inputs: p => ({ a: now.of(p.card).n }), score })
const none = model('none', { decide, inputs: p => ({ a: free.of(p.shop).n }), score })
const all = model('all', {
  decide,
  inputs: p => ({ a: free.of(p.shop).n, b: slow.of(p.card).n, c: now.of(p.card).n, d: now.of(p.payee).n }),
  score: linear({ intercept: 0, weights: { a: 1, b: 1, c: 1, d: 1 } }),
})
const { ir } = pipeline('shop', [one, none, all])

const folder = scratchFolder('freshness')
let files = 0
function trackerOf(groups: Objectives['groups']) {
  const path = join(folder, `${files++}.json`)
  writeObjectives(path, { pipeline: 'shop', fingerprint: 'f', groups })
  const clock = { now: 10 * HOUR }
  const reports: string[] = []
  const options = {
    ir,
    clock: () => clock.now,
    objectives: new ObjectivesFile(path, ir),
    onReport: (report: string) => reports.push(report),
  }
  return { path, clock, reports, tracker: new FreshnessTracker(options) }
}

/** Measures decisions of a model at time 1,000,000; `ages` are those of the rows of each read. */
function measured(tracker: FreshnessTracker, name: string, ...ages: readonly (readonly number[])[]) {
  const { length } = ages[0]
  const reads = ages.map(rows => ({ asOf: Float64Array.from(rows, age => 1_000_000 - age) })) as never
  return tracker.measure({
    model: ir.models.find(candidate => candidate.name === name)!,
    length,
    t: new Float64Array(length).fill(1e6),
    reads,
  })
}

test('a decision is within the objective up to its age, of which a partial placement spends its delay', () => {
  const { tracker } = trackerOf({ slow: { age: 91_000, share: 0.5, why: '' }, now: { age: 1000, share: 0.9, why: '' } })
  assert.deepEqual(measured(tracker, 'one', [0, 999, 1000, 1001]), { decisions: 4, within: new Map([['now', 3]]) })
  assert.equal(measured(tracker, 'none', [0]), undefined, 'no group with an objective')
  const within = new Map([
    ['slow', 1],
    ['now', 2],
  ])
  // The second read of 'now' does not count.
  assert.deepEqual(measured(tracker, 'all', [9e5, 9e5], [1000, 1001], [1000, 1], [9e5, 9e5]), { decisions: 2, within })
})

test('delay of the source beyond its usual delay is added to the age', () => {
  const { tracker } = trackerOf({ now: { age: 1000, share: 0.9, delay: 50, why: '' } })
  let arrival = 0
  const observe = (of: string, delay: number) => {
    const rows = { source: of, schema: 1, block: blockOf([[(arrival += 10_000), delay]]) }
    tracker.observe({ sources: [rows] } as unknown as Segment)
  }
  const within = (): number => measured(tracker, 'one', [0, 800, 970, 1000])!.within.get('now')!
  assert.equal(within(), 4)
  observe('payments', 50)
  assert.equal(within(), 4, 'the usual delay')
  observe('other', 9000)
  observe('payments', 80)
  assert.equal(within(), 3)
  observe('payments', 251)
  assert.equal(within(), 1)
})

test('durable decisions are counted by group, and saved after a while, at the end, and when the clock was set back', () => {
  const { tracker, clock } = trackerOf({ now: { age: 1000, share: 0.9, why: '' }, free: { age: 5, share: 0.5, why: '' } })
  assert.deepEqual([tracker.flush(), tracker.flush(true)], [undefined, undefined], 'nothing was counted')
  tracker.countDurable([undefined])
  assert.equal(tracker.flush(true), undefined)
  tracker.countDurable([measured(tracker, 'one', [0, 5000]), undefined, measured(tracker, 'one', [7])])
  const recent = { decisions: 3, within: 2 }
  assert.deepEqual(tracker.groups, [
    { group: 'now', age: 1000, share: 0.9, ...recent, recent },
    { group: 'free', age: 5, share: 0.5, decisions: 0, within: 0, recent: { decisions: 0, within: 0 } },
  ])
  const [name, saved] = tracker.flush()!
  assert.deepEqual([name, JSON.parse(saved)], [FRESHNESS, { at: clock.now, groups: { now: recent, free: { decisions: 0, within: 0 } } }])
  const isSaved = (isLast = false): boolean => tracker.flush(isLast) !== undefined
  const countOne = () => tracker.countDurable([measured(tracker, 'one', [0])])
  assert.ok(!isSaved(true), 'nothing is new')
  countOne()
  clock.now += limits.FRESHNESS_EVERY_MS - 1
  assert.ok(!isSaved())
  clock.now += 1
  assert.ok(isSaved())
  countOne()
  assert.ok(isSaved(true))
  countOne()
  assert.ok(!isSaved())
  clock.now -= 1
  assert.ok(isSaved())
})

test('changed objectives count from then on, an invalid file changes nothing and is reported once', () => {
  const { tracker, path, reports } = trackerOf({ now: { age: 1000, share: 0.9, why: '' } })
  const first = measured(tracker, 'one', [500])
  tracker.reload()
  tracker.countDurable([first])
  const groups = { now: { age: 10, share: 0.9, why: 'shorter' }, free: { age: 10, share: 0.9, why: '' } }
  writeObjectives(path, { pipeline: 'shop', fingerprint: 'changed', groups })
  tracker.reload()
  assert.equal(measured(tracker, 'one', [500])!.within.get('now'), 0)
  assert.equal(measured(tracker, 'none', [5])!.within.get('free'), 1)
  assert.deepEqual(
    tracker.groups.map(({ group, decisions }) => [group, decisions]),
    [
      ['now', 1],
      ['free', 0],
    ],
  )
  writeObjectives(path, { pipeline: 'shop', fingerprint: 'f', groups: { other: { age: 1, share: 0.5, why: '' } } })
  tracker.reload()
  tracker.reload()
  assert.equal(reports.length, 1)
  assert.match(reports[0], /^the previous freshness objectives stay in force, since .*has no feature group 'other'/)
  assert.equal(tracker.groups[0].age, 10)
})

test('the objective of a definition holds, with the usual delay of the file, whose objective of the group is not used', () => {
  const groups = ir.groups.map(group => (group.name === 'now' ? { ...group, freshness: { objective: 2000, target: 0.999 } } : group))
  const stating = { ...ir, groups }
  const path = join(folder, `${files++}.json`)
  writeObjectives(path, {
    pipeline: 'shop',
    fingerprint: 'f',
    groups: { now: { age: 10, share: 0.5, delay: 30, why: '' }, free: { age: 10, share: 0.5, why: '' } },
  })
  const reports: string[] = []
  const options = { ir: stating, clock: () => 0, onReport: (report: string) => void reports.push(report) }
  const objectives = new ObjectivesFile(path, stating)
  const tracker = new FreshnessTracker({ ...options, objectives })
  const inForce = (of: FreshnessTracker) => of.groups.map(({ group, age, share }) => [group, age, share])
  assert.deepEqual(inForce(tracker), [
    ['now', 2000, 0.999],
    ['free', 10, 0.5],
  ])
  assert.equal(objectives.groups['now'].delay, 30)
  assert.equal(measured(tracker, 'one', [1999, 2000, 2001])!.within.get('now'), 2)
  assert.deepEqual(reports, [
    "the freshness objective of 'now' in objectives.json is not used, since the definition of the group states one",
  ])
  assert.deepEqual(inForce(new FreshnessTracker(options)), [['now', 2000, 0.999]], 'without a file')
})
