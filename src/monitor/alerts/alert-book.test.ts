import assert from 'node:assert/strict'
import { test } from 'node:test'
import { condition, dead, Desk, elsewhere, missed, stale, STEP } from '../../../test/monitor/alert-desk.ts'
import { limits } from '../../base/limits.ts'
import { random } from '../../base/random.ts'
import type { AlertCondition } from './conditions.ts'
import { sweep } from '../../../test/sweep.ts'

test('an alert opens once its condition has held, and is resolved once it is gone for five minutes', () => {
  const desk = new Desk()
  desk.hold(limits.ALERT_PENDING_MS, dead)
  assert.deepEqual(desk.messages, [])
  desk.hold(STEP, dead)
  assert.deepEqual(desk.messages, ['opened source-stopped-payments-1'])
  desk.hold(240_000).hold(STEP, dead).hold(240_000)
  assert.deepEqual(desk.states, ['source-stopped-payments-1 firing page'])
  desk.hold(60_000)
  assert.deepEqual(desk.messages, ['opened source-stopped-payments-1', 'resolved source-stopped-payments-1'])
  const [alert] = desk.book.alerts
  assert.deepEqual(alert.affected, { groups: ['paid'], models: ['fraud'], actions: ['block'] })
  assert.deepEqual([alert.runbook, alert.command], ['docs/guides/alerts.md#source-stopped', 'spillway inspect --data .spillway'])
})

test('the sentence of the last sample is known while the condition holds; the alert keeps that of its opening', () => {
  const desk = new Desk().hold(limits.ALERT_PENDING_MS + STEP, { ...dead, summary: 'silent for 9 min' })
  desk.hold(STEP, { ...dead, summary: 'silent for 2 h' })
  const [alert] = desk.book.alerts
  assert.deepEqual([alert.summary, desk.book.summaryNow(alert)], ['silent for 9 min', 'silent for 2 h'])
  desk.hold(STEP)
  assert.equal(desk.book.summaryNow(alert), 'silent for 9 min')
})

test('an alert keeps the first sign of its condition, which is before its opening', () => {
  const desk = new Desk().hold(limits.ALERT_PENDING_MS + STEP, { ...dead, began: 5 }).hold(STEP, { ...dead, began: 7 })
  assert.equal(desk.book.alerts[0].began, 5)
  const ahead = new Desk().hold(limits.ALERT_PENDING_MS + STEP, { ...dead, began: Infinity })
  assert.equal(ahead.book.alerts[0].began, undefined)
})

test('an event that is certain opens its alert at once', () => {
  const desk = new Desk().hold(STEP, { ...condition('lag', 'source', 'payments'), isCertain: true }, stale)
  assert.deepEqual(desk.messages, ['opened lag-payments-1'])
})

test('a dead source, its stale group and their missed deadlines are one page, which names the source, also afterwards', () => {
  const desk = new Desk()
  desk.hold(600_000, missed, stale, dead, elsewhere)
  assert.deepEqual(desk.messages.toSorted(), ['opened deadline-notice-2', 'opened source-stopped-payments-1'])
  const [alert] = desk.book.alerts
  assert.deepEqual(alert.inhibited.map(({ cause }) => cause).toSorted(), ['deadline', 'freshness'])
  // The bad events of the outage are still in the windows after its end.
  desk.hold(1_800_000, missed, stale)
  assert.deepEqual(desk.book.firing, [])
  desk.hold(limits.ALERT_RESOLVE_MS).hold(600_000, missed)
  assert.deepEqual(
    desk.book.firing.map(({ id }) => id),
    ['deadline-block-3'],
    'a new trouble after the end of the old one',
  )
})

test('a folded condition that has ended is dropped, and comes back with a notice', () => {
  const full = condition('disk', 'pipeline', 'shop')
  const desk = new Desk().hold(120_000, full).hold(120_000, full, dead)
  const folded = () => desk.book.firing.flatMap(({ inhibited }) => inhibited.map(({ cause }) => cause))
  assert.deepEqual(folded(), ['source-stopped'])
  desk.hold(limits.ALERT_RESOLVE_MS - STEP, full)
  assert.deepEqual(folded(), ['source-stopped'], 'a short break is none')
  desk.hold(STEP, full).hold(60_000, full, dead)
  assert.deepEqual(folded(), ['source-stopped'])
  assert.deepEqual(desk.messages, ['opened disk-shop-1', 'extended disk-shop-1', 'extended disk-shop-1'])
})

test('a cause that becomes known late takes over the alerts that it explains', () => {
  const desk = new Desk()
  desk.hold(300_000, missed).hold(300_000, missed, dead)
  assert.deepEqual(desk.messages, ['opened deadline-block-1', 'opened source-stopped-payments-2', 'resolved deadline-block-1'])
  assert.deepEqual(
    desk.book.firing.map(({ inhibited }) => inhibited.map(({ cause }) => cause)),
    [['deadline']],
  )
})

test('a cause that becomes known does not explain an alert that was there an hour before', () => {
  const drift = condition('drift', 'model', 'fraud', 'ticket')
  const rejections = condition('dead-letters', 'source', 'payments')
  const known = new Desk().hold(1_800_000, drift).hold(60_000, drift, rejections)
  assert.deepEqual(known.messages, ['opened drift-fraud-1', 'opened dead-letters-payments-2', 'resolved drift-fraud-1'])
  const late = new Desk().hold(4_000_000, drift).hold(60_000, drift, rejections)
  assert.deepEqual(late.messages, ['opened drift-fraud-1', 'opened dead-letters-payments-2'])
})

test('a ticket becomes a page when its condition does, and a ticket hides no page', () => {
  const desk = new Desk()
  desk.hold(120_000, { ...dead, severity: 'ticket' }).hold(60_000, dead)
  assert.deepEqual(desk.messages, ['opened source-stopped-payments-1', 'raised source-stopped-payments-1'])
  const other = new Desk()
  other.hold(120_000, { ...dead, severity: 'ticket' }).hold(300_000, { ...dead, severity: 'ticket' }, missed)
  assert.deepEqual(other.messages, ['opened source-stopped-payments-1', 'opened deadline-block-2'])
  other.hold(60_000, dead, missed)
  assert.deepEqual(other.messages.slice(2), ['raised source-stopped-payments-1', 'resolved deadline-block-2'])
})

test('a disk ticket explains nothing; a disk page explains the rest and says so, until it is a ticket again', () => {
  const desk = new Desk()
  const slow = condition('disk', 'pipeline', 'shop', 'ticket')
  const full = condition('disk', 'pipeline', 'shop')
  const late = condition('batch-run', 'group', 'logged', 'ticket')
  desk.hold(120_000, slow).hold(120_000, slow, dead, late)
  assert.deepEqual(desk.messages, ['opened disk-shop-1', 'opened source-stopped-payments-2', 'opened batch-run-logged-3'])
  const page = new Desk()
  page.hold(120_000, full).hold(120_000, full, dead)
  assert.deepEqual(page.messages, ['opened disk-shop-1', 'extended disk-shop-1'])
  page.hold(300_000, slow).hold(600_000, slow, elsewhere)
  assert.deepEqual(page.messages.slice(2), ['opened deadline-notice-2'])
})

test('nothing upstream explains a receiver that takes nothing, and tickets of rejections explain no drift', () => {
  const upstream = [
    ['source-stopped', 'source', 'payments'],
    ['lag', 'source', 'payments'],
    ['dead-letters', 'source', 'payments'],
    ['batch-run', 'group', 'paid'],
    ['freshness', 'group', 'paid'],
    ['drift', 'model', 'fraud'],
  ] as const
  const down = condition('effects', 'action', 'block')
  for (const [cause, kind, name] of upstream) {
    const desk = new Desk().hold(120_000, condition(cause, kind, name)).hold(120_000, condition(cause, kind, name), down)
    assert.equal(desk.messages.at(-1), 'opened effects-block-2', cause)
    desk.hold(200_000, condition(cause, kind, name), down, missed)
    assert.equal(desk.messages.length, 2, 'a deadline missed follows from either')
  }
  const drift = condition('drift', 'model', 'fraud', 'ticket')
  const rejections = condition('dead-letters', 'source', 'payments', 'ticket')
  assert.equal(new Desk().hold(120_000, rejections).hold(120_000, rejections, drift).messages.at(-1), 'opened drift-fraud-2')
})

test('a source that falls behind and a group that is stale for it are one page, of the lag', () => {
  const behind = condition('lag', 'source', 'payments', 'ticket')
  const desk = new Desk().hold(600_000, behind).hold(60_000, behind, stale)
  assert.deepEqual(desk.messages, ['opened lag-payments-1'], 'a breach of a minute is none yet')
  desk.hold(600_000, behind, stale).hold(300_000, behind, stale, missed)
  assert.deepEqual(desk.messages, ['opened lag-payments-1', 'raised lag-payments-1'])
  assert.deepEqual(
    desk.book.firing.map(({ severity, inhibited }) => [severity, inhibited.map(({ cause }) => cause)]),
    [['page', ['freshness', 'deadline']]],
  )
  const together = new Desk().hold(300_000, behind, stale)
  assert.deepEqual(together.states, ['lag-payments-1 firing page'])
  const other = new Desk().hold(600_000, condition('lag', 'source', 'logins', 'ticket'), stale)
  assert.deepEqual(other.states, ['lag-logins-1 firing ticket', 'freshness-paid-2 firing page'], 'another source explains nothing')
})

test('a lag whose page is silenced hides no page, and tickets of rejections are not raised', () => {
  const behind = condition('lag', 'source', 'payments', 'ticket')
  const desk = new Desk().hold(120_000, behind)
  const id = 'lag-payments-1'
  desk.edit({ id, change: 'silence', until: desk.now + 3_600_000 })
  desk.hold(300_000, behind, stale)
  assert.deepEqual(desk.states, ['lag-payments-1 firing page'], 'the silence was for the ticket')
  desk.hold(limits.ALERT_RESOLVE_MS, behind).edit({ id, change: 'silence', until: desk.now + 3_600_000 })
  desk.hold(300_000, behind, stale)
  assert.deepEqual(desk.states, ['lag-payments-1 firing page', 'freshness-paid-2 firing page'])
  const rejections = condition('dead-letters', 'source', 'payments', 'ticket')
  assert.equal(new Desk().hold(300_000, rejections, stale).states.at(-1), 'freshness-paid-2 firing page')
})

test('people acknowledge, silence and resolve; a silence goes on for the next alert of the same condition', () => {
  const desk = new Desk()
  desk.hold(120_000, dead)
  const id = 'source-stopped-payments-1'
  desk.edit({ id, change: 'acknowledge', note: 'the provider knows' })
  desk.edit({ id, change: 'silence', until: desk.now + 3_600_000 })
  desk.edit({ id, change: 'resolve', outcome: 'acted', minutes: 25 })
  const [alert] = desk.book.alerts
  assert.deepEqual(
    [alert.acknowledged?.note, alert.outcome?.kind, alert.outcome?.minutes, alert.state],
    ['the provider knows', 'acted', 25, 'resolved'],
  )
  desk.hold(600_000, dead)
  assert.equal(desk.book.firing.length, 0, 'the condition has not ended since a person resolved it')
  desk.hold(STEP).hold(600_000, dead)
  assert.deepEqual(
    desk.book.firing.map(({ silenced }) => silenced?.until),
    [alert.silenced!.until],
  )
  desk.edit({ id, change: 'resolve', outcome: 'noise' })
  assert.equal(desk.book.alerts[0].outcome?.kind, 'noise', 'the outcome may be corrected')
  assert.throws(() => desk.edit({ id, change: 'acknowledge' }), { code: 'SPILL_PRECONDITION' })
  assert.throws(() => desk.edit({ id: 'source-stopped-payment-1', change: 'resolve' }), {
    code: 'SPILL_NOT_FOUND',
    message: /did you mean 'source-stopped-payments-1'/,
  })
  for (const until of [undefined, desk.now, desk.now + 10 ** 12])
    assert.throws(() => desk.edit({ id: desk.book.firing[0].id, change: 'silence', until: until! }), {
      code: 'SPILL_INPUT',
      message: /a silence ends at a time after now/,
    })
})

test('an alert that fires is kept beyond ALERTS_KEPT, and an unreadable one is reported and left out', () => {
  const desk = new Desk().hold(120_000, dead)
  const [[name, text]] = desk.values
  desk.values.set(name.replace('000001', '000002'), '{')
  desk.values.set(name.replace('000001', '001500'), text.replace('payments-1"', 'payments-1500"').replace('"firing"', '"resolved"'))
  const reports: string[] = []
  desk.book = desk.reopened(report => reports.push(report))
  assert.equal(reports.length, 1)
  assert.match(reports[0], /000002' cannot be read and is left out/)
  desk.hold(120_000, dead, elsewhere)
  assert.deepEqual(
    desk.book.firing.map(({ id }) => id),
    ['source-stopped-payments-1', 'deadline-notice-1501'],
  )
})

test('random troubles: no condition opens two alerts at once, and none stays without an alert or an explanation', () => {
  const next = random(5)
  const all = [dead, stale, missed, elsewhere, condition('disk', 'pipeline', 'shop'), condition('batch-run', 'group', 'logged', 'ticket')]
  for (let drawn = 0; drawn < sweep(7, 20); drawn++) {
    const desk = new Desk()
    let holding: readonly AlertCondition[] = []
    for (let phase = 0; phase < 12; phase++) {
      holding = all.filter(() => next() < 0.4)
      if (next() < 0.2) desk.book = desk.reopened()
      desk.hold(Math.ceil((next() * 1_200_000) / STEP) * STEP, ...holding)
      const firing = desk.book.firing.map(({ cause, subject }) => `${cause} ${subject.name}`)
      assert.equal(new Set(firing).size, firing.length)
    }
    desk.hold(limits.ALERT_HELD_MS_MAX + limits.ALERT_RESOLVE_MS, ...holding)
    const known = desk.book.firing.flatMap(alert => [alert, ...alert.inhibited]).map(({ cause, subject }) => `${cause} ${subject.name}`)
    for (const { cause, subject } of holding)
      assert.ok(known.includes(`${cause} ${subject.name}`), `${cause} ${subject.name} of case ${drawn}`)
    assert.ok(desk.book.alerts.length <= limits.ALERTS_KEPT)
  }
})
