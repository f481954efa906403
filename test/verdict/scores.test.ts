/** A few reports of each kind of `prove verdict` for scores; and the proof detects its planted faults. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SAFE_DAY_OLD } from '../../src/audit/plans/element-verdicts.ts'
import type { SweepEffect } from '../../src/audit/domain/element-report.ts'
import { contradictionsOf } from './contradictions.ts'
import { scoreWorld, scoreWorldKinds } from './score-world.ts'
import { proveScores, reportOf, scoresHold, type ScoresLine } from './scores.ts'

test('a group that loses is never called safe, one that is worth nothing is found, and headlines agree with their rows', async () => {
  const result = await proveScores({ cases: 3, seed: 11 })
  assert.deepEqual(result.failed, [])
  assert.ok(scoresHold(result))
  assert.deepEqual(
    result.scores.map(({ reports }) => reports),
    scoreWorldKinds.map(() => 3),
  )
  assert.ok(result.scores.some(({ rightBatches }) => rightBatches > 0))
})

test('the proof does not hold if more than one report in twenty is falsely "batch" or "stream", or one contradicts itself', () => {
  const line: ScoresLine = { kind: 'plain', reports: 1000, falseBatches: 50, falseStreams: 50, rightBatches: 0, contradictions: 0 }
  assert.ok(scoresHold({ scores: [line] }))
  for (const worse of [{ falseBatches: 51 }, { falseStreams: 51 }, { contradictions: 1 }])
    assert.ok(!scoresHold({ scores: [line, { ...line, ...worse }] }))
})

test('contradictions that are planted in a report are found', async () => {
  const report = await reportOf(scoreWorld(3, 'plain', 0.8), false)
  assert.deepEqual(contradictionsOf(report), [])
  const collapses: SweepEffect = {
    ...report.elements[1].levels[0].withoutRetraining,
    perWeek: { value: -20, low: -25, high: -15 },
  }
  const elements = report.elements.map(part => ({
    ...part,
    levels: part.levels.map(level => ({ ...level, withoutRetrainingAtVolume: collapses, withRetraining: collapses })),
  }))
  const texts = contradictionsOf({ ...report, elements })
  assert.ok(
    texts.some(text => text.startsWith('group/idle is proposed as batch 1 day')),
    texts.join(),
  )
  assert.ok(texts.some(text => text.endsWith('a row below its planned threshold loses')))
  const safe = elements.map(part => ({ ...part, verdict: { choice: SAFE_DAY_OLD, why: 'it is said' } }))
  assert.ok(contradictionsOf({ ...report, elements: safe }).some(text => text.startsWith('group/fast is said to be safe')))
})
