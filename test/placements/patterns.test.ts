import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comparePatterns, type Pattern } from './patterns.ts'

const SEED = 3

test('Lambda, Kappa, all-batch and spillway are placements of one pipeline, and agree where the semantics say so', async () => {
  const sums = new Map((await comparePatterns(SEED)).map(one => [one.pattern, one]))
  const of = (pattern: Pattern) => sums.get(pattern)!
  const { decisions, otherScores, otherShort, otherLong, ageHours } = of('spillway')
  assert.deepEqual([decisions, otherScores, otherShort, otherLong, ageHours], [300, 0, 0, 0, 0])
  assert.equal(of('Kappa').ageHours, 0)
  // The short group is the same in Lambda; the long group is as old as the last run, and decides otherwise.
  assert.equal(of('Lambda').otherShort, 0)
  assert.ok(of('Lambda').otherLong > 150 && of('Lambda').otherScores > 0)
  assert.ok(of('Lambda').ageHours > 2 && of('Lambda').ageHours < 6)
  assert.ok(of('all-batch').otherShort > 150)
  assert.equal(of('all-batch').ageHours, of('Lambda').ageHours)
  const long = (pattern: Pattern) => of(pattern).recorded.map(({ vector }) => [vector['most'], vector['mean']])
  assert.deepEqual(long('Lambda'), long('all-batch'))
})
