import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aggregateNames } from '../../src/define/ir/ir.ts'
import { type Ask, type Case, cases } from './cases.ts'
import { decisionCases } from './cases/decisions.ts'
import { episodeCases } from './cases/episodes.ts'
import { occurrenceCases } from './cases/occurrences.ts'
import { outcomeCases } from './cases/outcomes.ts'
import { triggerCases } from './cases/triggers.ts'
import { type OracleValue, decisions, visibleEvents, labels, value } from './oracle.ts'

for (const { name, source, group, log, asks } of cases)
  test(name, () => {
    for (const ask of asks) {
      const { events, clock } = visibleEvents(source, group.place, log, ask.prefix, ask.t)
      const trigger = ask.trigger === undefined ? undefined : log[ask.trigger]
      for (const feature of group.features) {
        const got = value(group, feature, source, ask.key, events, clock, trigger)
        assertAgrees(got, ask, feature.name)
      }
    }
  })

function assertAgrees(got: OracleValue, ask: Ask, name: string): void {
  const message = `${name} of ${JSON.stringify(ask.key)} at P = ${ask.prefix}, t = ${ask.t}: ${ask.why}`
  const expected = ask.expect[name]!
  if (typeof expected === 'object' && expected !== null && 'rejected' in expected)
    return assert.equal(got.rejected, expected.rejected, message)
  assert.equal(got.rejected, undefined, message)
  if (ask.exact?.[name] !== undefined) assert.equal(got.exact, ask.exact[name], message)
  if (got.tolerance > 0 && typeof expected === 'number' && typeof got.delivered === 'number')
    assert.ok(Math.abs(got.delivered - expected) <= got.tolerance, `${message}: ${got.delivered}, not ${expected}`)
  else assert.deepEqual(got.delivered, expected, message) // strict: Object.is, so −0 is not 0
}

for (const { name, pipeline, log, run, expect } of [...decisionCases, ...triggerCases])
  test(name, () => {
    const actual = decisions(pipeline, log, run)
    assert.deepEqual(
      actual,
      expect.map(decision => ('event' in decision ? { ...decision, prefix: decision.event + 1 } : decision)),
    )
  })

for (const { name, pipeline, log, run, asks } of [...outcomeCases, ...episodeCases, ...occurrenceCases])
  test(name, () => {
    for (const { at, expect, outcomes, censored = [] } of asks) {
      const labelled = labels(pipeline, log, at, run)
      const got = labelled.map(({ label, late }) => (late === 0 ? label : [label, late]))
      assert.deepEqual(got, expect, `as known at ${at}`)
      assert.deepEqual(
        labelled.flatMap((one, i) => (one.censored ? [i] : [])),
        censored,
        `censored, as known at ${at}`,
      )
      const when = labelled.map(({ outcome = null }) => outcome)
      if (outcomes) assert.deepEqual(when, outcomes, `when it came true, as known at ${at}`)
    }
  })

test('every ask expects every feature, and every aggregate and placement has a case', () => {
  for (const { name, group, asks } of cases)
    for (const ask of asks)
      assert.deepEqual(Object.keys(ask.expect).toSorted(), group.features.map(feature => feature.name).toSorted(), name)
  const setOf = (of: (one: Case) => string[]): Set<string> => new Set(cases.flatMap(of))
  assert.deepEqual(
    setOf(one => one.group.features.map(feature => feature.agg)),
    new Set(aggregateNames),
  )
  assert.deepEqual(
    setOf(one => [one.group.place.kind]),
    new Set(['stream', 'lag', 'partial', 'scheduled', 'batch', 'hybrid', 'corrected']),
  )
})
