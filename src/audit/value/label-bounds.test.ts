import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomGiven } from '../../../test/audit/random-cases.ts'
import { valueBounds, unknownLabelShare, utilityOf } from './index.ts'
import { assumedCases } from './label-bounds.ts'

const HOUR = 3_600_000

test('bounds are the values with all unknown labels true, and with all false', () => {
  const { values } = utilityOf({ utility: { kind: 'caught', unit: 'x', dollars: 4, wrong: 1 } }, { name: 'm' })
  let unknown = 0
  for (let seed = 0; seed < 200; seed++) {
    const evaluation = randomGiven(seed)
    const { cases, alert, decided, rows } = evaluation
    const { ifTrue, ifFalse } = valueBounds(values, evaluation, HOUR)
    const knownValues = values(evaluation)
    for (let i = 0; i < knownValues.length; i++) {
      const row = rows.from + i
      if (!Number.isNaN(knownValues[i]) || cases.eligible[row] === 0) {
        assert.deepEqual([ifTrue[i], ifFalse[i]], [knownValues[i], knownValues[i]])
        continue
      }
      unknown++
      const isInTime = decided.actedAt[row] <= cases.t[row] + HOUR
      assert.equal(ifTrue[i], alert[row] === 1 && isInTime ? 1 : 0)
      assert.equal(ifFalse[i], alert[row] === 1 ? -0.25 : 0)
    }
    const eligible = [...cases.eligible.subarray(rows.from, rows.to)].filter(is => is === 1).length
    const part = unknownLabelShare(cases, rows)
    if (eligible === 0) assert.ok(Number.isNaN(part))
    else assert.equal(part, knownValues.filter((value, i) => Number.isNaN(value) && cases.eligible[rows.from + i] === 1).length / eligible)
  }
  assert.ok(unknown > 100)
})

test('cases with assumed labels are cached, and leave the original unchanged', () => {
  const { cases } = randomGiven(1)
  const knownValues = cases.isLabelled.slice()
  const [ifFalse, ifTrue] = assumedCases(cases, HOUR)
  assert.deepEqual([ifFalse, ifTrue], assumedCases(cases, HOUR))
  assert.equal(assumedCases(cases, HOUR)[1], ifTrue)
  assert.notDeepEqual(ifTrue.label, ifFalse.label)
  assert.deepEqual(cases.isLabelled, knownValues)
})
