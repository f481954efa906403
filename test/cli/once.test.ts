/**
 * `spillway run --once`: jobs that are due at the end of the files run before it stops, so a run that is started each night has its batch
 * runs, too.
 */
import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { ReportRun } from '../../src/batch/report-ledger.ts'
import type { BatchRunRecord } from '../../src/batch/ledger.ts'
import type { ReconciliationRecord } from '../../src/reconcile/reconciliation-ledger.ts'
import type { RecordedDecision } from '../../src/run/decide/recorded-decision.ts'
import type { ModelVersion } from '../../src/training/registry/version.ts'
import { called, calledJson } from './called.ts'
import { Project } from './project.ts'

const start = Date.UTC(2026, 0, 5)
const file = `import { batch, count, entity, every, features, hybrid, labelFrom, model, on, pipeline, report, source, t } from 'spillway'

const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, amount: t.double(), at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const backs = source('backs', { schema: { payment: t.string(), fraud: t.bool(), at: t.timestamp() }, key: 'payment', time: 'at' })
const of = { from: payments, entity: card }
const nightly = features('nightly', { ...of, values: () => ({ n: count('lifetime') }) })
const merged = features('merged', { ...of, place: hybrid('0 2 * * *'), values: () => ({ n: count('lifetime') }) })
const often = features('often', { ...of, place: batch(every('1s'), { lasts: '0ms' }), values: () => ({ n: count('lifetime') }) })
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ amount: p.amount, nightly: nightly.of(p.card).n, merged: merged.of(p.card).n, often: often.of(p.card).n }),
  label: labelFrom(backs, { join: 'payment', value: b => b.fraud, negativeAfter: '1d' }),
  train: { algorithm: 'logistic', every: 'week' },
})
export default pipeline('shop', [fraud, report('counts', { of: { nightly }, at: '0 7 * * *', live: '30d' })])
`
const lines = (rows: readonly object[]): string => rows.map(row => JSON.stringify(row)).join('\n')
const payments = Array.from({ length: 400 }, (_, i) => ({
  id: `${i}`,
  card: `c${i % 3}`,
  amount: (i * 37) % 100,
  at: start + i * 3_600_000,
}))
const backs = payments.filter(({ amount }) => amount > 60).map(({ id, at }) => ({ payment: id, fraud: true, at: at + 3_600_000 }))
let project: Project

before(async () => {
  project = new Project({
    'pipeline.ts': file,
    'payments.ndjson': lines(payments),
    'backs.ndjson': lines(backs),
    'two.ndjson': lines([{ id: 'two', card: 'c2', amount: 7, at: Date.now() }]),
    'one.ndjson': lines([{ id: 'one', card: 'c1', amount: 5, at: Date.now() }]),
  })
  const files = ['payments', 'backs'].flatMap(name => ['--source', `${name}=${project.path(`${name}.ndjson`)}`])
  const { status, err } = await called('replay', project.path('pipeline.ts'), ...files, '--log', project.path('data'), '--show', '0')
  assert.equal(status, 0, err)
})
after(() => project[Symbol.dispose]())

test('batch runs, reports and trainings that are due are made, and those that come due meanwhile are not waited for', async () => {
  const data = ['--data', project.path('data')]
  const path = project.path('pipeline.ts')
  const { status, err } = await called('run', path, '--source', `payments=${project.path('one.ndjson')}`, '--once', ...data)
  assert.equal(status, 0, err)
  const runs = await calledJson<BatchRunRecord>('runs', ...data)
  for (const group of ['nightly', 'merged', 'often']) {
    const first = runs.find(run => run.group === group)
    assert.deepEqual([group, first?.state, typeof first?.swapped], [group, 'done', 'number'])
    // A job that becomes due within the second may or may not include the file's event.
    if (group !== 'often') assert.equal(first!.done!.read, 400)
  }
  const reports = await calledJson<ReportRun>('reports', ...data)
  assert.deepEqual(
    reports.map(({ state, done }) => [state, done!.rows]),
    [['done', 0]],
  )
  const versions = await calledJson<ModelVersion>('models', path, ...data)
  assert.deepEqual(
    versions.map(({ why, state }) => [why, state]),
    [['schedule', 'candidate']],
  )
})

test('a dead letter that is sent again reads the results of batch runs, and leaves them where they are', async () => {
  const data = ['--data', project.path('data')]
  const path = project.path('pipeline.ts')
  writeFileSync(project.path('bad.ndjson'), lines([{ id: 'bad', card: 'c1', amount: 'much', at: Date.now() }]))
  const files = () => readdirSync(project.path('data/state')).filter(name => name.startsWith('run-'))
  const once = await called('run', path, '--source', `payments=${project.path('bad.ndjson')}`, '--once', ...data)
  assert.equal(once.status, 0, once.err)
  assert.equal((await called('dlq', 'edit', '1', '--set', 'amount:=5', ...data)).status, 0)
  const before = files()
  assert.ok(before.length >= 3, before.join(', '))
  const replayed = await called('dlq', path, 'replay', '--all', ...data)
  assert.deepEqual([replayed.status, replayed.out.split('\n')[0]], [0, 'dead letter 1: accepted'])
  assert.deepEqual(files(), before)
  const runs = await calledJson<BatchRunRecord>('runs', '--group', 'often', ...data)
  const last = runs.findLast(({ swapped }) => swapped !== undefined)!
  const decided = (await calledJson<RecordedDecision>('decisions', ...data)).at(-1)!
  assert.deepEqual([decided.id, decided.read['often(card)'].asOf], ['bad', last.s])
  const next = await called('run', path, '--source', `payments=${project.path('one.ndjson')}`, '--once', ...data)
  assert.equal(next.status, 0)
  assert.doesNotMatch(next.err, /missing or damaged/)
})

test('the backup that is due is made at the end, and has all of the run', async () => {
  const data = ['--data', project.path('backed-up')]
  const to = project.path('backups')
  const run = ['run', project.path('pipeline.ts'), '--source', `payments=${project.path('one.ndjson')}`, '--once', ...data]
  const [{ end }] = await calledJson<{ end: number }>(...run, '--backup', to)
  const backups = await calledJson<{ end: number }>('backup', 'list', to)
  assert.deepEqual(
    backups.map(backup => backup.end),
    [end],
  )
})

test('without --reconcile no decisions are compared', async () => {
  const data = ['--data', project.path('unreconciled')]
  const run = ['run', project.path('pipeline.ts'), '--source', `payments=${project.path('one.ndjson')}`, '--once', ...data]
  assert.equal((await called(...run)).status, 0)
  assert.deepEqual(await calledJson<ReconciliationRecord>('reconcile', 'list', ...data), [])
})

test('with --reconcile the decisions since the last reconciliation are compared at the end, before the backup', async () => {
  const data = ['--data', project.path('reconciled')]
  const to = project.path('reconciled-backups')
  const run = ['run', project.path('pipeline.ts'), '--once', ...data, '--reconcile', '0 4 1 1 *', '--backup', to]
  for (const file of ['one', 'one', 'two']) {
    const { status, err } = await called(...run, '--source', `payments=${project.path(`${file}.ndjson`)}`)
    assert.equal(status, 0, err)
  }
  const reconciliations = await calledJson<ReconciliationRecord>('reconcile', 'list', ...data)
  assert.deepEqual(
    reconciliations.map(({ state, done }) => [state, done!.decisions]),
    [
      ['done', 1],
      ['done', 0],
      ['done', 1],
    ],
  )
  assert.equal((await called('restore', to, '--data', project.path('restored'))).status, 0)
  assert.deepEqual(
    await calledJson<ReconciliationRecord>('reconcile', 'list', '--data', project.path('restored')),
    reconciliations.slice(0, 1),
  )
})
