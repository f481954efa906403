import assert from 'node:assert/strict'
import { test } from 'node:test'
import { affectedPartsText, type AlertAnswer, alertStateText, alertTimesText, receiverTexts, sortedAlerts } from './alert-answers.ts'

const alert = (id: string, fields: Partial<AlertAnswer> = {}): AlertAnswer => ({
  id,
  cause: 'freshness',
  subject: { kind: 'group', name: 'card_now' },
  severity: 'ticket',
  state: 'firing',
  opened: 0,
  summary: '',
  affected: { groups: [], models: [], actions: [] },
  runbook: '',
  command: '',
  inhibited: [],
  ...fields,
})

test('pages come before tickets, the oldest first; resolved alerts the newest first', () => {
  const { firing, resolved } = sortedAlerts([
    alert('ticket'),
    alert('late page', { severity: 'page', opened: 2 }),
    alert('page', { severity: 'page', opened: 1 }),
    alert('old', { state: 'resolved', resolved: 1 }),
    alert('new', { state: 'resolved', resolved: 2 }),
  ])
  assert.deepEqual(
    [firing, resolved].map(alerts => alerts.map(({ id }) => id)),
    [
      ['page', 'late page', 'ticket'],
      ['new', 'old'],
    ],
  )
})

test('the state says who did what, and a silence while it lasts', () => {
  const changed = alert('a', {
    acknowledged: { by: 'ann', at: 0, note: 'the provider knows' },
    silenced: { by: 'ann', at: 0, until: 120_000 },
    outcome: { by: 'bob', at: 0, kind: 'acted', minutes: 25 },
  })
  assert.equal(
    alertStateText(changed, 60_000),
    'alerted 1970-01-01 00:00:00 UTC, 1 min ago; acknowledged by ann: the provider knows; silenced until 1970-01-01 00:02:00 UTC by ann; acted, 25 min, by bob',
  )
  assert.doesNotMatch(alertStateText(changed, 180_000), /silenced/)
})

test('the begin of an alert stands before the time at which it was sent, with its day if that is another', () => {
  const began = Date.parse('2026-01-01T23:58Z')
  assert.equal(
    alertTimesText({ began, opened: began + 60_000 }, began + 3_600_000),
    'began 2026-01-01 23:58:00 UTC, 1 h ago; alerted 23:59:00',
  )
  assert.match(alertTimesText({ began, opened: began + 120_000 }, began), /; alerted 2026-01-02 00:00:00$/)
})

test('the reach names what follows', () => {
  assert.equal(affectedPartsText(alert('a')), '')
  const reaching = alert('a', { affected: { groups: ['g', 'h'], models: ['m'], actions: [], decisions: 7 } })
  assert.equal(affectedPartsText(reaching), 'Reaches feature groups g, h; model m; 7 decisions missed the objective')
  assert.match(affectedPartsText(reaching, new Map([['h', '02:00']])), /^Reaches feature groups g, h \(from 02:00 UTC on\); /)
})

test('receivers that fail are named, with the reason and what waits', () => {
  const failing = { since: 0, why: 'status 503' }
  const receivers = [
    { name: 'slack', waiting: 2, failing },
    { name: 'webhook', waiting: 1, failing },
    { name: 'pagerduty', waiting: 0 },
    { name: 'alertmanager', waiting: 0, failing },
  ]
  assert.deepEqual(receiverTexts(receivers, 300_000), [
    'slack fails (status 503, first 5 min ago); 2 notifications wait',
    'webhook fails (status 503, first 5 min ago); 1 notification waits',
    'alertmanager fails (status 503, first 5 min ago)',
  ])
})
