import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jobsOf, outcomeText, timelineOf } from './job-list.ts'

const jobs = jobsOf({
  runs: [
    {
      number: 1,
      group: 'usual',
      why: 'schedule',
      state: 'done',
      s: 0,
      began: 1000,
      ended: 2000,
      done: { read: 5, keys: 1, bytes: 0, hash: '' },
    },
  ],
  reports: [{ number: 2, report: 'list', why: 'demand', state: 'failed', s: 0, began: 3000, ended: 4000, error: 'disk full' }],
  models: [{ model: 'm', scores: 0, versions: [{ number: 3, state: 'training', why: 'schedule', at: 0, began: 5000 }] }],
  reconciliations: [
    { number: 4, state: 'done', began: 0, ended: 500, done: { decisions: 1, values: 9, unexplained: 0, sound: true } },
    { number: 5, why: 'demand', state: 'failed', began: 600, ended: 700, error: 'too wide' },
    { number: 6, why: 'demand', state: 'broken off', began: 650 },
  ],
})

test('the outcome of a job that was started here names its result, or why it failed', () => {
  const of = (kind: string) => outcomeText(jobs.find(job => job.kind === kind)!)
  assert.deepEqual(['batch-run', 'report', 'training'].map(of), [
    'batch run usual, number 1: done, 1 key from 5 events.',
    'report list, number 2: failed, disk full.',
    'training m, number 3: running.',
  ])
})

test('jobs of all ledgers, newest first, each with its result', () => {
  assert.deepEqual(
    jobs.map(({ kind, name, why, state, result }) => [kind, name, why, state, result].join(' | ')),
    [
      'training | m | schedule | running | ',
      'report | list | demand | failed | disk full',
      'batch-run | usual | schedule | done | 1 key from 5 events',
      'reconciliation |  | demand | broken off | ',
      'reconciliation |  | demand | failed | too wide',
      'reconciliation |  | schedule | done | 0 unexplained of 9 values',
    ],
  )
})

test('a timeline has a row for each kind and name; a job that runs lasts until now, and one of a killed process has no length', () => {
  const { from, to, rows } = timelineOf(jobs, 100_000)
  assert.deepEqual([from, to], [0, 100_000])
  assert.deepEqual(
    rows.map(({ title }) => title),
    ['batch run usual', 'reconciliation', 'report list', 'training m'],
  )
  assert.deepEqual(
    rows.map(({ bars: [{ left, width }] }) => [left, width]),
    [
      [0.01, 0.01],
      [0.0065, 0],
      [0.03, 0.01],
      [0.05, 0.95],
    ],
  )
})
