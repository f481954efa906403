import assert from 'node:assert/strict'
import { test } from 'node:test'
import { driftOf, type DriftOptions, describeDrift, type ColumnDrift, type DriftReport } from './drift.ts'
import { countNumbers, type NumberSummary, type RowsSummary } from './summary.ts'

function summaryOf(cells: readonly (number | null)[]): NumberSummary {
  const counting = countNumbers()
  counting.add({ values: Float64Array.from(cells, cell => cell ?? NaN) }, cells.length)
  return counting.summary
}
const rowsOf = (inputs: Readonly<Record<string, readonly (number | null)[]>>, score?: readonly number[]): RowsSummary => ({
  rows: Object.values(inputs)[0]?.length ?? 0,
  inputs: Object.fromEntries(Object.entries(inputs).map(([name, cells]) => [name, summaryOf(cells)])),
  ...(score && { score: summaryOf(score) }),
})

const even = Array.from({ length: 1000 }, (_, i) => i)
const moved = even.map(x => x + 400)
const driftedOf = (reference: RowsSummary, recent: RowsSummary, options?: DriftOptions) => {
  const { inputs, score } = driftOf(reference, recent, options)
  return Object.fromEntries([...inputs, ...(score ? [score] : [])].map(({ name, drifted }) => [name, drifted]))
}

test('an input that moved, one that stayed, one that went missing, and scores', () => {
  const missing = even.map(x => (x % 4 === 0 ? null : x))
  const reference = rowsOf({ a: even, b: even, c: even }, even)
  const recent = rowsOf({ a: moved, b: even.toReversed(), c: missing }, moved)
  assert.deepEqual(driftedOf(reference, recent), { a: ['psi', 'ks'], b: [], c: ['nulls'], score: ['psi', 'ks'] })
  const report = driftOf(reference, recent)
  assert.deepEqual([report.drifted, report.tooFew, report.rows], [true, false, { reference: 1000, recent: 1000 }])
  assert.ok(Math.abs(report.inputs[0].ks! - 0.4) < 0.005)
  assert.deepEqual(report.inputs[2].nulls, { reference: 0, recent: 0.25 })
  assert.deepEqual(JSON.parse(JSON.stringify(report)), report)
  assert.equal(driftOf(reference, rowsOf({ a: even, b: even, c: even }, even)).drifted, false)
})

test('a threshold that is reached has been passed, and others may be asked for', () => {
  const [reference, recent] = [rowsOf({ a: even }), rowsOf({ a: moved })]
  const { psi, ks } = driftOf(reference, recent).inputs[0]
  assert.deepEqual(driftedOf(reference, recent, { psi: psi!, ks: ks! }), { a: ['psi', 'ks'] })
  assert.deepEqual(driftedOf(reference, recent, { psi: psi! + 1e-9, ks: ks! + 1e-9 }), { a: [] })
  assert.deepEqual(driftOf(reference, recent).thresholds, { psi: 0.2, ks: 0.2, nulls: 0.1, rows: 200, bins: 10 })
  for (const name of ['psi', 'ks', 'nulls'] as const)
    assert.throws(() => driftOf(reference, recent, { [name]: 0 }), {
      code: 'SPILL_TRAINING',
      message: new RegExp(`^drift: ${name} is a number above 0`),
    })
  for (const wrong of [{ ks: 1.1 }, { nulls: 1.1 }, { rows: 0 }, { rows: 1.5 }, { bins: 1 }, { bins: 2.5 }])
    assert.throws(() => driftOf(reference, recent, wrong), { code: 'SPILL_TRAINING', message: /^drift: \w+ is a / })
  assert.throws(() => driftOf(reference, recent, { kss: 1 } as never), {
    code: 'SPILL_TRAINING',
    message: /no option 'kss'; did you mean 'ks'\?/,
  })
})

test('too few rows say nothing, and too few values no psi', () => {
  const reference = rowsOf({ a: even })
  const few = driftOf(reference, rowsOf({ a: Array.from({ length: 199 }, () => null) }))
  assert.deepEqual([few.drifted, few.tooFew, few.inputs[0].drifted], [false, true, []])
  const sparse = driftOf(reference, rowsOf({ a: [...moved.slice(0, 199), null] }))
  assert.deepEqual([sparse.tooFew, sparse.inputs[0].psi, sparse.inputs[0].ks, sparse.inputs[0].drifted], [false, undefined, undefined, []])
  assert.deepEqual(driftedOf(reference, rowsOf({ a: moved.slice(0, 200) })), { a: ['psi', 'ks'] })
  assert.deepEqual(driftedOf(reference, rowsOf({ a: Array.from({ length: 200 }, () => null) })), { a: ['nulls'] })
})

test('the share of NULLs among a few earlier rows is no reference', () => {
  const fifth = rowsOf({ a: even.map(i => (i % 5 === 0 ? null : i % 200)) })
  const nullsOf = (rows: number) => driftedOf(rowsOf({ a: even.slice(0, rows) }), fifth)
  assert.deepEqual([nullsOf(199), nullsOf(200)], [{ a: [] }, { a: ['nulls'] }])
})

test('inputs that only one has are told, and are no drift', () => {
  const { only, drifted, inputs } = driftOf(rowsOf({ a: even, b: even }), rowsOf({ a: even, c: even }))
  assert.deepEqual([only, drifted, inputs.length], [{ reference: ['b'], recent: ['c'] }, false, 1])
})

test('a metric that falls below its bound has drifted; one without a value, or on too few labels, has not', () => {
  const rows = rowsOf({ a: even })
  const fell = (value: number, labels = 200) => driftOf(rows, rows, { metrics: [{ name: 'auc', value, bound: 0.75, rows: labels }] })
  assert.deepEqual([fell(0.7499).drifted, fell(0.7499).metrics[0].fell], [true, true])
  for (const kept of [fell(0.75), fell(0.9), fell(NaN), fell(0.1, 199)])
    assert.deepEqual([kept.drifted, kept.metrics[0].fell], [false, false])
  assert.throws(() => driftOf(rows, rows, { metrics: [{ name: 'auc', value: 1, bound: NaN, rows: 1 }] }), { code: 'SPILL_TRAINING' })
})

const column = (name: string, more: Partial<ColumnDrift> = {}): ColumnDrift => ({
  name,
  nulls: { reference: 0, recent: 0 },
  drifted: [],
  ...more,
})
const report = (inputs: readonly ColumnDrift[], more: Partial<DriftReport> = {}): DriftReport =>
  ({ inputs, metrics: [], only: { reference: [], recent: [] }, drifted: false, tooFew: false, rows: {}, thresholds: {}, ...more }) as never

test('drifted columns are named with their distance, largest first', () => {
  assert.equal(describeDrift(report([column('a')])), undefined)
  assert.equal(
    describeDrift(report([column('glucose.level', { psi: 0.311, ks: 0.1, drifted: ['psi'] }), column('b')])),
    'drift of glucose.level: PSI 0.31',
  )
  const missing = column('b', { psi: 0.4, nulls: { reference: 0.05, recent: 0.315 }, drifted: ['psi', 'nulls'] })
  const both = report([column('a', { psi: 0.3, ks: 0.25, drifted: ['psi', 'ks'] }), missing], {
    score: column('score', { ks: 0.5, drifted: ['ks'] }),
  })
  assert.equal(describeDrift(both), 'drift of score: KS 0.50; b: PSI 0.40, NULL 5.0 % → 31.5 %; a: PSI 0.30, KS 0.25')
  const many = Array.from({ length: 5 }, (_, i) => column(`x${i}`, { psi: i, drifted: ['psi'] }))
  assert.equal(describeDrift(report(many)), 'drift of x4: PSI 4.00; x3: PSI 3.00; x2: PSI 2.00; and 2 more')
})

test('a metric that fell is named with its bound', () => {
  const fell = { name: 'auc', value: 0.61239, bound: 0.7, rows: 1204, fell: true }
  assert.equal(describeDrift(report([], { metrics: [fell] })), 'auc of 1204 settled decisions is 0.6124, below 0.7000')
  assert.equal(describeDrift(report([], { metrics: [{ ...fell, fell: false }] })), undefined)
  assert.equal(
    describeDrift(report([column('a', { psi: 1, drifted: ['psi'] })], { metrics: [fell] })),
    'drift of a: PSI 1.00; auc of 1204 settled decisions is 0.6124, below 0.7000',
  )
})
