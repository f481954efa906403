import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../base/limits.ts'
import { random } from '../../base/random.ts'
import { RecentCounts } from './recent-counts.ts'

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
