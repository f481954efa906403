import assert from 'node:assert/strict'
import { test } from 'node:test'
import { longestGap } from './longest-gap.ts'

const DAY = 86_400_000

test('the longest gap between two times, over months and changes of the clock', () => {
  const cron = (text: string, zone = 'UTC') => longestGap({ kind: 'cron', cron: text, zone })
  assert.equal(longestGap({ kind: 'interval', every: 5000, phase: 0 }), 5000)
  assert.equal(cron('0 2 * * *'), DAY)
  assert.equal(cron('0 6 * * *', 'Europe/Zurich'), DAY + DAY / 24, 'the day on which summer time ends')
  assert.equal(cron('0 2 * * 1-5'), 3 * DAY)
  assert.equal(cron('0 2 1 * *'), 31 * DAY)
  const [minute, hour] = [60_000, DAY / 24]
  assert.equal(cron('*/5 9-17 * * 1-5'), 2 * DAY + 15 * hour + 5 * minute, 'a weekend, after more than 400 times')
  assert.equal(cron('* 0-20 * * *'), 3 * hour + minute, 'a night, after more than 400 times')
  assert.equal(cron('* * * * *'), minute)
  assert.equal(cron('0 * * 1-11 *'), 31 * DAY + hour, 'a month, after 8,000 times')
})
