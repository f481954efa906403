import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultThresholds } from '../../define/config/alert-thresholds.ts'
import { DiskSpace } from './disk-space.ts'

const [MINUTE, HOUR] = [60_000, 3_600_000]
const begin = Date.parse('2026-01-01T00:00Z')
const GIB = 2 ** 30

/** The severity in each minute of a disk with 100 GiB free at the begin, of which the folder uses so many more GiB after so many hours. */
function severities(hours: number, usedAt: (hour: number) => number): (string | undefined)[] {
  const disk = new DiskSpace()
  return Array.from({ length: hours * 60 }, (_, minute) => {
    const used = usedAt(minute / 60) * GIB
    disk.addFree(100 * GIB - used)
    disk.addSize(begin + minute * MINUTE, GIB + used)
    return disk.condition(defaultThresholds)?.severity
  })
}

const firstOf = (all: readonly (string | undefined)[], severity: string): number => all.indexOf(severity)

test('a backfill, which comes at once and then no more, opens no page', () => {
  // 12 GiB in 15 min is a rate at which the disk is full in 2 h.
  const backfill = severities(8, hour => 48 * Math.min(hour, 0.25))
  assert.equal(firstOf(backfill, 'page'), -1)
  const small = severities(8, hour => 24 * Math.min(hour, 0.25))
  assert.deepEqual(new Set(small), new Set([undefined]), 'and a small one nothing')
})

test('a folder that goes on growing opens a ticket and a page, in time', () => {
  const fast = severities(2, hour => 30 * hour)
  assert.ok(firstOf(fast, 'page') >= 10 && firstOf(fast, 'page') < 60, `${firstOf(fast, 'page')} min`)
  const slow = severities(12, hour => 1.6 * hour)
  assert.deepEqual([firstOf(slow, 'page'), firstOf(slow, 'ticket') > 60, firstOf(slow, 'ticket') < 6 * 60], [-1, true, true])
  const ended = severities(4, hour => 30 * Math.min(hour, 1))
  assert.ok(ended.lastIndexOf('page') < 75, 'the page ends within minutes of the growth')
})

test('the summary says the free space, and when the disk is full', () => {
  const disk = new DiskSpace()
  assert.equal(disk.condition(defaultThresholds), undefined)
  disk.addFree(300 * 2 ** 20)
  assert.equal(disk.condition(defaultThresholds)!.summary, 'the disk of the data folder has 300 MiB free')
  disk.addFree(10 * GIB)
  for (let minute = 0; minute <= 60; minute++) disk.addSize(begin + minute * MINUTE, minute * 0.1 * GIB)
  assert.equal(
    disk.condition(defaultThresholds)!.summary,
    'the disk of the data folder has 10 GiB free, full in 100m at the rate of the last 1h',
  )
  assert.equal(begin % HOUR, 0)
})
