import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ElementSetting } from './element.ts'
import { scheduleTitle, titleOf } from './setting-text.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

test('a schedule is titled by its time of day, in its zone', () => {
  const cron = (text: string, zone = 'UTC') => scheduleTitle({ kind: 'cron', cron: text, zone })
  assert.equal(cron('0 2 * * *'), 'nightly at 02:00')
  assert.equal(cron('30 14 * * *', 'Europe/Zurich'), 'daily at 14:30 (Europe/Zurich)')
  assert.equal(cron('0 6 * * *'), 'daily at 06:00')
  assert.equal(cron('0 22 * * *'), 'nightly at 22:00')
  assert.equal(cron('5 3 * * 7'), 'Sundays at 03:05')
  assert.equal(cron('0 * * * *'), 'every hour')
  assert.equal(cron('*/15 * * * *'), 'every 15 min')
  assert.equal(cron('0 2 1 * *'), 'cron 0 2 1 * *')
  assert.equal(cron('0 2 * * 1-5', 'Asia/Tokyo'), 'cron 0 2 * * 1-5 (Asia/Tokyo)')
  assert.equal(scheduleTitle({ kind: 'interval', every: DAY, phase: 2 * HOUR }), 'nightly at 02:00')
  assert.equal(scheduleTitle({ kind: 'interval', every: HOUR, phase: 0 }), 'every hour')
})

test('each kind of setting has a title', () => {
  const schedule = { kind: 'cron', cron: '0 2 * * *', zone: 'UTC' } as const
  const settings: [ElementSetting, string][] = [
    [{ kind: 'now' }, 'as it runs'],
    [{ kind: 'faster', part: 0.1 }, '90 % faster'],
    [{ kind: 'older', by: 15 * MINUTE }, '15 min'],
    [{ kind: 'older', by: 1_000_000 }, '1,000 s'],
    [{ kind: 'every', every: 28 * DAY }, 'every 4 weeks'],
    [{ kind: 'stream' }, 'stream'],
    [{ kind: 'every', every: 5 * MINUTE }, 'every 5 min'],
    [{ kind: 'every', every: MINUTE }, 'every minute'],
    [{ kind: 'every', every: 7 * DAY }, 'every week'],
    [{ kind: 'batch', schedule, lasts: 2 * HOUR }, 'nightly at 02:00, 2 h'],
    [{ kind: 'batch', schedule, lasts: 0 }, 'nightly at 02:00'],
    [{ kind: 'hybrid', schedule }, 'hybrid, nightly at 02:00'],
    [{ kind: 'trace' }, 'as old as recorded'],
    [{ kind: 'inline' }, 'inline'],
    [{ kind: 'async' }, 'asynchronous'],
    [{ kind: 'digest', every: DAY }, 'digest every day'],
  ]
  for (const [setting, title] of settings) assert.equal(titleOf(setting), title)
})
