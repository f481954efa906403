/** Words over a list of decisions, and its filters. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DecisionAnswer } from '../core/answers.ts'
import { decisionFilter, decisionPageText, noDecisionText, scoreDigits } from './decision-filter.ts'

const noon = Date.parse('2026-11-24T12:00Z')
const decisions = (count: number) => new Array<undefined>(count)

test('a list says how many it shows, and whether older ones exist', () => {
  const page = { decisions: decisions(100), next: '7.3' }
  assert.equal(decisionPageText(page), 'The 100 newest decisions.')
  assert.equal(decisionPageText({ ...page, until: noon }), 'The 100 newest decisions up to 2026-11-24 12:00:00 UTC.')
  assert.equal(
    decisionPageText({ ...page, min: '0.8', since: noon - 3_600_000 }),
    'The 100 newest decisions with a score of at least 0.8 from 2026-11-24 11:00:00 UTC on.',
  )
  assert.equal(decisionPageText({ decisions: decisions(100) }), 'The 100 newest decisions; there is no older one.')
  assert.equal(decisionPageText({ decisions: decisions(2) }), 'The 2 newest decisions; there is no older one.')
  assert.equal(decisionPageText({ decisions: [], until: noon }), 'There is no matching decision up to 2026-11-24 12:00:00 UTC.')
})

test('a page of older decisions is not called the newest', () => {
  const page = { decisions: decisions(100), before: '9.0', next: '7.3' }
  assert.equal(decisionPageText(page), 'The next 100 older decisions.')
  assert.equal(decisionPageText({ decisions: decisions(1), before: '7.3' }), 'The next 1 older decision; there is no older one.')
  assert.equal(decisionPageText({ decisions: [], before: '7.3' }), 'There is no older matching decision.')
})

test('a search that ended early says how far back it looked', () => {
  const early = { next: '7.0', lookedAt: 5000 }
  assert.equal(
    decisionPageText({ ...early, decisions: decisions(2) }),
    'The 2 newest decisions. 5,000 were searched; there may be older ones.',
  )
  const none = { ...early, decisions: [], until: noon, lookedTo: noon - 60_000 }
  const searched = '5,000 were searched, back to 2026-11-24 11:59:00 UTC; there may be older ones.'
  assert.equal(decisionPageText(none), `No matching decision up to 2026-11-24 12:00:00 UTC was found. ${searched}`)
  assert.equal(decisionPageText({ ...none, until: undefined, before: '9.0' }), `No older matching decision was found. ${searched}`)
})

test('a filter has parameters for the server, and decides about live decisions itself; a malformed one is a problem', () => {
  const { filter, parameters } = decisionFilter({ min: '0.8', since: '2026-11-24 12:00', until: '2026-11-24 13:00' })
  assert.deepEqual(parameters, { min: '0.8', since: noon, until: noon + 3_600_000 })
  const live = (t: number, score: number | null) => filter({ t, score } as DecisionAnswer)
  assert.deepEqual([live(noon, 0.8), live(noon - 1, 0.8), live(noon + 3_600_001, 0.8)], [true, false, false])
  assert.deepEqual([live(noon, 0.79), live(noon, null)], [false, false])
  for (const query of [{ min: 'high' }, { since: 'noon' }, { until: 'noon' }]) {
    const { parameters: none, problem } = decisionFilter(query)
    assert.deepEqual(none, {})
    assert.match(problem!, /^'(high|noon)' is no (number|time)/)
  }
})

test('a score has four significant digits, and a missing decision is said without the API', () => {
  assert.deepEqual([0.123456789, 1, null].map(scoreDigits), ['0.1235', '1', '—'])
  assert.equal(noDecisionText('85001', 'fraud', 'c1'), 'No decision of fraud about c1 is recorded on entry 85,001.')
})
