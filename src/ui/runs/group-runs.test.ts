import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BatchRunAnswer } from '../core/answers.ts'
import { dueText, groupRunsIn, isRunBad, lastRunText, usualDuration } from './group-runs.ts'

const HOUR = 3_600_000
const run = (number: number, state: BatchRunAnswer['state'], values: Partial<BatchRunAnswer> = {}): BatchRunAnswer => ({
  number,
  group: 'usual',
  why: 'schedule',
  state,
  s: 0,
  began: 0,
  ...values,
})
const schedule = { group: 'usual', due: 0, next: 24 * HOUR, allowedMs: HOUR, isOverdue: false }
const of = (runs: readonly BatchRunAnswer[], isOverdue = false) => groupRunsIn({ runs, schedules: [{ ...schedule, isOverdue }] })[0]

test('a run that hangs: how long, how long it usually takes, overdue, and the next due time', () => {
  const hanging = of([run(1, 'done', { ended: 2000, swappedAt: 2000 }), run(2, 'running', { began: HOUR })], true)
  assert.equal(lastRunText(hanging, 5 * HOUR), 'run 2 is running, 4 h so far; usually 2 s')
  assert.equal(dueText(hanging, 5 * HOUR), 'overdue, due 5 h ago; next due in 19 h')
  assert.deepEqual([hanging.used?.number, hanging.ended?.number, isRunBad(hanging)], [1, 1, true])
})

test('the last run: done, failed, or none', () => {
  const done = of([run(1, 'done', { ended: 2000 })])
  assert.equal(lastRunText(done, HOUR), 'run 1 done 59 min ago in 2 s')
  assert.deepEqual([dueText(done, HOUR), isRunBad(done)], ['next due in 23 h', false])
  assert.equal(lastRunText(done, 500), 'run 1 done just now in 2 s', 'by a clock that is behind')
  const failed = of([run(1, 'failed', { ended: 2000, error: 'disk full' })])
  assert.deepEqual([lastRunText(failed, HOUR), isRunBad(failed)], ['run 1 failed 59 min ago: disk full', true])
  assert.equal(lastRunText(of([]), 0), 'none yet')
  assert.deepEqual(groupRunsIn({ runs: [run(1, 'done')], schedules: [] }), [])
})

test('the usual duration is the median of finished jobs', () => {
  const job = (state: string, ended?: number) => ({ state, began: 0, ...(ended !== undefined && { ended }) })
  assert.equal(usualDuration([job('done', 9), job('done', 2), job('champion', 3), job('failed', 99), job('running')]), 3)
  assert.equal(usualDuration([job('running')]), undefined)
})
