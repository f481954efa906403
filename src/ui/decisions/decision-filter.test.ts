/** Words over a list of decisions, and the way to older ones. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DecisionAnswer } from '../core/answers.ts'
import { decisionFilter, decisionPageText, noDecisionText, olderUntil, scoreDigits } from './decision-filter.ts'

const noon = Date.parse('2026-11-24T12:00Z')
/** Decisions at intervals of a second, newest first. */
const decisions = (count: number, stepMs = 1000) => Array.from({ length: count }, (_, i) => ({ t: noon - i * stepMs }))

test('a list says how far back it looks', () => {
  const page = { decisions: decisions(100) }
  assert.equal(decisionPageText(page), 'The 100 newest decisions.')
  assert.equal(decisionPageText({ ...page, until: noon }), 'The 100 newest decisions up to 2026-11-24 12:00:00 UTC.')
  assert.equal(
    decisionPageText({ ...page, min: '0.8', since: noon - 3_600_000 }),
    'The 100 newest decisions with a score of at least 0.8 from 2026-11-24 11:00:00 UTC on.',
  )
  const few = { decisions: decisions(2) }
  assert.equal(decisionPageText(few), 'The 2 newest decisions; there is no older one.')
  assert.equal(decisionPageText({ ...few, lookedAt: 5000 }), 'The 2 newest decisions. 5,000 were searched; there may be older ones.')
  const none = { decisions: [], until: noon }
  assert.equal(decisionPageText(none), 'There is no matching decision up to 2026-11-24 12:00:00 UTC.')
  assert.equal(
    decisionPageText({ ...none, lookedAt: 5000, lookedTo: noon - 60_000 }),
    'No matching decision up to 2026-11-24 12:00:00 UTC was found. 5,000 were searched, back to 2026-11-24 11:59:00 UTC; there may be older ones.',
  )
})

test('the next page begins at the oldest decision of this one, or where the search has ended, and there is none after the last', () => {
  assert.equal(olderUntil({ decisions: decisions(100) }), noon - 99_000)
  assert.equal(olderUntil({ decisions: decisions(100, 0) }), noon - 1)
  assert.equal(olderUntil({ decisions: decisions(99) }), undefined)
  assert.equal(olderUntil({ decisions: decisions(2), lookedAt: 5000, lookedTo: noon - 60_000 }), noon - 60_000)
  assert.equal(olderUntil({ decisions: [], until: noon, lookedAt: 5000, lookedTo: noon }), noon - 1)
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
