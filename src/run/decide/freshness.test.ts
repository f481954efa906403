import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../base/limits.ts'
import { random } from '../../base/random.ts'
import { IngestionDelays, RecentCounts } from './freshness.ts'
import type { Block } from '../../columns/block.ts'

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
