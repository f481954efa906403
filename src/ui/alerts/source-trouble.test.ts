import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GroupRuns } from '../runs/group-runs.ts'
import type { AlertAnswer } from './alert-answers.ts'
import { groupLack, laterGroups } from './source-trouble.ts'

const HOUR = 3_600_000
const NIGHT = Date.parse('2026-01-05T02:00Z')
const NOW = NIGHT + 11 * HOUR
const alert = (cause: string, more: object = {}): AlertAnswer =>
  ({
    cause,
    subject: { kind: 'source', name: 'payments' },
    severity: 'page',
    began: NOW - HOUR,
    opened: NOW - HOUR / 2,
    ...more,
  }) as unknown as AlertAnswer
const group = (kind: string) => ({ name: kind, source: 'payments', placement: { kind, text: kind } })
const runs = (more: object = {}): GroupRuns =>
  ({
    group: 'batch',
    used: { s: NIGHT },
    schedule: { group: 'batch', due: NIGHT, next: NIGHT + 24 * HOUR, allowedMs: 1, isOverdue: false },
    ...more,
  }) as unknown as GroupRuns
const lackOf = (cause: string, kind = 'stream', more: object = {}) => groupLack([alert(cause, more)], group(kind), undefined, NOW)?.text

test('an alert about the source of a group says what its values lack; few rejections and other sources do not', () => {
  assert.equal(lackOf('lag'), 'lacks the records that wait')
  assert.equal(lackOf('source-stopped'), 'no new records come')
  assert.equal(lackOf('dead-letters'), 'lacks the rejected records')
  assert.equal(lackOf('availability', 'stream', { subject: { kind: 'pipeline', name: 'shop' } }), 'the run accepts no records')
  assert.equal(lackOf('dead-letters', 'stream', { severity: 'ticket' }), undefined)
  assert.equal(lackOf('lag', 'stream', { subject: { kind: 'source', name: 'refunds' } }), undefined)
  assert.equal(lackOf('drift'), undefined)
})

test('a batch group is reached with its next run, unless its values are of after the begin, late, or about to be replaced', () => {
  const lack = (more?: object, began = NOW - HOUR) => groupLack([alert('lag', { began })], group('batch'), runs(more), NOW)
  assert.deepEqual(lack(), { text: 'from 02:00 UTC on: lacks the records that wait', isReached: false })
  const reached = { text: 'lacks the records that wait', isReached: true }
  assert.deepEqual(lack({}, NIGHT - HOUR), reached)
  assert.deepEqual(lack({ running: {} }), reached)
  assert.deepEqual(lack({ used: undefined }), reached)
  assert.deepEqual(lack({ schedule: { next: NIGHT + 24 * HOUR, isOverdue: true } }), reached)
  assert.deepEqual(groupLack([alert('lag')], group('hybrid'), runs(), NOW), reached)
})

test('of groups that are reached later, the time is known: with its day beyond 24 h', () => {
  const later = (next: number) =>
    laterGroups(alert('lag'), [group('stream'), group('batch')], [runs({ schedule: { next, isOverdue: false } })], NOW)
  assert.deepEqual([...later(NIGHT + 24 * HOUR)], [['batch', '02:00']])
  assert.deepEqual([...later(NIGHT + 48 * HOUR)], [['batch', '01-07 02:00']])
})
