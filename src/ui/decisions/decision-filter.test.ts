/** Words over a list of decisions, and the way to older ones. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decisionPageText, noDecisionText, olderUntil, scoreDigits } from './decision-filter.ts'

const noon = Date.parse('2026-11-24T12:00Z')
/** Decisions at intervals of a second, newest first. */
const decisions = (count: number, stepMs = 1000) => Array.from({ length: count }, (_, i) => ({ t: noon - i * stepMs }))

test('a list says how far back it looks', () => {
  const page = { found: decisions(100), shown: decisions(100), limit: 100 }
  assert.equal(decisionPageText(page), 'The 100 newest decisions.')
  assert.equal(decisionPageText({ ...page, until: noon }), 'The 100 newest decisions up to 2026-11-24 12:00:00 UTC.')
  const few = { found: decisions(2), shown: decisions(2), limit: 100 }
  assert.equal(decisionPageText(few), 'The 2 newest decisions; there is no older one.')
  assert.equal(decisionPageText({ ...few, lookedAt: 5000 }), 'The 2 newest decisions. 5,000 were searched; there may be older ones.')
  const none = { found: [], shown: [], limit: 100, until: noon }
  assert.equal(decisionPageText(none), 'There is no matching decision up to 2026-11-24 12:00:00 UTC.')
  assert.match(decisionPageText({ ...none, lookedAt: 5000 }), /^No matching decision up to .* was found\. 5,000 were searched/)
  assert.equal(
    decisionPageText({ found: decisions(1000), shown: [], limit: 1000, min: '0.8' }),
    '0 with a score of at least 0.8 shown, of the 1,000 newest decisions (2026-11-24 11:43:21 to 2026-11-24 12:00:00); older ones were not searched.',
  )
})

test('the next page begins at the oldest decision of this one, and there is none after the last', () => {
  assert.equal(olderUntil({ found: decisions(100), shown: decisions(100), limit: 100 }), noon - 99_000)
  assert.equal(olderUntil({ found: decisions(100, 0), shown: decisions(100, 0), limit: 100 }), noon - 1)
  assert.equal(olderUntil({ found: decisions(99), shown: decisions(99), limit: 100 }), undefined)
  assert.equal(olderUntil({ found: decisions(1000), shown: [], limit: 1000, min: '0.8' }), noon - 999_000)
  assert.equal(olderUntil({ found: decisions(500), shown: decisions(100), limit: 1000, min: '0.1' }), noon - 99_000)
})

test('a score has four significant digits, and a missing decision is said without the API', () => {
  assert.deepEqual([0.123456789, 1, null].map(scoreDigits), ['0.1235', '1', '—'])
  assert.equal(noDecisionText('85001', 'fraud', 'c1'), 'No decision of fraud about c1 is recorded on entry 85,001.')
})
