/**
 * Two ways to one table: a report on a ticking model has, at a tick, the decisions of that tick. The run has late events, revisions,
 * deletes and batch runs.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { computeHere } from '../../../test/batch/compute-here.ts'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { pause } from '../../base/clock.ts'
import { random } from '../../base/random.ts'
import { makeReport } from '../../batch/report.ts'
import { reportRunPath, reportRunsIn } from '../../batch/report-ledger.ts'
import { batch, count, entity, every, features, lag, linear, model, partial, pipeline, report, source, stream, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { recordedDecisions } from '../decide/recorded-decision.ts'
import { Run } from '../loop/run.ts'

const card = entity('card', t.string())
const schema = { card, ref: t.int(), amount: t.double(), gone: t.bool().nullable(), at: t.timestamp() }
const payments = source('payments', { schema, key: 'card', time: 'at', identity: ['ref', 'at'], revisable: '1h', deleted: 'gone' })
const visits = source('visits', { schema: { card: card.nullable(), visit: t.int(), at: t.timestamp() }, key: 'visit', time: 'at' })
const of = { from: payments, entity: card } as const
const now = features('now', { ...of, place: stream, values: p => ({ n: count('3m'), sum: p.amount.sum('5m'), top: p.amount.max('5m') }) })
const older = features('older', { ...of, place: lag('40s'), values: p => ({ n: count('3m'), last: p.amount.last('10m') }) })
const slower = features('slower', { ...of, place: partial('40s'), values: () => ({ n: count('3m') }) })
const usual = features('usual', {
  ...of,
  place: batch(every('2m'), { lasts: '10s' }),
  values: p => ({ n: count('20m'), mean: p.amount.mean('20m') }),
})
const seen = features('seen', { from: visits, entity: card, place: stream, values: () => ({ n: count('4m') }) })
const ticking = model('ticking', {
  decide: every('1m', card, { live: '4m' }),
  inputs: ({ card: key }) => ({
    now: now.of(key),
    older: older.of(key),
    slower: slower.of(key).n,
    usual: usual.of(key),
    seen: seen.of(key).n,
  }),
  score: linear({
    intercept: 0.5,
    weights: { 'now.n': 1, 'usual.mean': { weight: 0.1, ifNull: 3 }, 'older.last': { weight: 0.2, ifNull: 0 }, seen: 0.3 },
  }),
})
const pay = pipeline('pay', [ticking, report('same', { of: ticking, at: every('1m') })])
const start = Date.parse('2026-01-01T00:00Z')
const MINUTES = 25

test('at each tick the rows of the report equal the decisions', async () => {
  const folder = scratchFolder('reports')
  const pick = random(11)
  const store = new ModelStore(undefined, true)
  let clock = start
  const run = new Run(pay, {
    store,
    clock: () => clock,
    compute: computeHere(store),
    reporting: { make: (job, path) => makeReport(store, job, { scores: pay.scores, path }), folder },
  })
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 4; i++) {
      run.tick()
      await pause(0)
      await run.whenIdle()
    }
    for (let i = 0; i < 500 && reportRunsIn(store).some(({ state }) => state === 'running'); i++) await pause(1)
  }
  for (let second = 1; second < MINUTES * 60; second += 7) {
    clock = start + second * 1000 + Math.floor(pick() * 3)
    await settle()
    const at = clock - (pick() < 0.3 ? Math.floor(pick() * 200_000) : 0)
    const of = { card: `c${Math.floor(pick() * 9)}`, at }
    // With few references one often recurs: as a revision, or a delete.
    const rounded = { ...of, at: Math.floor(at / 60_000) * 60_000, ref: Math.floor(pick() * 2) }
    await run.submit('payments', recordBatchOf([{ ...rounded, amount: Math.floor(pick() * 9), gone: pick() < 0.2 }]))
    if (pick() < 0.3)
      await run.submit('visits', recordBatchOf([{ ...of, card: pick() < 0.2 ? null : `v${Math.floor(pick() * 4)}`, visit: second }]))
  }
  await settle()
  const decided = Map.groupBy(
    store.decisions.flatMap(({ bytes }) => [...recordedDecisions(bytes)]),
    decision => decision.t,
  )
  let compared = 0
  for (const reportRun of reportRunsIn(store)) {
    const rows = readFileSync(reportRunPath(folder, reportRun), 'utf8').split('\n').filter(Boolean)
    const expected = (decided.get(reportRun.s) ?? []).map(({ key, score, vector }) => [key, score, ...leavesOf(vector)])
    assert.deepEqual(
      rows.map(line => {
        const row = JSON.parse(line) as Record<string, unknown>
        return [
          row['key'],
          row['score'],
          ...Object.keys(row)
            .filter(name => name.startsWith('vector.'))
            .map(name => row[name]),
        ]
      }),
      expected,
      `at ${reportRun.s - start}`,
    )
    compared += expected.length
  }
  assert.ok(reportRunsIn(store).length >= MINUTES - 2 && compared > 150, `${reportRunsIn(store).length} reports, ${compared} rows`)
  assert.ok(reportRunsIn(store).some(({ runs }) => runs['usual'] !== null))
  await run.stop()
})

const leavesOf = (vector: object): unknown[] =>
  Object.values(vector).flatMap((value: unknown) => (value !== null && typeof value === 'object' ? leavesOf(value) : [value]))
