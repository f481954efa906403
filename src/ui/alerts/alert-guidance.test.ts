import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { AlertAnswer } from './alert-answers.ts'
import { limits } from '../../base/limits.ts'
import { aftermathText, ANSWERS_NOTE, causeView, troubleOf } from './alert-guidance.ts'

const alert = (cause: string, kind: string, name: string, severity: 'page' | 'ticket' = 'page'): AlertAnswer => ({
  id: `${cause}-${name}-1`,
  cause,
  subject: { kind, name },
  severity,
  state: 'firing',
  opened: 0,
  summary: '',
  affected: { groups: ['velocity'], models: ['fraud'], actions: [] },
  runbook: '',
  command: '',
  inhibited: [],
})

test('each cause of the guide says what becomes of the work', () => {
  const guide = readFileSync(new URL('../../../docs/guides/alerts.md', import.meta.url), 'utf8')
  const causes = [...guide.matchAll(/^## ([a-z-]+)$/gm)].map(([, cause]) => cause)
  assert.equal(causes.length, 15)
  for (const cause of causes) assert.match(aftermathText({ cause }), /\.$/, cause)
  assert.equal(aftermathText({ cause: 'of-tomorrow' }), '')
})

test('the note about answers states the times of the run', () => {
  const [held, resolved] = [limits.ALERT_HELD_MS_MAX / 3_600_000, limits.ALERT_RESOLVE_MS / 60_000]
  assert.ok(ANSWERS_NOTE.includes(`it opens again after ${held} h. By itself it resolves ${resolved} min after`))
})

test('an alert leads to the view where its cause shows', () => {
  const viewOf = (cause: string, kind: string, name: string) => causeView(alert(cause, kind, name))
  assert.deepEqual(viewOf('effects', 'action', 'block'), { text: 'effects of block', page: 'actions', query: { action: 'block' } })
  assert.deepEqual(viewOf('dead-letters', 'source', 'payments').query, { source: 'payments' })
  assert.deepEqual(viewOf('batch-run', 'group', 'usual').query, { group: 'usual' })
  assert.deepEqual(viewOf('report', 'report', 'daily').query, { kind: 'report' })
  assert.deepEqual(
    [viewOf('lag', 'source', 's'), viewOf('freshness', 'group', 'g'), viewOf('drift', 'model', 'm'), viewOf('disk', 'pipeline', 'p')].map(
      ({ page, item }) => [page, item],
    ),
    [
      ['sources', 's'],
      ['features', 'g'],
      ['models', 'm'],
      ['overview', undefined],
    ],
  )
})

test('a part is marked by the alert about it, or by one that reaches it, at the graver level of both', () => {
  const lag = alert('lag', 'source', 'payments')
  const drift = alert('drift', 'model', 'fraud', 'ticket')
  assert.deepEqual(troubleOf([lag], 'source', 'payments'), { level: 'bad', text: 'act now' })
  assert.deepEqual(troubleOf([lag], 'group', 'velocity'), { level: 'bad', text: 'affected' })
  assert.deepEqual(troubleOf([drift], 'model', 'fraud'), { level: 'warning', text: 'look' })
  assert.deepEqual(troubleOf([drift, lag], 'model', 'fraud'), { level: 'bad', text: 'look' })
  assert.equal(troubleOf([lag, drift], 'action', 'block'), undefined)
  assert.deepEqual(
    troubleOf([lag], 'group', 'velocity', () => '02:00'),
    { level: 'warning', text: 'from 02:00 on' },
  )
  const now = (candidate: AlertAnswer) => (candidate === lag ? '02:00' : undefined)
  assert.deepEqual(troubleOf([lag, drift], 'group', 'velocity', now), { level: 'warning', text: 'affected' }, 'the drift reaches it now')
  assert.deepEqual(troubleOf([lag], 'source', 'payments', now), { level: 'bad', text: 'act now' })
})
