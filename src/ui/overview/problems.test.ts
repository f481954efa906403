import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BatchRunAnswer, StatusAnswer } from '../core/answers.ts'
import type { BatchRunsAnswer } from '../core/batch-answers.ts'
import type { AlertAnswer } from '../alerts/alert-answers.ts'
import { problemsOf } from './problems.ts'

const fine: StatusAnswer = {
  at: 0,
  started: 0,
  state: 'running',
  sequence: 0,
  waiting: 0,
  memoryBytes: 0,
  sources: [{ source: 'payments', accepted: 0, duplicates: 0, rejected: 0, late: 0 }],
  models: [],
  effects: [{ action: 'block', state: 'delivered', effects: 5 }],
  deadLetters: [],
}
const deadLetterAlert = {
  cause: 'dead-letters',
  subject: { kind: 'source', name: 'payments' },
  severity: 'page',
  summary: 'all of the last 9',
  affected: { groups: [], models: [], actions: [] },
  inhibited: [],
} as unknown as AlertAnswer
const batchOf = (...runs: readonly BatchRunAnswer[]): BatchRunsAnswer => ({ runs, schedules: [] })
const titles = (observed: Parameters<typeof problemsOf>[0]): string[] =>
  problemsOf(observed).map(({ level, title }) => `${level}: ${title}`)

test('a run that is well has no problem', () => {
  assert.deepEqual(titles({ history: [fine], objectives: [], batch: batchOf(), models: [], reconciliations: [] }), [])
  assert.deepEqual(titles({ history: [] }), [])
})

test('problems that stop the run or its actions come before those that wait for a person', () => {
  const status: StatusAnswer = {
    ...fine,
    state: 'failed',
    problem: 'the run has failed',
    deadLetters: [{ source: 'payments', reason: 'schema', letters: 3 }],
    effects: [{ action: 'block', state: 'dead', effects: 2 }],
  }
  assert.deepEqual(titles({ history: [status] }), [
    'bad: The run accepts no events',
    "bad: Action 'block' does not reach its receiver",
    'warning: 3 dead letters to settle',
  ])
})

test('rejections are bad while most records are rejected', () => {
  const rejecting = (rejected: number, accepted: number): StatusAnswer => ({
    ...fine,
    at: 1000,
    sources: [{ source: 'payments', accepted, duplicates: 0, rejected, late: 0 }],
    deadLetters: [{ source: 'payments', reason: 'schema', letters: rejected }],
  })
  assert.deepEqual(titles({ history: [fine, rejecting(9, 1)] }), ['bad: Records are being rejected'])
  assert.deepEqual(titles({ history: [fine, rejecting(1, 9)] }), ['warning: Records are being rejected'])
  const [problem] = problemsOf({ history: [fine, rejecting(1, 9)] })
  assert.deepEqual(problem.view, { page: 'dead-letters', query: { reason: 'schema', source: 'payments' } })
  assert.match(problem.cause, /, 10 % of the records of the last 1 s$/)
  const alerts = [deadLetterAlert]
  assert.deepEqual(titles({ history: [fine, rejecting(9, 1)], alerts }), ['bad: all of the last 9'], 'said once')
})

test('the rate of rejections is that of the sources without an alert about them', () => {
  const status = (at: number, payments: number, refunds: number): StatusAnswer => ({
    ...fine,
    at,
    sources: [
      { source: 'payments', accepted: 0, duplicates: 0, rejected: payments, late: 0 },
      { source: 'refunds', accepted: 3 * refunds, duplicates: 0, rejected: refunds, late: 0 },
    ],
    deadLetters: [
      { source: 'payments', reason: 'schema', letters: payments },
      { source: 'refunds', reason: 'key', letters: refunds },
    ],
  })
  const alerts = [{ ...deadLetterAlert, summary: 'all are rejected' }]
  const [, others] = problemsOf({ history: [status(0, 0, 0), status(1000, 90, 5)], alerts })
  assert.deepEqual([others.level, others.title], ['warning', 'Records are being rejected'])
  assert.equal(others.cause, "5 of 5 by reason 'key' of source 'refunds', 25 % of the records of the last 1 s")
})

test('an objective is missed by a share of enough decisions, not by one of ten at night', () => {
  const objective = (decisions: number, within: number) => ({
    group: 'g',
    age: 900_000,
    share: 0.99,
    recent: { until: 0, decisions, within },
  })
  assert.deepEqual(titles({ history: [fine], objectives: [objective(10, 5)] }), [])
  assert.deepEqual(titles({ history: [fine], objectives: [objective(1000, 995)] }), [])
  assert.deepEqual(titles({ history: [fine], objectives: [objective(1000, 900)] }), ["bad: Features of 'g' are older than their objective"])
})

test('jobs, models and reconciliations: the last one counts', () => {
  const run = (number: number, state: 'done' | 'failed') => ({
    number,
    group: 'usual',
    why: 'schedule',
    state,
    s: 0,
    began: 0,
    error: 'disk full',
  })
  assert.deepEqual(titles({ history: [fine], batch: batchOf(run(1, 'failed'), run(2, 'done')) }), [])
  assert.deepEqual(titles({ history: [fine], batch: batchOf(run(1, 'done'), run(2, 'failed')) }), [
    "bad: The last batch run of 'usual' failed",
  ])
  const version = { number: 1, state: 'failed', why: 'schedule', at: 0, began: 0 }
  const models = [
    { model: 'm', scores: 0, drift: { at: 0, version: 1, because: 'psi 0.4', rows: { reference: 5, recent: 5 } }, versions: [version] },
  ]
  assert.deepEqual(titles({ history: [fine], models }), ["warning: Model 'm' drifts", "warning: The last training of 'm' failed"])
  const drift = { cause: 'drift', subject: { kind: 'model', name: 'm' }, severity: 'ticket', summary: 'it drifts', inhibited: [] }
  const alerts = [{ ...drift, affected: { groups: [], models: [], actions: [] }, command: 'spillway models m' } as unknown as AlertAnswer]
  assert.deepEqual(
    titles({ history: [fine], models, alerts }),
    ['warning: it drifts', "warning: The last training of 'm' failed"],
    'an alert says it',
  )
  const done = { decisions: 5, values: 9, unexplained: 2, sound: true }
  const reconciliations = [{ number: 4, state: 'done', began: 0, done }] as const
  assert.deepEqual(titles({ history: [fine], reconciliations }), ['bad: Recorded values differ without a cause'])
})
