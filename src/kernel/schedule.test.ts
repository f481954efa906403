import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lastCronTime, timesOfDay } from '../../test/oracle/cron.ts'
import { random } from '../base/random.ts'
import { scheduledTimes, scheduleCursor } from './schedule.ts'

const text = (times: Iterable<number>): string[] => Array.from(times, time => new Date(time).toISOString().slice(0, 16))
const utc = (time: string): number => Date.parse(`${time}Z`)

test('times of an interval are its multiples, from its phase, the end left out', () => {
  const every = { kind: 'interval', every: 10, phase: 3 } as const
  assert.deepEqual([...scheduledTimes(every, -8, 13)], [-7, 3])
  assert.deepEqual([...scheduledTimes(every, 3, 14)], [3, 13])
  assert.deepEqual([...scheduledTimes(every, 4, 13)], [])
})

test('a cron that names times of the day has each once: in a gap the first moment after it, of two that are alike the first', () => {
  const of = (cron: string, from: string, to: string, zone = 'Europe/Zurich') =>
    text(scheduledTimes({ kind: 'cron', cron, zone }, utc(from), utc(to)))
  const nightly = '30 2 * * *'
  assert.deepEqual(of(nightly, '2026-01-01T01:30', '2026-01-03T01:30'), ['2026-01-01T01:30', '2026-01-02T01:30'])
  assert.deepEqual(of(nightly, '2026-03-28T00:00', '2026-03-31T00:00'), ['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30'])
  assert.deepEqual(of(nightly, '2026-10-24T00:00', '2026-10-27T00:00'), ['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30'])
  // Several times in one gap are one time, and a list has the union of its times.
  assert.deepEqual(of('0,15,30 2 * * *', '2026-03-29T00:00', '2026-03-30T00:00'), ['2026-03-29T01:00'])
  assert.deepEqual(of('0,30 1-2 * * *', '2026-10-25T00:00', '2026-10-25T03:00', 'Europe/London'), [
    '2026-10-25T00:00',
    '2026-10-25T00:30',
    '2026-10-25T02:00',
    '2026-10-25T02:30',
  ])
})

test('a cron with a wildcard or a step is an interval: it goes on through the hour that comes twice, and has no time in a gap', () => {
  const of = (cron: string, from: string, to: string) =>
    text(scheduledTimes({ kind: 'cron', cron, zone: 'Europe/London' }, utc(from), utc(to)))
  const halfHours = ['00:00', '00:30', '01:00', '01:30', '02:00', '02:30']
  const on = (day: string): string[] => halfHours.map(time => `${day}T${time}`)
  assert.deepEqual(of('*/30 * * * *', '2026-10-25T00:00', '2026-10-25T03:00'), on('2026-10-25'))
  assert.deepEqual(of('*/30 * * * *', '2026-03-29T00:00', '2026-03-29T03:00'), on('2026-03-29'))
  assert.deepEqual(of('*/30 1 * * *', '2026-10-25T00:00', '2026-10-25T03:00'), on('2026-10-25').slice(0, 4))
  assert.deepEqual(of('*/30 1 * * *', '2026-03-29T00:00', '2026-03-30T00:00'), [])
})

test('a cron that never fires has no times', () => {
  assert.deepEqual([...scheduledTimes({ kind: 'cron', cron: '0 0 30 2 *', zone: 'UTC' }, 0, 1e12)], [])
})

const chance = random(28_06)
const below = (most: number): number => Math.floor(chance() * most)
const one = <T>(of: readonly T[]): T => of[below(of.length)]
const DAY = 86_400_000
/** Zones whose clocks change by an hour, by half an hour, over midnight, twice in a few weeks, and not at all. */
const zones = [
  'Europe/Zurich',
  'Europe/London',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Havana',
  'America/Santiago',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'UTC',
]
const minutes = ['0', '30', '0,30', '*/30', '*/20', '15,45', '10-12', '0-59/15', '*']
const hours = ['*', '1', '2', '0', '1,2', '0-3', '*/2', '23', '0-23/3']
const dates = ['* * *', '* * *', '* * 0', '1 * *', '*/2 * *', '* 3,10 *', '25-31 * 1']

test('500 random crons near clock changes: times follow the semantics, searched forwards and backwards', () => {
  for (let round = 0; round < 500; round++) {
    const [cron, zone] = [`${one(minutes)} ${one(hours)} ${one(dates)}`, one(zones)]
    const schedule = { kind: 'cron', cron, zone } as const
    // Half of the rounds are near the days on which clocks of most zones change.
    const from = utc(
      one([
        '2026-01-01T00:00',
        '2026-03-07T00:00',
        '2026-03-28T00:00',
        '2026-04-04T00:00',
        '2026-09-05T00:00',
        '2026-10-24T00:00',
        '2026-10-31T00:00',
      ]),
    )
    const to = from + 3 * DAY
    const expected = [-1, 0, 1, 2, 3].flatMap(day => timesOfDay(cron, zone, from / DAY + day)).filter(time => time >= from && time < to)
    const name = `${cron} in ${zone} from ${new Date(from).toISOString()}`
    assert.deepEqual(text(scheduledTimes(schedule, from, to)), text([...new Set(expected)].sort((a, b) => a - b)), name)
    // A cursor that is called in any order, as with a clock that is set back, agrees with a fresh cursor.
    const cursor = scheduleCursor(schedule)
    for (let ask = 0; ask < 4; ask++) {
      const t = one([from + below(3 * DAY), ...expected, ...expected.map(time => time - 1)])
      assert.equal(cursor(t), lastCronTime(cron, zone, t), `${name}, at ${new Date(t).toISOString()}`)
    }
  }
})
