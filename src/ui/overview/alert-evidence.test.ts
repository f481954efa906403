import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AlertAnswer } from '../alerts/alert-answers.ts'
import type { EffectAnswer, PipelineAnswer } from '../core/answers.ts'
import type { CauseAnswer } from '../dead-letters/letter-answers.ts'
import type { SeriesAnswer } from '../live/stored-series.ts'
import type { GroupRuns } from '../runs/group-runs.ts'
import { alertEvidence, evidencePaths } from './alert-evidence.ts'

const BEGAN = Date.parse('2026-01-05T02:00Z')
const NOW = BEGAN + 3_600_000
const alert = (cause: string, name: string): AlertAnswer =>
  ({ cause, subject: { kind: 'x', name }, began: BEGAN, opened: BEGAN + 90_000, affected: { models: ['fraud'] } }) as unknown as AlertAnswer
const known = { runs: [], models: [{ name: 'fraud', source: 'payments' }] as unknown as PipelineAnswer['models'] }

test('the evidence of a source whose records are rejected is the cause with the most records since the begin', () => {
  const cause = (id: string, letters: number, last: number): CauseAnswer => ({
    cause: id,
    source: 'payments',
    reason: 'schema',
    detail: `${id} is missing`,
    letters,
    first: 0,
    last,
  })
  const causes = { causes: [cause('typo', 1, NOW), cause('amount', 233, NOW - 1), cause('old', 900, BEGAN - 1)], unlisted: 0, unread: 0 }
  assert.deepEqual(alertEvidence(alert('dead-letters', 'payments'), { ...known, causes }, NOW), {
    line: 'amount is missing',
    counts: [
      {
        text: '233 records rejected for this cause, without a decision',
        page: 'dead-letters',
        query: { source: 'payments', cause: 'amount' },
      },
    ],
  })
  const undecided = alertEvidence(alert('dead-letters', 'refunds'), { ...known, causes }, NOW).counts[0].text
  assert.equal(undecided, '233 records rejected for this cause', 'no model decides on that source')
  assert.deepEqual(alertEvidence(alert('dead-letters', 'payments'), known, NOW), { counts: [] })
})

test('the evidence of a receiver is its last failure, and the effects that are not delivered', () => {
  const effect = (number: number, due: number, more: object = {}): EffectAnswer =>
    ({ number, due, action: 'block', state: 'pending', attempts: 0, ...more }) as unknown as EffectAnswer
  const effects = [
    effect(7, NOW - 1, { attempts: 3, why: '503', sent: 20 }),
    effect(8, NOW - 1, { attempts: 1, why: 'timed out', sent: 10 }),
    effect(9, NOW + 1),
  ]
  const counts = [{ action: 'block', state: 'pending', effects: 118 }] as const
  assert.deepEqual(alertEvidence(alert('effects', 'block'), { ...known, pending: { effects, counts } }, NOW), {
    line: 'Last failure: 503',
    counts: [
      { text: '118 effects not delivered, 117 of them past their deadline', page: 'actions', query: { action: 'block', state: 'pending' } },
    ],
  })
  const later = alertEvidence(alert('effects', 'block'), { ...known, pending: { effects, counts } }, NOW + 2)
  assert.equal(later.counts[0].text, '118 effects not delivered, all past their deadline')
  assert.deepEqual(alertEvidence(alert('effects', 'block'), { ...known, pending: { effects: [], counts: [] } }, NOW), { counts: [] })
})

test('the evidence of an overdue batch run is the run, and the decisions of its models since it was due', () => {
  const running = { number: 5, began: NOW - 6 * 3_600_000 }
  const runs = [{ group: 'usual', running, usualMs: 3000 }] as unknown as GroupRuns[]
  const decisions: SeriesAnswer = {
    from: BEGAN,
    stepMs: 60_000,
    length: 3,
    markers: [],
    series: [
      { name: 'decisions', labels: { model: 'fraud' }, values: [400, null, 12] },
      { name: 'decisions', labels: { model: 'other' }, values: [1, 1, 1] },
    ],
  }
  assert.deepEqual(alertEvidence(alert('batch-run', 'usual'), { ...known, runs, decisions }, NOW), {
    line: 'run 5 is running, 6 h so far; usually 3 s',
    counts: [{ text: '412 decisions on stale values since 2026-01-05 02:00 UTC', page: 'decisions', query: { model: 'fraud' } }],
  })
  assert.deepEqual(alertEvidence(alert('batch-run', 'usual'), known, NOW), { counts: [] })
})

test('only the routes that a cause needs are read, and those of dead letters by their readers', () => {
  assert.deepEqual(evidencePaths(alert('dead-letters', 'a b'), true), { causes: '/dead-letters/causes?source=a+b' })
  assert.deepEqual(evidencePaths(alert('dead-letters', 'a b'), false), {})
  assert.deepEqual(evidencePaths(alert('effects', 'block'), false), { pending: '/effects?action=block&state=pending&limit=100' })
  assert.deepEqual(evidencePaths(alert('batch-run', 'usual'), false), {
    decisions: '/series?names=decisions&since=2026-01-05T02%3A00%3A00.000Z',
  })
  assert.deepEqual(evidencePaths(alert('lag', 'payments'), true), {})
})
