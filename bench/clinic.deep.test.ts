import assert from 'node:assert/strict'
import test from 'node:test'
import { bench, wrongPages } from './clinic.ts'
import { RecentReadings } from './live/clinic-recent.ts'

test('the bench works at a small size: each patient who must be paged is paged once, and no other patient', async () => {
  const { figure, failures } = await bench.run({ small: true, progress: () => {} })
  assert.deepEqual(failures, [])
  assert.ok((figure['pages'] as number) > 0)
  assert.ok((figure['decisions'] as number) >= (figure['readings'] as number))
})

test('finds a page that is missing, unexpected, repeated, unsigned or of a different reading', () => {
  const expected = { patient: 'p1', t: 300_000, newest: 200_000, uploaded: 210_000, isOfNews: true }
  const page = { key: 'k', patient: 'p1', t: 300_000, newest: 200_000, received: 301_000 }
  const due = new Map([['p1 at 1970-01-01T00:05:00.000Z', expected]])
  const wrong = (pages: (typeof page)[], rejected = 0) => wrongPages(due, { pages, again: 0, rejected, cpuMs: 1 }, 300_000).length
  assert.equal(wrong([page]), 0)
  assert.equal(wrong([]), 1)
  assert.equal(wrong([{ ...page, newest: 100_000 }]), 1)
  assert.equal(wrong([page, { ...page, patient: 'p2' }]), 1)
  assert.equal(wrong([page, { ...page, key: 'other' }]), 1)
  assert.equal(wrong([page], 1), 1)
  assert.equal(wrong([page, { ...page, patient: 'p2', t: 600_000 }]), 0, 'after the end')
})

test('the newest readings are in order of time, whatever order they arrive in', () => {
  const recent = new RecentReadings(2)
  const minute = 60_000
  for (const [at, level] of [
    [10, 100],
    [20, 80],
    [15, 90],
  ])
    recent.add(1, at * minute, level * 10, true, at * minute)
  assert.equal(recent.level(1), 80)
  assert.equal(recent.stepSince(1, 15 * minute), -2)
  assert.equal(recent.slopeSince(1, 0), -2)
  assert.deepEqual(recent.newest(1), { newest: 20 * minute, uploaded: 20 * minute })
  assert.equal(recent.slopeSince(1, 16 * minute), null)
  assert.deepEqual([recent.isWithin(1, 20 * minute), recent.isWithin(1, 21 * minute), recent.isWithin(0, 0)], [true, false, false])
  recent.isKnown()
  recent.add(1, 16 * minute, 1000, false, 16 * minute)
  assert.equal(recent.isNews(1), false, 'it is not the newest')
  assert.equal(recent.slopeSince(1, 0), -2, 'it is not measured')
})
