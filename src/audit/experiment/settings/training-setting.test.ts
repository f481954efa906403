import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Cases } from '../../domain/cases.ts'
import { historyBlocks } from '../history-blocks.ts'
import { modelFits } from './training-setting.ts'

/** A decision every 10 ms from 0 to 990, with a label horizon of 20 ms. */
const t = Float64Array.from({ length: 100 }, (_, i) => i * 10)
const cases = { t, length: 100, blocks: historyBlocks(t, 20, 990) } as Cases

test('by default there is one model, fitted on the block train', () => {
  assert.deepEqual(modelFits({ kind: 'now' }, cases, 20), [{ scores: { from: 0, to: 100 }, trainingRange: { from: 0, to: 39 } }])
})

test('each period has a model, fitted on the labels settled at its start', () => {
  assert.deepEqual(modelFits({ kind: 'every', every: 250 }, cases, 20), [
    { scores: { from: 0, to: 50 }, trainingRange: { from: 0, to: 24 } }, // that of 250, up to 230, is in use at 400
    { scores: { from: 50, to: 75 }, trainingRange: { from: 0, to: 49 } },
    { scores: { from: 75, to: 100 }, trainingRange: { from: 0, to: 74 } },
  ])
})

test('each judged block has a model of the given age', () => {
  assert.deepEqual(modelFits({ kind: 'older', by: 100 }, cases, 20), [
    { scores: { from: 0, to: 50 }, trainingRange: { from: 0, to: 29 } },
    { scores: { from: 50, to: 75 }, trainingRange: { from: 0, to: 39 } },
    { scores: { from: 75, to: 100 }, trainingRange: { from: 0, to: 64 } },
  ])
})

test('too many models and other settings are rejected', () => {
  assert.throws(() => modelFits({ kind: 'every', every: 10 }, cases, 20), {
    code: 'SPILL_LIMIT',
    message: 'training every 10ms makes 60 models of this history, more than 32 (AUDIT_TRAININGS_MAX); ask for a longer period',
  })
  assert.throws(() => modelFits({ kind: 'stream' }, cases, 20), {
    code: 'SPILL_UNSUPPORTED',
    message: "training cannot be set to 'stream'; write 'every' or 'older'",
  })
})
