import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Strings } from '../columns/strings.ts'
import type { LabelIR } from '../define/ir/ir.ts'
import type { Labels } from './label.ts'
import { labelledSet, type Labelling } from './labelled-set.ts'
import type { TrainingSet } from './training-set.ts'

const from: LabelIR = { kind: 'from', source: 's', join: 'id', value: { op: 'column', name: 'b', type: 'bool' }, negativeAfter: 10 }
const begins: LabelIR = { kind: 'begins', source: 's', key: 'k', condition: from.value, within: 6, lasting: 4, maxGap: 1 }
const happens: LabelIR = { kind: 'happens', source: 's', key: 'k', within: 7, lateness: 3 }
const labels: Labels = {
  length: 6,
  value: Uint8Array.of(1, 0, 0, 1, 0, 1),
  known: Uint8Array.of(1, 1, 0, 1, 0, 1),
  outcome: Float64Array.of(5, NaN, NaN, 35, NaN, 55),
  eligible: Uint8Array.of(1, 1, 1, 1, 0, 1),
  late: Uint32Array.of(0, 2, 0, 0, 0, 0),
  censored: Uint8Array.of(0, 0, 1, 0, 0, 0),
  counts: { decisions: 6, positive: 3, negative: 1, unknown: 1, notEligible: 1, late: 2 },
}

/** Decisions at 0, 10, 20 …, two per batch; the last is after the labels' time. */
const set = (): TrainingSet => ({
  columns: [
    { name: 't', type: 'timestamp' },
    { name: 'key.k', type: 'int' },
  ],
  strings: new Strings(),
  batches: [0, 2, 4, 6].map(first => ({
    length: first === 6 ? 1 : 2,
    columns: [{ values: Float64Array.of(first * 10, (first + 1) * 10) }, { values: Float64Array.of(first % 4, 1) }],
    done: 1,
  })),
})

function rowsOf(labelling: Partial<Labelling> & Pick<Labelling, 'label'>, sample?: Parameters<typeof labelledSet>[2]) {
  const { set: labelled, counts } = labelledSet(set(), { labels, at: 55, ...labelling }, sample)
  const rows = [...labelled.batches].flatMap(({ length, columns }) =>
    Array.from({ length }, (_, row) => columns.map(({ values, nulls }) => (nulls?.[row] === 1 ? null : values[row]))),
  )
  return { names: labelled.columns.map(({ name }) => name), rows, counts: counts() }
}

test('each decision has its label or NULL; later decisions are no rows', () => {
  const { names, rows, counts } = rowsOf({ label: from })
  assert.deepEqual(names, ['t', 'key.k', 'label', 'label.late'])
  assert.deepEqual(
    rows.map(([t, , label, late]) => [t, label, late]),
    [
      [0, 1, 0],
      [10, 0, 2],
      [20, null, 0],
      [30, 1, 0],
      [40, null, 0],
      [50, 1, 0],
    ],
  )
  assert.deepEqual(counts, { at: 55, positive: 3, negative: 1, unknown: 1, notEligible: 1, late: 2 })
})

test('settled rows are known, and older than the horizon', () => {
  const { names, rows, counts } = rowsOf({ label: begins, isSettled: true })
  assert.deepEqual(names.slice(2), ['label', 'label.eligible'])
  assert.deepEqual(
    rows.map(([t, , label]) => [t, label]),
    [
      [0, 1],
      [10, 0],
      [30, 1],
    ],
  )
  assert.deepEqual(counts, { at: 55, positive: 2, negative: 1, unknown: 0, notEligible: 0, late: 2, unsettled: 3 })
  assert.deepEqual(
    rowsOf({ label: begins, isSettled: true, after: 10 }).rows.map(([t]) => t),
    [30],
  )
})

test('a label of a key has the number of late events, and its horizon is within and lateness', () => {
  const { names, rows } = rowsOf({ label: happens, isSettled: true, at: 20 })
  assert.deepEqual(names.slice(2), ['label', 'label.late'])
  assert.deepEqual(
    rows.map(([t, , label, late]) => [t, label, late]),
    [
      [0, 1, 0],
      [10, 0, 2],
    ],
  )
})

test('only sampled rows are counted', () => {
  const { rows, counts } = rowsOf({ label: from }, { key: 'key.k', isKept: ({ values }, row) => values[row] === 1 })
  assert.deepEqual(
    rows.map(([t]) => t),
    [10, 30, 50],
  )
  assert.deepEqual(counts, { at: 55, positive: 2, negative: 1, unknown: 0, notEligible: 0, late: 2 })
})

test('censored labels are counted, kept or dropped, if the label names an action', () => {
  const censoredLabels = { ...labels, counts: { ...labels.counts, censored: 1 } }
  assert.equal(rowsOf({ label: from }).counts.censored, undefined)
  const { counts, rows } = rowsOf({ label: from, labels: censoredLabels })
  assert.deepEqual([counts.unknown, counts.censored, rows.length], [1, 1, 6])
  const settledRows = rowsOf({ label: from, labels: censoredLabels, isSettled: true })
  assert.equal(settledRows.counts.censored, 1)
  assert.ok(settledRows.counts.unsettled! >= 1 && settledRows.rows.length < 6)
})
