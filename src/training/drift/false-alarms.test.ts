/** The rate of false drift alarms, at the default thresholds and row counts of trainings on drift. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random, type Random } from '../../base/random.ts'
import { driftOf } from './drift.ts'
import { countNumbers, type RowsSummary } from './summary.ts'

const ROWS = 1000
const thresholds = { psi: 0.2, ks: 0.2, nulls: 0.1, rows: ROWS }

const normal = (next: Random): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
const worlds: Readonly<Record<string, (next: Random) => number>> = {
  even: next => next() * 100,
  normal: next => normal(next),
  skewed: next => Math.exp(2 * normal(next)),
  rare: next => Number(next() < 0.02),
  counts: next => Math.floor(-4 * Math.log(1 - next())),
  gaps: next => (next() < 0.5 ? NaN : next()),
}

function rowsOf(seed: number, shift = 0): RowsSummary {
  const next = random(seed)
  const inputs = Object.entries(worlds).map(([name, draw]) => {
    // As many values as rows of the others, and as many NULLs.
    const length = name === 'gaps' ? 2 * ROWS : ROWS
    const counting = countNumbers()
    counting.add({ values: Float64Array.from({ length }, () => draw(next) + shift) }, length)
    return [name, counting.summary] as const
  })
  return { rows: ROWS, inputs: Object.fromEntries(inputs) }
}

test('of 200 pairs of samples of one world none has drifted, in any of six columns', () => {
  const worst = { psi: 0, ks: 0, nulls: 0 }
  for (let seed = 1; seed <= 200; seed++) {
    const report = driftOf(rowsOf(seed), rowsOf(seed + 10_000), thresholds)
    assert.equal(report.drifted, false, `seed ${seed}: ${JSON.stringify(report.inputs.filter(({ drifted }) => drifted.length > 0))}`)
    for (const { psi = 0, ks = 0, nulls } of report.inputs) {
      worst.psi = Math.max(worst.psi, psi)
      worst.ks = Math.max(worst.ks, ks)
      worst.nulls = Math.max(worst.nulls, Math.abs(nulls.recent - nulls.reference))
    }
  }
  // It is no accident: the largest of 1,200 is well below.
  assert.ok(worst.psi > 0.01 && worst.psi < 0.1, `PSI ${worst.psi}`)
  assert.ok(worst.ks > 0.03 && worst.ks < 0.1, `KS ${worst.ks}`)
  assert.ok(worst.nulls > 0.01 && worst.nulls < 0.08, `NULLs ${worst.nulls}`)
})

test('a shift by three quarters of a standard deviation is found in every one of 50', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const { inputs } = driftOf(rowsOf(seed), rowsOf(seed + 10_000, 0.75), thresholds)
    assert.ok(inputs.find(({ name }) => name === 'normal')!.drifted.length > 0, `seed ${seed}`)
  }
})
