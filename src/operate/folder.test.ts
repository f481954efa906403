/** A data folder, read through its use cases while a run holds it: what each subject gives, and what is rejected. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import {
  action,
  appendTo,
  batch,
  count,
  entity,
  every,
  features,
  linear,
  model,
  on,
  pipeline,
  report,
  source,
  stream,
  t,
} from '../index.ts'
import { recordBatchOf } from '../intake/record-batch.ts'
import { LiveRun } from '../run/loop/live-run.ts'
import { openFolder, withFolder, type FolderView } from './index.ts'

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.int(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const usual = features('usual', { from: payments, entity: card, place: batch(), values: () => ({ n: count('30d') }) })
const now = features('now', { from: payments, entity: card, place: stream, values: p => ({ n: count('1h'), spent: p.amount.sum('1h') }) })
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ n: now.of(p.card).n, usual: usual.of(p.card).n }),
  score: linear({ intercept: 0, weights: { n: 1 } }),
})
const block = action('block', { when: fraud.score.gt(1), do: appendTo('blocked.ndjson') })
const daily = report('daily', { of: { now }, at: every('1d') })
const shop = pipeline('shop', [fraud, block, daily])

const at = Date.now()
const pay = (id: number, amount: unknown = 5) => ({ id: String(id), card: `c${id % 2}`, amount, at })
const path = scratchFolder('folder-view')
let running: LiveRun
let folder: FolderView
before(async () => {
  running = await LiveRun.open(shop, path)
  await running.run.submit('payments', recordBatchOf([1, 2, 3, 4].map(id => pay(id))))
  await running.run.submit('payments', recordBatchOf([pay(5, 'much'), pay(6, 'little'), { id: '7' }]))
  folder = openFolder(path)
})
after(async () => {
  folder.close()
  await running.stop()
})

test('decisions are found by model, key and entry, and traced by entry', async () => {
  const { decisions } = folder
  const { decisions: newest, recorded } = await decisions.find({ last: 3 })
  assert.deepEqual([newest.map(({ id }) => id), recorded], [['2', '3', '4'], 4])
  const ofKey = await decisions.find({ model: 'fraud', key: 'c0', last: 10 })
  assert.deepEqual([ofKey.decisions.map(({ id }) => id), ofKey.recorded], [['2', '4'], 4])
  const { entry } = newest[0]
  assert.deepEqual((await decisions.find({ entry })).decisions, [newest[0]])
  assert.deepEqual((await decisions.find({ entry, key: 'c1' })).decisions, [])
  const [trace] = await decisions.traces({ target: entry, most: 10 })
  assert.deepEqual(trace.decision, newest[0])
  assert.deepEqual(await decisions.traces({ target: 1000, most: 10 }), [])
  assert.deepEqual(
    decisions.models().map(each => [each.model, each.decisions]),
    [['fraud', 4]],
  )
  await assert.rejects(decisions.find({ model: 'frauds', last: 1 }), {
    code: 'SPILL_NOT_FOUND',
    message: "no decision of model 'frauds' is recorded; did you mean 'fraud'?",
  })
})

test('effects are listed with their counts, and a decision is traced by one of its effects', async () => {
  const { effects, counts } = folder.effects.newest({ last: 10 })
  assert.deepEqual([effects.map(({ number, state }) => [number, state]), counts], [
    [
      [1, 'pending'],
      [2, 'pending'],
    ],
    [{ action: 'block', state: 'pending', effects: 2 }],
  ] as const)
  assert.deepEqual(folder.effects.newest({ last: 1, action: 'block', state: 'pending' }).effects, [effects[1]])
  assert.deepEqual(folder.effects.newest({ last: 5, state: 'dead' }), { effects: [], counts: [] })
  assert.deepEqual([folder.effects.byNumber(2), folder.effects.byNumber(3), folder.effects.lastNumber()], [effects[1], undefined, 2])
  const [trace] = await folder.decisions.traces({ target: effects[1].id, most: 10 })
  assert.equal(trace.decision.id, '4')
  assert.deepEqual(
    trace.effects.map(({ number }) => number),
    [2],
  )
  await assert.rejects(folder.decisions.traces({ target: 'shop/block/0', most: 1 }), {
    code: 'SPILL_NOT_FOUND',
    message: "there is no effect with the id 'shop/block/0'",
  })
})

test('dead letters are counted and listed', () => {
  const { deadLetters } = folder
  const [key, schema] = deadLetters.counts()
  assert.deepEqual(
    [key, schema],
    [
      { source: 'payments', reason: 'key', letters: 1 },
      { source: 'payments', reason: 'schema', letters: 2 },
    ],
  )
  assert.deepEqual([deadLetters.counts({ reason: 'schema' }), deadLetters.counts({ source: 'hooks' })], [[schema], []])
  assert.deepEqual(
    [...deadLetters.list({ settled: false })].map(({ id }) => id),
    [1, 2, 3],
  )
  assert.deepEqual([...deadLetters.list({ settled: true })], [])
  assert.equal(deadLetters.byId(2)?.place, [...deadLetters.list({ settled: false })][1].place)
  assert.equal(deadLetters.byId(4), undefined)
})

test('a batch run and a report are listed, and recomputed with equal hashes', async () => {
  const { number } = await running.run.batch('usual')
  const [{ record, isInterrupted }] = folder.batchRuns.newest({ group: 'usual', last: 1 })
  assert.deepEqual([record.number, record.state, isInterrupted], [number, 'done', false])
  const { recordedHash, recomputedHash } = folder.batchRuns.recompute(number)
  assert.equal(recordedHash, recomputedHash)
  assert.deepEqual([folder.batchRuns.list('now'), folder.batchRuns.groups()], [[], ['usual']])
  assert.throws(() => folder.batchRuns.recompute(99), { code: 'SPILL_NOT_FOUND', message: /there is no batch run 99/ })
  assert.throws(() => folder.batchRuns.newest({ group: 'usul', last: 1 }), {
    code: 'SPILL_NOT_FOUND',
    message: "there are no batch runs of a group 'usul'; did you mean 'usual'?",
  })

  assert.equal(folder.reports.latest('daily'), undefined)
  const report = await running.run.report('daily')
  const latest = folder.reports.latest('daily')!
  assert.deepEqual([latest.record, latest.exists], [report, true])
  const recomputed = await folder.reports.recompute(report.number, folder.reports.definitions())
  assert.deepEqual([recomputed.recordedHash, recomputed.file], [recomputed.recomputedHash, 'the same'])
  assert.equal(folder.reports.compute('daily', shop).table.length, 2)
  await assert.rejects(folder.reports.recompute(99, shop), { code: 'SPILL_NOT_FOUND', message: 'there is no report 99' })
  assert.throws(() => folder.reports.compute('dayly', shop), {
    code: 'SPILL_NOT_FOUND',
    message: /has no report 'dayly'; did you mean 'daily'/,
  })
})

test('features of a key are those of the groups that it fits, as of now or of a past time', () => {
  const featuresAt = (query: { key: string; group?: string; at?: number }) =>
    folder.features(shop.ir, query).map(({ group, ofKey }) => [group, ofKey])
  assert.deepEqual(featuresAt({ key: 'c1', group: 'now' }), [['now', 2]])
  assert.deepEqual(
    featuresAt({ key: 'c1', at: at - 3_600_000 }),
    shop.ir.groups.map(({ name }) => [name, 0]),
  )
  assert.throws(() => featuresAt({ key: 'c1', group: 'nw' }), { code: 'SPILL_NOT_FOUND', message: /has no group 'nw'; did you mean 'now'/ })
  assert.throws(() => featuresAt({ key: 'a,b', group: 'gone' }), { code: 'SPILL_NOT_FOUND' })
  const stages = new Set<string>()
  const onProgress = (stage: string, share: number) => void (share >= 0 && share < 1 && stages.add(stage))
  folder.features(shop.ir, { key: 'c1', onProgress })
  assert.deepEqual(
    [...stages],
    shop.ir.groups.map(({ name }) => `reading the log for ${name}`),
  )
})

test('the last pipeline, models, reconciliations, objectives and health are those of the folder', () => {
  assert.equal(folder.pipeline()?.fingerprint, shop.fingerprint)
  assert.deepEqual(folder.models.stateReader(shop.ir)(), [])
  assert.throws(() => folder.models.version(shop.ir, 'fraud', 1), { code: 'SPILL_INPUT', message: /model 'fraud' is not trained/ })
  assert.deepEqual(
    [folder.reconciliations.list(), folder.reconciliations.last(), folder.reconciliations.byNumber(1)],
    [[], undefined, undefined],
  )
  assert.deepEqual(folder.objectives(), { objectives: [] })
  const health = folder.health({ verify: true })
  assert.deepEqual([health.holder, health.damage, health.verified], [{ pid: process.pid, holds: true }, [], true])
  assert.deepEqual([health.entries, health.dead], [running.run.end, folder.deadLetters.counts()])
})

test('a path that is no data folder, and a file that is no log, are rejected', async () => {
  assert.throws(() => openFolder(join(path, 'nowhere')), { code: 'SPILL_STORE', message: /is not a data folder/ })
  const broken = scratchFolder('broken-view')
  mkdirSync(broken, { recursive: true })
  writeFileSync(join(broken, 'log.db'), 'this is no database, and long enough to be looked at as one')
  await assert.rejects(
    withFolder(broken, view => view.decisions.models()),
    { code: 'SPILL_DATA' },
  )
})
