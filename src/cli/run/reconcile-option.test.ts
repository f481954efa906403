import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsageError } from '../command/command.ts'
import { parseSchedule } from './reconcile-option.ts'

test('a schedule is a cron in UTC, or an interval', () => {
  assert.equal(parseSchedule('--reconcile', undefined), undefined)
  assert.deepEqual(parseSchedule('--reconcile', '0 4 * * *'), { kind: 'cron', cron: '0 4 * * *', zone: 'UTC' })
  assert.deepEqual(parseSchedule('--reconcile', '6h'), { kind: 'interval', every: 21_600_000, phase: 0 })
})

for (const [text, message] of [
  ['nightly', /^--reconcile: 'nightly' is no cron \(.+\); write one such as '0 2 \* \* \*'$/],
  ['0 0 31 2 *', /^--reconcile: the cron '0 0 31 2 \*' never runs: /],
  ['6parsecs', /^--reconcile: .*6parsecs/],
  ['0h', /^--reconcile: /],
] as const)
  test(`wrong usage: --reconcile ${text}`, () => {
    assert.throws(
      () => parseSchedule('--reconcile', text),
      (error: unknown) => error instanceof UsageError && message.test(error.message),
    )
  })
