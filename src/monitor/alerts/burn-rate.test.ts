import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../base/limits.ts'
import { random } from '../../base/random.ts'
import { BURN_WINDOW_MS, burnBreach, burnRules, RollingCounts, type WindowCounts } from './burn-rate.ts'

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000]
const begin = Date.parse('2026-01-01T00:00Z')

/** The most urgent rule by the words of the workbook, from a list of all events. */
function naiveSeverity(events: readonly (WindowCounts & { at: number })[], now: number, target: number): string | undefined {
  const rates = (windowMs: number) => {
    const minute = (at: number) => Math.floor(at / MINUTE)
    const inside = events.filter(({ at }) => minute(at) > minute(now) - windowMs / MINUTE && at <= now)
    const [total, bad] = (['total', 'bad'] as const).map(field => inside.reduce((sum, event) => sum + event[field], 0))
    return { bad, burn: total === 0 ? 0 : bad / total / (1 - target), share: total === 0 ? 0 : bad / total }
  }
  const table = [
    ['page', 14.4, HOUR, 5 * MINUTE],
    ['page', 6, 6 * HOUR, 30 * MINUTE],
    ['ticket', 1, 3 * DAY, 6 * HOUR],
  ] as const
  return table.find(([, factor, longMs, shortMs]) => {
    const holds = (windowMs: number) => {
      const { burn, share } = rates(windowMs)
      return burn >= factor || share === 1
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

test('a target below the factor asks for all events to be bad', () => {
  assert.equal(burnBreach(0.5, () => ({ total: 100, bad: 99 }))?.rule.severity, 'ticket')
  assert.equal(burnBreach(0.5, () => ({ total: 100, bad: 100 }))?.rule.severity, 'page')
})
