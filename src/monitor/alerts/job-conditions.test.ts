import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batch, count, entity, features, hybrid, pipeline, source, t } from '../../index.ts'
import { limits } from '../../base/limits.ts'
import { BATCH_RUNS, type BatchRunRecord, groupCode } from '../../batch/index.ts'
import { numberInName } from '../../jobs/index.ts'
import { operated } from '../../../test/operations/pipeline.ts'
import { type DriftState, putDriftState } from '../../training/registry/index.ts'
import { JobConditions } from './job-conditions.ts'

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000]
const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const values = () => ({ n: count('1h') })
const nightly = features('nightly', { from: payments, entity: card, place: batch('0 2 * * *', { lasts: '30m' }), values })
const layered = features('layered', { from: payments, entity: card, place: hybrid('0 2 * * *'), values })
const { ir } = pipeline('shop', [nightly, layered])

const codeOf = (name: string) =>
  groupCode(
    ir.groups.find(group => group.name === name)!,
    ir.sources[0],
  )

/** 02:00 of the first day. */
const due = Date.parse('2026-01-01T02:00Z')

/** The ledger of batch runs that a test writes, and the conditions of a process that started at a time. */
class Ledger {
  readonly values = new Map<string, string>()
  conditions = this.started(due - DAY)

  started(at: number): JobConditions {
    const store = {
      get: (name: string) => this.values.get(name),
      named: (prefix: string) => [...this.values].filter(([name]) => name.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1)),
    }
    return new JobConditions(ir, store, at, { read: (_source, _causes, conditions) => conditions() })
  }

  put(number: number, run: Partial<BatchRunRecord> & Pick<BatchRunRecord, 'group' | 's' | 'began' | 'state'>): this {
    this.values.set(`${BATCH_RUNS}${numberInName(number)}`, JSON.stringify({ number, why: 'schedule', code: codeOf(run.group), ...run }))
    return this
  }

  /** A run of yesterday that took so long, for each group. */
  withYesterday(ms: number): this {
    for (const [i, group] of ['nightly', 'layered'].entries()) {
      const [s, began] = [due - DAY, due - DAY]
      this.put(i + 1, { group, s, began, state: 'done', ended: began + ms, swapped: 10, swappedAt: began + ms })
    }
    return this
  }

  at(now: number): string[] {
    const { conditions, unknown } = this.conditions.at(now)
    return [
      ...conditions.map(({ severity, subject }) => `${severity} ${subject.name}`),
      ...unknown.map(({ subject }) => `unknown ${subject.name}`),
    ]
  }
}

test('a batch run is overdue after the duration of its definition, a hybrid one after twice its longest', () => {
  const ledger = new Ledger().withYesterday(20 * MINUTE)
  const grace = limits.BATCH_RUN_GRACE_MS
  assert.deepEqual(ledger.at(due + 30 * MINUTE), [])
  assert.deepEqual(ledger.at(due + 30 * MINUTE + grace + MINUTE), ['page nightly'])
  assert.deepEqual(ledger.at(due + 40 * MINUTE), ['page nightly'])
  assert.deepEqual(ledger.at(due + 40 * MINUTE + grace + MINUTE), ['page nightly', 'ticket layered'])
  assert.deepEqual(
    ledger.conditions.at(due + 40 * MINUTE + grace + MINUTE).conditions.map(({ began }) => began),
    [due, due],
  )
  const short = new Ledger().withYesterday(MINUTE)
  assert.deepEqual(short.at(due + limits.BATCH_RUN_USUAL_MS_MIN), [])
  assert.deepEqual(short.at(due + limits.BATCH_RUN_USUAL_MS_MIN + grace + MINUTE), ['ticket layered'])
})

test('for the allowed time after a start an overdue run is unknown', () => {
  const ledger = new Ledger().withYesterday(MINUTE)
  const started = due + 3 * HOUR
  ledger.conditions = ledger.started(started)
  assert.deepEqual(ledger.at(started + MINUTE), ['unknown nightly', 'unknown layered'])
  assert.deepEqual(ledger.at(started + 13 * MINUTE), ['ticket layered', 'unknown nightly'])
  assert.deepEqual(ledger.at(started + 33 * MINUTE), ['page nightly', 'ticket layered'])
  ledger.conditions.restart(started + 34 * MINUTE)
  assert.deepEqual(ledger.at(started + 34 * MINUTE), ['unknown nightly', 'unknown layered'])
})

test('a group whose source has no events has no run to be overdue; the first run has its time from its begin', () => {
  const ledger = new Ledger()
  assert.deepEqual(ledger.at(due + 8 * HOUR), [])
  const began = due + 9 * HOUR
  ledger.put(1, { group: 'nightly', s: due, began, state: 'running' })
  assert.deepEqual(ledger.at(began + MINUTE), ['unknown nightly'])
  assert.deepEqual(ledger.at(began + 33 * MINUTE), ['page nightly'])
  ledger.put(1, { group: 'nightly', s: due, began, state: 'failed', error: 'no space', ended: began + MINUTE })
  assert.deepEqual(ledger.at(began + 34 * MINUTE), ['page nightly'])
})

test('a batch group is empty until a run of its present definition is in use', () => {
  const emptyOf = (ledger: Ledger) => [...ledger.started(due).at(due + MINUTE).empty]
  const ledger = new Ledger()
  assert.deepEqual(emptyOf(ledger), ['nightly'])
  const run = { group: 'nightly', s: due, began: due, state: 'done', ended: due + MINUTE } as const
  assert.deepEqual(emptyOf(ledger.put(1, run)), ['nightly'])
  assert.deepEqual(emptyOf(ledger.put(1, { ...run, swapped: 7, code: 'another' })), ['nightly'])
  assert.deepEqual(emptyOf(ledger.put(1, { ...run, swapped: 7 })), [])
})

test('the first result of a batch group is known while the ledger has all its runs', () => {
  const firstOf = (ledger: Ledger) => [...ledger.started(due).firstResults()]
  const ledger = new Ledger()
  assert.deepEqual(firstOf(ledger), [['nightly', Infinity]])
  const run = { group: 'nightly', s: due, began: due, state: 'done', ended: due + MINUTE } as const
  for (let number = 1; number < limits.BATCH_RUNS_KEPT; number++) ledger.put(number, { ...run, swapped: number, swappedAt: due + number })
  assert.deepEqual(firstOf(ledger), [['nightly', due + 1]])
  assert.deepEqual(firstOf(ledger.put(limits.BATCH_RUNS_KEPT, run)), [])
})

test('a drift check that can compare nothing, or follows a training, keeps the ticket of the one before', () => {
  const at = due
  const judged = (state: Pick<DriftState, 'because' | 'silent' | 'restsUntil'>) => {
    const [name, text] = putDriftState('fraud', { at, version: 1, rows: { reference: 0, recent: 0 }, trainings: 1, ...state })
    const store = { get: (key: string) => (key === name ? (text ?? undefined) : undefined), named: () => [] }
    const { conditions, unknown } = new JobConditions(operated(() => {}).ir, store, at, { read: (_source, _causes, read) => read() }).at(at)
    return [...conditions.map(({ cause, severity }) => `${severity} ${cause}`), ...unknown.map(({ cause }) => `unknown ${cause}`)]
  }
  assert.deepEqual(judged({ because: 'amount: PSI 1.9' }), ['ticket drift'])
  assert.deepEqual(judged({ silent: '40 decisions, fewer than 1000' }), ['unknown drift'])
  assert.deepEqual(judged({ restsUntil: at + 1 }), ['unknown drift'])
  assert.deepEqual(judged({ restsUntil: at }), [])
  assert.deepEqual(judged({}), [])
})
