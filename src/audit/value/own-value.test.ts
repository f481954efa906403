import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomGiven } from '../../../test/audit/random-cases.ts'
import { SpillwayError } from '../../base/errors.ts'
import type { Judged, UtilityCompute } from '../../define/value/utility.ts'
import { utilityOf, type AlertEvaluation } from './index.ts'

const own = (compute: UtilityCompute, evaluation: AlertEvaluation) =>
  utilityOf({ utility: { kind: 'own', unit: '$', version: '1', budget: 0.1 } }, { name: 'fraud' }, compute).values(evaluation)
const evaluation = { ...randomGiven(3, { most: 60 }), rows: { from: 2, to: 12 } }
const labelled = (row: number) => evaluation.cases.isLabelled[row] === 1 && evaluation.cases.eligible[row] === 1

test('the function receives columns of rows, and its values for unknown labels are ignored', () => {
  assert.ok(evaluation.cases.length >= 12)
  let seen: Judged | undefined
  const values = own(d => {
    seen = d
    return d.column('amount').map((amount, i) => (d.alert[i] === 1 ? amount : -1))
  }, evaluation)
  assert.equal(seen!.length, 10)
  assert.deepEqual([...seen!.t], [...evaluation.cases.t].slice(2, 12))
  assert.deepEqual([...seen!.score], [...evaluation.decided.score].slice(2, 12))
  assert.deepEqual(
    [...seen!.known],
    [...seen!.t].map((_, i) => Number(labelled(i + 2))),
  )
  const amount = evaluation.cases.column('amount')
  assert.deepEqual(
    [...values],
    [...values].map((_, i) => (labelled(i + 2) ? (evaluation.alert[i + 2] === 1 ? amount[i + 2] : -1) : NaN)),
  )
  assert.ok(values.some(Number.isNaN) && values.some(value => value > 0))
})

test('an error names the model, and the row where there is one', () => {
  const rejected = (compute: UtilityCompute, message: RegExp) =>
    assert.throws(
      () => own(compute, evaluation),
      (error: unknown) => error instanceof SpillwayError && error.code === 'SPILL_INPUT' && message.test(error.message),
    )
  rejected(() => {
    throw new RangeError('no')
  }, /worth of model 'fraud': the function of own threw RangeError: no, given 10 decisions from row 2 on/)
  rejected(d => new Float64Array(d.length - 1), /gave 9 values for 10 decisions/)
  rejected(() => [1] as never, /gave \[1\]; it gives a Float64Array/)
  rejected((async () => Promise.reject(new Error('late'))) as never, /gave an object|gave \{\}/)
  const first = Array.from({ length: 10 }, (_, i) => i).find(i => labelled(i + 2))!
  for (const value of [NaN, Infinity])
    rejected(d => new Float64Array(d.length).fill(value), new RegExp(`gave ${value} for decision ${first + 2}, of 1970-01-01T`))
  assert.throws(() => own(d => d.column('nothing'), evaluation), /no column nothing/)
})
