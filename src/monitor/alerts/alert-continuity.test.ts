/** Alerts across restarts of a run, and across jumps of its clock. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { condition, dead, Desk, elsewhere, stale, STEP } from '../../../test/monitor/alert-desk.ts'
import { limits } from '../../base/limits.ts'

test('a restart opens nothing again, and resolves what has ended meanwhile', () => {
  const desk = new Desk()
  desk.hold(120_000, dead)
  desk.book = desk.reopened()
  desk.hold(120_000).hold(120_000, dead)
  assert.deepEqual(desk.messages, ['opened source-stopped-payments-1'])
  desk.book = desk.reopened()
  desk.hold(limits.ALERT_RESOLVE_MS + STEP)
  assert.deepEqual(desk.messages, ['opened source-stopped-payments-1', 'resolved source-stopped-payments-1'])
})

test('an alert whose condition is unknown for a time after a restart goes on, and so does a folded one', () => {
  const late = condition('batch-run', 'group', 'paid')
  const desk = new Desk().hold(120_000, late).hold(120_000, late, stale)
  desk.book = desk.reopened()
  desk.wait(1_800_000, late, stale).hold(120_000, late, stale)
  assert.deepEqual(desk.messages, ['opened batch-run-paid-1'])
  assert.deepEqual(
    desk.book.firing.map(({ inhibited }) => inhibited.map(({ cause }) => cause)),
    [['freshness']],
  )
  desk.wait(60_000, late).hold(limits.ALERT_RESOLVE_MS)
  assert.deepEqual(desk.messages, ['opened batch-run-paid-1', 'resolved batch-run-paid-1'])
})

test('after a restart, a condition that was explained, or resolved by a person, opens no alert before it has ended once', () => {
  const desk = new Desk().hold(600_000, dead, stale, elsewhere)
  desk.edit({ id: 'deadline-notice-2', change: 'resolve', outcome: 'noise' })
  desk.hold(600_000, stale, elsewhere)
  desk.book = desk.reopened()
  desk.hold(60_000).hold(1_800_000, stale, elsewhere)
  assert.deepEqual(desk.book.firing, [])
  desk.hold(limits.ALERT_RESOLVE_MS).hold(300_000, stale)
  assert.deepEqual(
    desk.book.firing.map(({ id }) => id),
    ['freshness-paid-3'],
  )
  assert.ok(![...desk.values.keys()].includes('alerts/held'), 'nothing is held')
  desk.values.set('alerts/held', '{')
  const reports: string[] = []
  desk.book = desk.reopened(report => reports.push(report))
  assert.match(reports[0], /^alerts: 'alerts\/held' cannot be read and is left out/)
})

test('a clock that is set by hours opens and resolves nothing, and delays no alert', () => {
  for (const ms of [-6 * 3_600_000, 6 * 3_600_000]) {
    const desk = new Desk().hold(600_000, dead)
    desk.now += ms
    desk.hold(60_000, dead)
    assert.deepEqual(desk.messages, ['opened source-stopped-payments-1'])
    desk.hold(60_000, dead, elsewhere)
    desk.now += ms
    desk.hold(120_000, dead, elsewhere)
    assert.deepEqual(desk.messages.slice(1), ['opened deadline-notice-2'], 'within the usual time')
    desk.now += ms
    desk.hold(limits.ALERT_RESOLVE_MS - STEP, dead)
    assert.equal(desk.messages.length, 2)
    desk.hold(STEP, dead)
    assert.deepEqual(desk.messages.slice(2), ['resolved deadline-notice-2'])
  }
})
