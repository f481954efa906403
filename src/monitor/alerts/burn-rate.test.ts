import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../base/limits.ts'
import { random } from '../../base/random.ts'
import { badShareOf, BURN_WINDOW_MS, burnBreach, burnRules, RollingCounts, type WindowCounts } from './burn-rate.ts'

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000]
const begin = Date.parse('2026-01-01T00:00Z')

/** The most urgent rule by the words of the workbook, from a list of all events. */
function naiveSeverity(events: readonly (WindowCounts & { at: number })[], now: number, target: number): string | undefined {
  const rates = (windowMs: number) => {
    const minute = (at: number) => Math.floor(at / MINUTE)
    const inside = events.filter(({ at }) => minute(at) >= minute(now) - windowMs / MINUTE && at <= now)
    const [total, bad] = (['total', 'bad'] as const).map(field => inside.reduce((sum, event) => sum + event[field], 0))
    const share = total === 0 ? 0 : bad / total
    return { bad, burn: share / (1 - target), isHalved: share > 0 && 1 - share <= target / 2 }
  }
  const table = [
    ['page', 14.4, HOUR, 5 * MINUTE],
    ['page', 6, 6 * HOUR, 30 * MINUTE],
    ['ticket', 1, 3 * DAY, 6 * HOUR],
  ] as const
  return table.find(([, factor, longMs, shortMs]) => {
    const holds = (windowMs: number) => {
      const { burn, isHalved } = rates(windowMs)
      return burn >= factor || (isHalved && factor > 1)
    }
    return rates(longMs).bad >= 10 && holds(longMs) && holds(shortMs)
  })?.[0]
}

test('rules hold as by a list of all events, for random histories with outages and quiet times', () => {
  const next = random(11)
  const seen = new Set<string | undefined>()
  for (let drawn = 0; drawn < 150; drawn++) {
    const target = [0.5, 0.9, 0.99, 0.999][Math.floor(next() * 4)]
    const counts = new RollingCounts()
    const events: (WindowCounts & { at: number })[] = []
    let at = begin + Math.floor(next() * DAY)
    let share = 0
    for (let i = 0; i < 60; i++) {
      at += Math.floor(next() ** 3 * (next() < 0.1 ? 12 * HOUR : HOUR))
      if (next() < 0.2) share = next() < 0.5 ? 0 : next() ** 3
      const total = Math.floor(next() * 200)
      const event = { at, total, bad: Math.floor(total * share) }
      events.push(event)
      counts.add(at, event)
    }
    const now = at + Math.floor(next() ** 4 * HOUR)
    const severity = burnBreach(target, windowMs => counts.within(now, windowMs))?.rule.severity
    assert.equal(severity, naiveSeverity(events, now, target), `case ${drawn}`)
    seen.add(severity)
  }
  assert.deepEqual(seen, new Set(['page', 'ticket', undefined]))
})

test('one bad decision of ten at night opens nothing, and neither do a few', () => {
  for (let bad = 0; bad < limits.BURN_BAD_MIN; bad++)
    assert.equal(
      burnBreach(0.999, () => ({ total: 10, bad })),
      undefined,
    )
  assert.equal(burnBreach(0.999, () => ({ total: 10, bad: 10 }))?.rule.severity, 'page')
  assert.equal(
    burnBreach(0.99, () => ({ total: 0, bad: 0 })),
    undefined,
  )
})

test('an outage that is over in the short window no longer burns', () => {
  const over = (windowMs: number) => ({ total: 1000, bad: windowMs >= HOUR ? 500 : 0 })
  assert.equal(
    burnBreach(0.99, windowMs => (windowMs >= 6 * HOUR ? { total: 100_000, bad: 20 } : over(windowMs))),
    undefined,
  )
  assert.deepEqual(
    burnRules.map(({ factor }) => factor),
    [14.4, 6, 1],
  )
  assert.equal(BURN_WINDOW_MS, 3 * DAY)
})

test('at a low target a page asks for half of the events that should be good, whatever the factor', () => {
  for (const [target, share] of [
    [0.999, 0.0144],
    [0.99, 0.144],
    [0.95, 0.525],
    [0.9, 0.55],
    [0.5, 0.75],
  ] as const) {
    assert.equal(Number(badShareOf(burnRules[0], target).toPrecision(6)), share)
    const severityAt = (bad: number) => burnBreach(target, () => ({ total: 10_000, bad }))?.rule.severity
    assert.equal(severityAt(Math.ceil(10_000 * share)), 'page', `${target}`)
  }
  assert.equal(burnBreach(0.9, () => ({ total: 1000, bad: 549 }))?.rule.severity, 'ticket')
})

test('time that was not observed counts as good: an outage opens its alert as soon as in a run of a month', () => {
  /** 10 events a minute, all bad in the last `outage` minutes, in a run of so many minutes. */
  const severityOf = (target: number, outage: number, minutes: number) =>
    burnBreach(
      target,
      windowMs => {
        const length = Math.min(minutes, windowMs / MINUTE)
        return { total: 10 * length, bad: 10 * Math.min(outage, length) }
      },
      { observedIn: windowMs => Math.min(windowMs, minutes * MINUTE) },
    )?.rule.severity
  for (const minutes of [10, 60, 30 * 24 * 60]) {
    assert.equal(severityOf(0.99, 8, minutes), undefined, `${minutes} min`)
    assert.equal(severityOf(0.99, 9, minutes), 'page', `${minutes} min`)
  }
  // A few bad events of the first 40 minutes are no share of three days.
  const few = (windowMs: number) => ({ total: 400, bad: windowMs >= HOUR ? 12 : 8 })
  assert.equal(burnBreach(0.98, few)?.rule.severity, 'ticket')
  assert.equal(burnBreach(0.98, few, { observedIn: () => 40 * MINUTE })?.rule.severity, undefined)
})

test('a rate that moves about its factor opens one alert and not many', () => {
  const next = random(3)
  let last: 'page' | 'ticket' | undefined
  let opened = 0
  for (let i = 0; i < 1000; i++) {
    const bad = Math.floor(100 * (0.9 + 0.2 * next()))
    const severity = burnBreach(0.99, () => ({ total: 10_000, bad }), { last })?.rule.severity
    if (severity && !last) opened++
    last = severity
  }
  assert.deepEqual([opened, last], [1, 'ticket'])
  assert.equal(
    burnBreach(0.99, () => ({ total: 10_000, bad: 79 }), { last }),
    undefined,
  )
  assert.equal(burnBreach(0.99, () => ({ total: 1000, bad: 55 }), { last })?.rule.severity, 'ticket', 'a ticket eases no page')
})
