import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SeriesRange } from '../monitor/series/index.ts'
import { capacityOf } from './capacity.ts'

const STEP_MS = 300_000
const HOUR = 12
const DAY = 288
const GB = 1e9

type Values = readonly (number | null)[]

/** A range of 5 min points, by the text `name label=value`. */
function range(length: number, series: Readonly<Record<string, Values>>): SeriesRange {
  return {
    from: 0,
    stepMs: STEP_MS,
    length,
    series: Object.entries(series).map(([text, values]) => {
      const [name, ...labels] = text.split(' ')
      assert.equal(values.length, length, text)
      return {
        name,
        labels: Object.fromEntries(labels.map(label => label.split('=') as [string, string])),
        unit: '',
        aggregation: 'sum' as const,
        values,
      }
    }),
  }
}

const constant = (length: number, value: number): number[] => Array.from({ length }, () => value)

test('load is the mean of the last hour, and of the busiest 5 min of the day', () => {
  // 300 events in each 5 min; 3,000 of another source once, half a day ago; the interval that goes on has few.
  const events = [...constant(DAY - 1, 300), 1]
  const others = constant(DAY, 0).with(100, 3000)
  const { load } = capacityOf(
    range(DAY, {
      'events source=a outcome=accepted': events,
      'events source=a outcome=rejected': constant(DAY, 9999),
      'events source=b outcome=accepted': others,
      loop_busy_ms: [...constant(DAY - HOUR - 1, 150_000), ...constant(HOUR, 75_000), 1],
    }),
    0,
  )
  assert.deepEqual(load, { eventsPerSecond: { lastHour: 1, busiest: 11 }, loopBusy: { lastHour: 0.25, busiest: 0.5 } })
})

test('time in which no run took samples counts for nothing', () => {
  const loadOf = (busy: Values) => capacityOf(range(busy.length, { loop_busy_ms: busy }), 0).load
  const unsampled = Array.from({ length: DAY - 4 }, () => null)
  const eventsPerSecond = { lastHour: 0, busiest: 0 }
  assert.deepEqual(loadOf([...unsampled, 6000, null, 12_000, 1]), { eventsPerSecond, loopBusy: { lastHour: 0.03, busiest: 0.04 } })
  assert.deepEqual(loadOf([6000, ...unsampled]), { eventsPerSecond, loopBusy: { lastHour: 0, busiest: 0.02 } })
  assert.equal(loadOf([...unsampled, 150_000]), undefined, 'the first interval goes on')
})

test('keys of groups as of the last sample, without those of groups that are gone', () => {
  const { groups, memoryBytes } = capacityOf(
    range(3, {
      'group_keys group=now': [1, 2, 3],
      'group_bytes group=now': [100, 200, 300],
      'group_keys group=older': [5, 5, null],
      'group_bytes group=older': [50, 50, null],
      'group_keys group=gone': [9, null, null],
      'group_bytes group=gone': [9, null, null],
      memory_bytes: [1e8, 2e8, null],
    }),
    0,
  )
  assert.deepEqual(groups, [
    { group: 'now', keys: 3, bytes: 300 },
    { group: 'older', keys: 5, bytes: 50 },
  ])
  assert.equal(memoryBytes, 2e8)
})

test('the disk is full after its free space by the growth of the folder', () => {
  const free = constant(DAY, 10 * GB)
  const used = Array.from({ length: DAY }, (_, i) => (i / (DAY - 1)) * 5 * GB)
  const { disk } = capacityOf(range(DAY, { disk_free_bytes: free, disk_used_bytes: used }), 0)
  const growthMs = (DAY - 1) * STEP_MS
  assert.equal(disk!.growthMs, growthMs)
  assert.ok(Math.abs(disk!.growthPerDay! - (5 * GB * DAY) / (DAY - 1)) < 1)
  assert.ok(Math.abs(disk!.daysUntilFull! - (2 * (DAY - 1)) / DAY) < 1e-9)
})

test('a folder that shrinks fills no disk, and one measured for less than an hour has no growth', () => {
  const free = constant(DAY, GB)
  const shrinking = capacityOf(range(DAY, { disk_free_bytes: free, disk_used_bytes: Array.from({ length: DAY }, (_, i) => DAY - i) }), 0)
  assert.ok(shrinking.disk!.growthPerDay! < 0)
  assert.equal(shrinking.disk!.daysUntilFull, undefined)
  const short = Array.from({ length: DAY }, (_, i) => (i < DAY - HOUR ? null : i))
  const young = capacityOf(range(DAY, { disk_free_bytes: free, disk_used_bytes: short }), 0)
  assert.deepEqual(young.disk, { freeBytes: GB, usedBytes: DAY - 1 })
})

test('a disk that cannot be measured is left out', () => {
  assert.equal(capacityOf(range(2, { disk_free_bytes: [1, null], disk_used_bytes: [null, null] }), 0).disk, undefined)
})
