/** Pages that no alert may hide: a second outage, a ticket that becomes a page, and what an alert of the whole pipeline leaves behind. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { condition, dead, Desk, missed, stale, STEP } from '../../../test/monitor/alert-desk.ts'
import { limits } from '../../base/limits.ts'

const [MINUTE, HOUR] = [60_000, 3_600_000]
const lower = { ...missed, severity: 'ticket' } as const
const full = condition('disk', 'pipeline', 'shop')
const stalled = condition('availability', 'pipeline', 'shop')
const down = condition('effects', 'action', 'block')
const drift = condition('drift', 'model', 'fraud', 'ticket')

test('a second outage while the first goes on as a ticket is an alert of its own', () => {
  const desk = new Desk().hold(2 * MINUTE, missed)
  desk.edit({ id: 'deadline-block-1', change: 'acknowledge' })
  desk.hold(HOUR, lower).hold(2 * MINUTE, missed)
  assert.deepEqual(desk.messages, [
    'opened deadline-block-1',
    'acknowledged deadline-block-1',
    'resolved deadline-block-1',
    'opened deadline-block-2',
  ])
  assert.equal(desk.book.firing[0].acknowledged, undefined)
})

test('a page that is a ticket for less than five minutes, or unknown, or across a restart, is the same outage', () => {
  const desk = new Desk().hold(2 * MINUTE, missed)
  for (let i = 0; i < 10; i++) desk.hold(limits.ALERT_RESOLVE_MS - STEP, lower).hold(STEP, missed)
  desk.wait(HOUR, missed).hold(MINUTE, missed)
  desk.book = desk.reopened()
  desk.hold(limits.ALERT_RESOLVE_MS - STEP, lower).hold(MINUTE, missed)
  assert.deepEqual(desk.messages, ['opened deadline-block-1'])
  desk.now -= 3 * HOUR
  desk.hold(MINUTE, lower).hold(MINUTE, missed)
  assert.deepEqual(desk.messages, ['opened deadline-block-1'], 'a clock that was set makes no break longer')
})

test('a page that comes and goes, never below page for five minutes, is one outage', () => {
  const desk = new Desk().hold(2 * MINUTE, stalled)
  for (let i = 0; i < 10; i++) desk.hold(6 * STEP).hold(STEP, stalled)
  desk.hold(2 * MINUTE).hold(10 * MINUTE, stalled)
  assert.deepEqual(desk.messages, ['opened availability-shop-1'])
})

test('a second outage is known by its cause, and a short one is none', () => {
  const lag = condition('lag', 'source', 'payments')
  const desk = new Desk()
    .hold(2 * MINUTE, missed)
    .hold(HOUR, lower)
    .hold(MINUTE, missed)
    .hold(HOUR, lower)
  assert.deepEqual(desk.messages, ['opened deadline-block-1'])
  desk.hold(3 * STEP, missed).hold(5 * MINUTE, missed, lag)
  assert.deepEqual(desk.messages.slice(1), ['opened lag-payments-2', 'resolved deadline-block-1'])
})

test('the tickets that a page explains go on to the alert of its second outage', () => {
  const late = condition('batch-run', 'group', 'paid', 'ticket')
  const lag = (severity: 'page' | 'ticket') => condition('lag', 'source', 'payments', severity)
  const desk = new Desk().hold(2 * MINUTE, lag('page')).hold(2 * MINUTE, lag('page'), late)
  desk.hold(HOUR, lag('ticket'), late).hold(MINUTE, lag('page'), late)
  assert.deepEqual(
    desk.book.firing.map(({ id, inhibited }) => [id, inhibited.map(({ cause }) => cause)]),
    [['lag-payments-2', ['batch-run']]],
  )
})

test('a ticket that folds under a ticket opens an alert once it is a page', () => {
  const desk = new Desk().hold(2 * MINUTE, drift).hold(5 * MINUTE, drift, lower)
  assert.deepEqual(
    desk.book.firing.map(({ inhibited }) => inhibited.map(({ cause }) => cause)),
    [['deadline']],
  )
  desk.hold(limits.ALERT_DOWNSTREAM_PENDING_MS, drift, missed)
  assert.deepEqual(desk.messages, ['opened drift-fraud-1'], 'its cause may become known')
  desk.hold(3 * MINUTE, drift, missed)
  assert.deepEqual(desk.messages, ['opened drift-fraud-1', 'opened deadline-block-2'])
  assert.deepEqual(
    desk.book.firing.map(({ inhibited }) => inhibited),
    [[], []],
  )
})

test('a ticket that folds under a page stays there as a page', () => {
  const desk = new Desk()
    .hold(2 * MINUTE, dead)
    .hold(5 * MINUTE, dead, lower)
    .hold(5 * MINUTE, dead, missed)
  assert.deepEqual(
    desk.book.alerts.map(({ id, inhibited }) => [id, inhibited.map(({ cause, severity }) => `${severity} ${cause}`)]),
    [['source-stopped-payments-1', ['page deadline']]],
  )
})

for (const isRestarted of [false, true])
  test(`an alert that a person resolved${isRestarted ? ' before a restart' : ''} opens anew once its ticket is a page, and no sooner`, () => {
    const desk = new Desk().hold(2 * MINUTE, missed)
    desk.edit({ id: 'deadline-block-1', change: 'resolve', outcome: 'acted' })
    desk
      .hold(2 * MINUTE, missed)
      .hold(MINUTE, lower)
      .hold(2 * MINUTE, missed)
    if (isRestarted) desk.book = desk.reopened()
    desk.hold(HOUR, lower)
    assert.deepEqual(desk.messages, ['opened deadline-block-1', 'resolved deadline-block-1'])
    desk.hold(2 * MINUTE, missed)
    assert.deepEqual(desk.messages.slice(2), ['opened deadline-block-2'])
  })

test('a ticket explains no page, nor does a page that has become one: what it explained is held for six hours more', () => {
  const lag = (severity: 'page' | 'ticket') => condition('lag', 'source', 'payments', severity)
  const desk = new Desk().hold(2 * MINUTE, lag('page')).hold(7 * HOUR, lag('page'), missed)
  desk.hold(2 * limits.ALERT_RESOLVE_MS, lag('ticket'), missed)
  assert.deepEqual([desk.messages, desk.book.firing[0].inhibited], [['opened lag-payments-1'], []])
  desk.hold(HOUR, missed)
  assert.deepEqual(desk.messages, ['opened lag-payments-1', 'resolved lag-payments-1'], 'bad events of a window')
  desk.hold(limits.ALERT_HELD_MS_MAX, missed)
  assert.deepEqual(desk.messages.slice(2), ['opened deadline-block-2'])
})

for (const general of [full, stalled])
  test(`a page that was explained by a page of cause ${general.cause} opens once that is resolved; objectives stay explained`, () => {
    const desk = new Desk().hold(2 * MINUTE, general).hold(2 * MINUTE, general, dead, down)
    const id = `${general.cause}-shop-1`
    assert.deepEqual(desk.messages, [`opened ${id}`, `extended ${id}`])
    desk.hold(limits.ALERT_RESOLVE_MS - STEP, dead, down)
    assert.equal(desk.messages.length, 2)
    desk.hold(2 * STEP, dead, down)
    assert.deepEqual(desk.messages.slice(2).toSorted(), ['opened effects-block-3', 'opened source-stopped-payments-2', `resolved ${id}`])
    const left = [stale, missed, condition('errors', 'pipeline', 'shop'), condition('dead-letters', 'source', 'payments')]
    const other = new Desk().hold(2 * MINUTE, general).hold(5 * MINUTE, general, ...left)
    other.hold(HOUR, ...left)
    assert.deepEqual(
      other.messages.filter(message => !message.startsWith('extended')),
      [`opened ${id}`, `resolved ${id}`],
    )
  })

test('after its end, an alert of the whole pipeline explains what is left of it, and nothing else that begins', () => {
  const desk = new Desk().hold(2 * MINUTE, stalled).hold(MINUTE)
  desk.hold(2 * MINUTE, down, missed)
  assert.deepEqual(desk.messages, ['opened availability-shop-1', 'opened effects-block-2', 'extended availability-shop-1'])
  const [{ inhibited }] = desk.book.firing
  assert.deepEqual(
    inhibited.map(({ cause }) => cause),
    ['deadline'],
  )
})

test('a page that a general alert explained opens when a person resolves that alert, or when another one takes its place and ends', () => {
  const desk = new Desk().hold(2 * MINUTE, full).hold(2 * MINUTE, full, down)
  desk.edit({ id: 'disk-shop-1', change: 'resolve', outcome: 'acted' })
  desk.hold(MINUTE, full, down)
  assert.equal(desk.messages.at(-1), 'opened effects-block-2')
  const other = new Desk()
    .hold(2 * MINUTE, stalled)
    .hold(2 * MINUTE, stalled, down)
    .hold(2 * MINUTE, stalled, full, down)
  assert.deepEqual(
    other.book.firing.map(({ id, inhibited }) => [id, inhibited.map(({ cause }) => cause)]),
    [['disk-shop-2', ['availability', 'effects']]],
  )
  other.hold(limits.ALERT_RESOLVE_MS + STEP, down)
  assert.equal(other.messages.at(-1), 'opened effects-block-3')
})
