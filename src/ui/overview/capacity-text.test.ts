import assert from 'node:assert/strict'
import { test } from 'node:test'
import { capacityFigures, keysText } from './capacity-text.ts'

const load = { eventsPerSecond: { lastHour: 12, busiest: 480 }, loopBusy: { lastHour: 0.021, busiest: 0.4 } }

test('load now and at most', () => {
  assert.deepEqual(capacityFigures({ groups: [] }), [])
  assert.deepEqual(capacityFigures({ load, groups: [] }), [
    ['events', '12/s in the last hour, 480/s at most'],
    ['event loop', '2.1 % busy in the last hour, 40 % at most'],
  ])
})

test('the disk, and when it is full', () => {
  const textOf = (disk: object): string => capacityFigures({ groups: [], disk: { freeBytes: 8e9, usedBytes: 2e8, ...disk } })[0][1]
  const sizes = '8.0 GB free, 200 MB in the data folder'
  assert.equal(textOf({}), sizes)
  assert.equal(textOf({ growthPerDay: -5, growthMs: 86_100_000 }), `${sizes}, which does not grow`)
  assert.equal(
    textOf({ growthPerDay: 1e8, growthMs: 86_100_000, daysUntilFull: 80 }),
    `${sizes}; at the growth of the last 23 h full in 80 d`,
  )
  assert.equal(
    textOf({ growthPerDay: 1, growthMs: 7_200_000, daysUntilFull: 9000 }),
    `${sizes}; at the growth of the last 2 h full in more than a year`,
  )
})

test('keys and the bytes of one', () => {
  assert.equal(keysText({ group: 'now', keys: 12_000, bytes: 1_200_000 }), '12,000 keys, 1.2 MB, 100 B a key')
  assert.equal(keysText({ group: 'now', keys: 1, bytes: 52 }), '1 key, 52 B, 52 B a key')
  assert.equal(keysText({ group: 'now', keys: 0, bytes: 0 }), 'no keys')
})
