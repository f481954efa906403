import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fraudPipeline } from '../../../test/training/fraud-pipeline.ts'
import { limits } from '../../base/limits.ts'
import { checkPromotable, championOf, rollbackVersion, promotionBefore } from './champion.ts'
import { changedInputs, inputCodes } from './input-codes.ts'
import type { NamedValues } from '../../log/store.ts'
import {
  type DriftState,
  driftStateOf,
  putDriftState,
  putPromotions,
  putScore,
  deleteOldVersions,
  putVersion,
  scoreOfVersion,
  versionOf,
  versionsOf,
} from './registry.ts'
import type { PromotionRecord, ModelVersion } from './version.ts'

const train = { algorithm: 'logistic' } as const
const { ir } = fraudPipeline(train)
const [model] = ir.models
const version = (number: number, more: Partial<ModelVersion> = {}): ModelVersion => ({
  model: 'fraud',
  number,
  state: 'candidate',
  why: 'command',
  at: 0,
  began: 0,
  train: model.train!,
  inputs: inputCodes(ir, model),
  spillway: '0',
  trained: {} as never,
  ...more,
})
const score = { kind: 'logistic', intercept: 1, terms: [] } as const

function valuesOf(...puts: readonly (readonly [string, string | null])[]): NamedValues {
  const all = new Map(puts)
  return {
    get: name => all.get(name) ?? undefined,
    named: prefix => [...all].filter(([name]) => name.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1)) as [string, string][],
  }
}

test('versions are found by number, in order, with their scores', () => {
  const values = valuesOf(...[10, 2, 1].flatMap(number => [putVersion(version(number)), putScore('fraud', number, score)]))
  assert.deepEqual(
    versionsOf(values, 'fraud').map(({ number }) => number),
    [1, 2, 10],
  )
  assert.deepEqual(scoreOfVersion(values, 'fraud', 2), score)
  assert.equal(scoreOfVersion(values, 'fraud', 3), undefined)
})

test('a version of an earlier Spillway, which said refused, is a rejected one', () => {
  const [name, text] = putVersion(version(1, { state: 'rejected', trained: { split: { trained: 2, rejected: 3 } } as never }))
  const earlier = text!.replaceAll('"rejected"', '"refused"')
  assert.ok(earlier.includes('"state":"refused"') && earlier.includes('"refused":3'))
  const values = valuesOf([name, earlier])
  assert.deepEqual(versionsOf(values, 'fraud'), [
    version(1, { state: 'rejected', trained: { split: { trained: 2, rejected: 3 } } as never }),
  ])
  assert.equal(versionOf(values, 'fraud', 1)!.state, 'rejected')
})

test('a drift state of an earlier Spillway, which said asked, has the time of its last request', () => {
  const state: DriftState = { at: 9, version: 1, rows: { reference: 1, recent: 1 }, trainings: 1, requestedAt: 7, restsUntil: 10 }
  const [name, text] = putDriftState('fraud', state)
  const earlier = text!.replace('"requestedAt"', '"asked"')
  assert.ok(earlier.includes('"asked":7'))
  for (const stored of [text, earlier]) assert.deepEqual(driftStateOf(valuesOf([name, stored]), 'fraud'), state)
  assert.equal(driftStateOf(valuesOf(), 'fraud'), undefined)
})

test('inputs whose definition has changed are named', () => {
  const before = inputCodes(ir, model)
  assert.deepEqual(changedInputs(before, before), [])
  const other = fraudPipeline(train, { window: '2d' }).ir
  assert.deepEqual(changedInputs(before, inputCodes(other, other.models[0])), ["input 'n' is defined otherwise"])
  const fewer = before.filter(({ name }) => name !== 'amount')
  assert.deepEqual(changedInputs(before, fewer), ["input 'amount' is gone"])
  assert.deepEqual(changedInputs(fewer, before), ["input 'amount' is new"])
  const values = valuesOf(putVersion(version(1)), putScore('fraud', 1, score))
  assert.deepEqual(championOf(values, ir, model, 1), { version: 1, score })
  assert.equal(championOf(values, other, other.models[0], 1), "it was trained on other inputs: input 'n' is defined otherwise")
})

test('a version that cannot score cannot be promoted; the error says why', () => {
  const values = valuesOf(
    putVersion(version(1)),
    putScore('fraud', 1, score),
    putVersion(version(2, { state: 'failed', trained: undefined as never, error: 'no rows' })),
  )
  const rejected = (of: typeof ir, number: number, message: RegExp) =>
    assert.throws(() => checkPromotable(values, of, 'fraud', number), { code: 'SPILL_PRECONDITION', message })
  checkPromotable(values, ir, 'fraud', 1)
  checkPromotable(values, ir, 'fraud', 0)
  rejected(ir, 3, /model 'fraud' has no version 3; there are 1, 2/)
  rejected(ir, 2, /version 2 of model 'fraud' has no score: no rows/)
  rejected(
    fraudPipeline(train, { window: '2d' }).ir,
    1,
    /version 1 of model 'fraud' cannot score: it was trained on other inputs: input 'n' is defined otherwise/,
  )
  assert.throws(() => checkPromotable(values, ir, 'frud', 1), {
    code: 'SPILL_NOT_FOUND',
    message: /pipeline 'shop' has no model 'frud'; did you mean 'fraud'\?/,
  })
})

test('promotions are in the order of the log, and what scored before is the version before', () => {
  const promotions = [1, 2, 1, 1].map((number, i): PromotionRecord => ({ version: number, entry: i * 10, at: i, why: '' }))
  assert.equal(promotionBefore(promotions, 0), undefined)
  assert.equal(promotionBefore(promotions, 10)?.version, 1)
  assert.equal(promotionBefore(promotions, 11)?.version, 2)
  const rolledBack = (of: readonly PromotionRecord[]) => rollbackVersion(valuesOf(putPromotions('fraud', of)), 'fraud')
  assert.deepEqual([rolledBack(promotions.slice(0, 1)), rolledBack(promotions)], [0, 2])
  assert.throws(() => rolledBack([]), { code: 'SPILL_PRECONDITION', message: /no version of model 'fraud' has been promoted/ })
  const many = Array.from({ length: limits.MODEL_PROMOTIONS_KEPT + 5 }, (_, i): PromotionRecord => ({
    version: i,
    entry: i,
    at: i,
    why: '',
  }))
  const [, text] = putPromotions('fraud', many)
  assert.deepEqual((JSON.parse(text!) as PromotionRecord[])[0], many[5])
})

test('the oldest versions go, but for those that have scored or shall', () => {
  const versions = Array.from({ length: limits.MODEL_VERSIONS_KEPT + 4 }, (_, i) => version(i + 1))
  const gone = deleteOldVersions(versions, [{ version: 2, entry: 0, at: 0, why: '' }], { version: 3, why: '', at: 0 })
  assert.deepEqual(
    gone.map(([name, value]) => [name.split('/')[0], Number(name.split('/')[2]), value]),
    [1, 4].flatMap(number => [
      ['version', number, null],
      ['score', number, null],
      ['reference', number, null],
      ['onnx', number, null],
    ]),
  )
})
