import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { computeHere } from '../../../test/batch/compute-here.ts'
import { ModelStore, type Disk } from '../../../test/crash/model-store.ts'
import { pause } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { makeReport } from '../../batch/report.ts'
import type { MakeReport } from '../../batch/report-job.ts'
import { REPORT_RUNS, reportRunsIn } from '../../batch/report-ledger.ts'
import { batch, count, entity, every, features, file, model, pipeline, report, request, source, stream, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { numberInName } from '../../jobs/job-ledger.ts'
import { retentionMs } from '../recovery/retention.ts'
import { Run } from '../loop/run.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, amount: t.double(), at: t.timestamp() }, key: 'card', time: 'at' })
const of = { from: payments, entity: card } as const
const now = features('now', { ...of, place: stream, values: p => ({ n: count('10m'), sum: p.amount.sum('20m') }) })
const usual = features('usual', { ...of, place: batch(every('5m'), { lasts: '1m' }), values: () => ({ n: count('1h') }) })
const risk = model('risk', {
  decide: request({ card }),
  inputs: ({ card }) => ({ now: now.of(card), usual: usual.of(card).n }),
  score: { version: '1', compute: v => v.now.n + (v.usual ?? 0) / 10 },
})
const start = Date.parse('2026-01-01T00:00Z')
const MINUTE = 60_000

interface Driven {
  readonly store: ModelStore
  readonly run: Run
  readonly messages: string[]
  readonly to: (ms: number) => Promise<void>
}

interface Options {
  readonly folder: string
  readonly disk?: Disk
  readonly at?: number
  readonly make?: (store: ModelStore) => MakeReport
  readonly isDry?: boolean
}

const listOf = (to: string) =>
  pipeline('pay', [
    report('list', {
      of: risk,
      at: every('10m'),
      live: '30m',
      freshness: '8m',
      orderBy: { score: 'descending' },
      limit: 3,
      to: file(to),
    }),
  ])

const makeHere =
  (scores: ReadonlyMap<string, never>) =>
  (store: ModelStore): MakeReport =>
  (job, path) =>
    makeReport(store, job, { scores, path })

function open({ folder, disk, at = 0, make, isDry = false }: Options): Driven {
  const pay = listOf(join(folder, 'list-{date}T{time}.csv'))
  const store = new ModelStore(disk, true)
  const messages: string[] = []
  let clock = start + at
  const run = new Run(pay, {
    store,
    clock: () => clock,
    onReport: text => messages.push(text),
    compute: computeHere(store),
    reporting: { make: (make ?? makeHere(pay.scores as never))(store), folder },
    isDry,
  })
  const to = async (ms: number) => {
    clock = start + ms
    for (let i = 0; i < 6; i++) {
      run.tick()
      await pause(1)
      await run.whenIdle()
    }
    for (let i = 0; i < 200 && reportRunsIn(store).some(({ state }) => state === 'running'); i++) await pause(2)
  }
  return { store, run, messages, to }
}

const pay = (id: string, ms: number) => recordBatchOf([{ card: id, amount: 1, at: start + ms }])
const lines = (folder: string, name: string): string[] => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n')

/** Some payments and the reports of half an hour. */
async function halfAnHour(folder: string, options: Partial<Options> = {}): Promise<Driven> {
  const driven = open({ folder, ...options })
  for (let m = 0; m < 31; m++) {
    await driven.to(m * MINUTE + 1)
    for (const c of ['a', 'b', 'c', 'd'].slice(0, 1 + (m % 4))) await driven.run.submit('payments', pay(c, m * MINUTE))
  }
  await driven.to(31 * MINUTE)
  return driven
}

test('a report is made once its time has passed, from what had arrived by then; the ledger says what makes it again', async () => {
  const folder = scratchFolder('reports')
  const { run, store, messages } = await halfAnHour(folder)
  assert.deepEqual(messages, [])
  const reportRuns = reportRunsIn(store)
  assert.deepEqual(
    reportRuns.map(({ report: name, s, state, why, runs, done }) => [
      name,
      (s - start) / MINUTE,
      state,
      why,
      (runs['usual']! - start) / MINUTE,
      done?.live,
    ]),
    [
      ['list', 10, 'done', 'schedule', 5, 4],
      ['list', 20, 'done', 'schedule', 15, 4],
      ['list', 30, 'done', 'schedule', 25, 4],
    ],
  )
  const [head, ...rows] = lines(folder, 'list-2026-01-01T00-20.csv')
  assert.equal(head, 't,key,score,vector.now.n,vector.now.sum,vector.usual,rejected,stale,read.now(card).age,read.usual(card).age')
  // Payments at 10 … 19 min: all of a; of b those of 4 k + 1, 4 k + 2 and 4 k + 3; `usual` is as of 15 min.
  assert.equal(rows[0], '2026-01-01T00:20:00.000Z,a,11.5,10,20,15,,false,0,300000')
  assert.deepEqual(
    rows.map(row => row.split(',')[1]),
    ['a', 'b', 'c'],
  )
  await run.stop()
})

test('a report that is made again from the log has the same rows and bytes', async () => {
  const folder = scratchFolder('reports')
  const { run, store } = await halfAnHour(folder)
  const { ir, scores } = listOf('x.csv')
  const [report] = ir.reports!
  for (const { s, cut, runs, done } of reportRunsIn(store)) {
    const again = await makeReport(store, { ir, report, s, cut, runs }, { scores, path: join(folder, 'again.csv') })
    assert.deepEqual({ ...again, seconds: 0 }, { ...done, seconds: 0 })
    assert.equal(again.rows, 3)
  }
  await run.stop()
})

test('a batch group is read from the result of its run, or, if that is lost, from the log with the same values', async t => {
  const folder = scratchFolder('reports')
  const { run, store } = await halfAnHour(folder)
  const { ir, scores } = listOf('x.csv')
  const { s, cut, runs, done } = reportRunsIn(store).at(-1)!
  const { disk } = store
  const read = t.mock.method(store, 'readState')
  const path = join(folder, 'again.csv')
  const job = { ir, report: ir.reports![0], s, cut, runs }
  assert.equal((await makeReport(store, job, { scores, path })).hash, done!.hash)
  assert.ok(read.mock.callCount() > 0)
  const restarted = new ModelStore({ commits: disk.commits, states: new Map() }, true)
  assert.equal((await makeReport(restarted, job, { scores, path })).hash, done!.hash)
  // No report of another time is used instead.
  const earlier = { ...job, runs: { usual: runs['usual']! - 5 * MINUTE } }
  assert.notEqual((await makeReport(store, earlier, { scores, path })).hash, done!.hash)
  await run.stop()
})

test('of missed reports only the last is made; none of a time before the log', async () => {
  const folder = scratchFolder('reports')
  const first = open({ folder, at: 15 * MINUTE })
  await first.to(15 * MINUTE + 1)
  await first.run.submit('payments', pay('a', 15 * MINUTE))
  await first.to(16 * MINUTE)
  assert.deepEqual(reportRunsIn(first.store), [])
  await first.run.stop()
  const again = open({ folder, disk: first.store.disk, at: 47 * MINUTE })
  await again.to(47 * MINUTE)
  assert.deepEqual(
    reportRunsIn(again.store).map(({ s, number }) => [(s - start) / MINUTE, number]),
    [[40, 1]],
  )
  await again.to(49 * MINUTE)
  assert.equal(reportRunsIn(again.store).length, 1)
  await again.run.stop()
})

test('a missing folder is reported and retried; no partial file is left', async () => {
  const folder = scratchFolder('reports')
  const inside = join(folder, 'lists')
  const driven = open({ folder: inside })
  await driven.run.submit('payments', pay('a', 0))
  await driven.to(10 * MINUTE + 1)
  assert.match(
    driven.messages[0],
    /report 'list' of 2026-01-01T00:10:00.000Z failed, and it is tried again: .*its folder does not exist; make it/,
  )
  assert.equal(reportRunsIn(driven.store)[0].state, 'failed')
  await driven.to(10 * MINUTE + 500)
  assert.equal(driven.messages.length, 1)
  mkdirSync(inside)
  await driven.to(11 * MINUTE + 2000)
  assert.deepEqual(
    reportRunsIn(driven.store).map(({ state }) => state),
    ['failed', 'done'],
  )
  assert.ok(existsSync(join(inside, 'list-2026-01-01T00-10.csv')))
  await driven.run.stop()
})

test('an unfinished report is made again, as of the same time; a finished one is not', async () => {
  const folder = scratchFolder('reports')
  const never: MakeReport = async (_job, _path, signal) => {
    signal.throwIfAborted()
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  }
  const first = open({ folder, make: () => never })
  await first.run.submit('payments', pay('a', 0))
  first.to(10 * MINUTE + 1).catch(() => {})
  for (let i = 0; i < 50 && reportRunsIn(first.store).length === 0; i++) await pause(2)
  const { commits, states } = first.store.disk
  const killed = { commits: [...commits], states: new Map(states) }
  await first.run.stop()
  const again = open({ folder, disk: killed, at: 12 * MINUTE })
  await again.to(12 * MINUTE)
  assert.deepEqual(
    reportRunsIn(again.store).map(({ number, state, s }) => [number, state, (s - start) / MINUTE]),
    [
      [1, 'broken off', 10],
      [2, 'done', 10],
    ],
  )
  await again.run.stop()
  const third = open({ folder, disk: again.store.disk, at: 13 * MINUTE })
  await third.to(13 * MINUTE)
  assert.equal(reportRunsIn(third.store).length, 2)
  await third.run.stop()
})

test('a report on demand is as of now, beside the schedule, in a file of its own', async () => {
  const folder = scratchFolder('reports')
  const driven = open({ folder, at: 1 })
  await driven.run.submit('payments', pay('a', 0))
  await driven.to(5 * MINUTE)
  const request = driven.run.report('list')
  await driven.to(5 * MINUTE + 1)
  const reportRun = await request
  assert.deepEqual([reportRun.why, reportRun.s - start, reportRun.done?.rows], ['demand', 5 * MINUTE, 1])
  assert.match(reportRun.file, /list-2026-01-01T00-05-00\.csv$/)
  await assert.rejects(driven.run.report('lst'), { code: 'SPILL_NOT_FOUND', message: /there is no report 'lst'; did you mean 'list'/ })
  await driven.to(10 * MINUTE + 1)
  assert.deepEqual(
    reportRunsIn(driven.store).map(({ why }) => why),
    ['demand', 'schedule'],
  )
  await driven.run.stop()
  await assert.rejects(driven.run.report('list'), { code: 'SPILL_STOPPED' })
})

test('in a dry run nothing leaves the data folder', async () => {
  const folder = scratchFolder('reports')
  const driven = open({ folder, isDry: true })
  await driven.run.submit('payments', pay('a', 0))
  await driven.to(10 * MINUTE + 1)
  const [{ file: path }] = reportRunsIn(driven.store)
  assert.equal(path, join('reports', 'list', '2026-01-01T00-10.csv'))
  assert.equal(lines(folder, path).length, 2)
  await driven.run.stop()
})

test('the records of a report that always fails do not grow without bound', async () => {
  const folder = scratchFolder('reports')
  const { disk } = new ModelStore(undefined, true)
  const record = { report: 'list', why: 'schedule', s: start, cut: 0, runs: {}, code: '', began: start, file: '' }
  const put = Array.from({ length: 600 }, (_, i): [string, string] => {
    const number = i + 1
    return [REPORT_RUNS + numberInName(number), JSON.stringify({ ...record, number, state: number === 1 ? 'done' : 'failed' })]
  })
  disk.commits.push({ put })
  const driven = open({ folder, disk, make: () => () => Promise.reject(new Error('no room')) })
  await driven.run.submit('payments', pay('a', 0))
  await driven.to(10 * MINUTE + 1)
  const [first, ...withoutResult] = reportRunsIn(driven.store)
  assert.deepEqual([first.state, withoutResult.length, withoutResult.at(-1)!.error], ['done', limits.BATCH_RUNS_KEPT, 'no room'])
  await driven.run.stop()
})

test('events of a report are kept for a day more, in case it is late', () => {
  assert.equal(retentionMs(listOf('x.csv').ir, 1), 30 * MINUTE + 86_400_000)
})
