import assert from 'node:assert/strict'
import test from 'node:test'
import { bench } from './decide.ts'
import { answerFlags, wrongAnswers, type DecideAnswers } from './live/decide-answers.ts'

test('the bench works at a small size: every answer is what the log has', async () => {
  const { figure, failures } = await bench.run({ small: true, progress: () => {} })
  assert.deepEqual(failures, [])
  const { asItIs, slow } = figure as unknown as Record<'asItIs' | 'slow', { answers: Record<string, number> }>
  assert.ok(asItIs.answers['declined'] > 0)
  assert.equal(slow.answers['notDurable'], 1000)
})

test('finds an answer that differs from the recorded decision', () => {
  const answered = (flags: number, score: number): DecideAnswers => ({
    first: 7,
    flags: Uint8Array.of(flags),
    score: Float64Array.of(score),
    failed: [],
    answeredMs: Float64Array.of(1),
    lateMs: Float64Array.of(0),
    cpuMs: 1,
  })
  const wrong = (recorded: number, flags: number, score: number) =>
    wrongAnswers([{ id: 7, score: recorded }], 1, [answered(flags, score)]).length
  const { decided, declined, durable, degraded, otherwise } = answerFlags
  assert.equal(wrong(0.9, decided | declined | durable, 0.9), 0)
  assert.equal(wrong(0.01, decided, 0.01), 0)
  assert.equal(wrong(0.9, degraded | otherwise, NaN), 0)
  assert.equal(wrong(0.9, decided | declined, 0.8), 1, 'another score')
  assert.equal(wrong(0.9, decided, 0.9), 1, 'let through')
  assert.equal(wrong(0.01, decided | declined, 0.01), 1, 'declined')
  assert.equal(wrong(0.9, degraded | otherwise | durable, NaN), 1, 'durable without a decision')
  assert.equal(wrongAnswers([], 1, [answered(degraded | otherwise, NaN)]).length, 2, 'not in the log')
})
