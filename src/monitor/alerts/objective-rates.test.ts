import assert from 'node:assert/strict'
import { test } from 'node:test'
import { begin, healthy, Simulation } from '../../../test/monitor/simulated-samples.ts'
import { random } from '../../base/random.ts'
import { seriesText } from '../series/measures.ts'
import { burnBreach, burnRules } from './burn-rate.ts'
import { type ObjectiveRates, ratesByRule } from './objective-rates.ts'

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000]

const usual = {
  [seriesText('freshness_decisions', ['card'])]: 10,
  [seriesText('freshness_within', ['card'])]: 10,
  [seriesText('events', ['payments', 'accepted'])]: 10,
}
const stale = { ...usual, [seriesText('freshness_within', ['card'])]: 0 }

const ratesOf = ({ conditions, now }: Simulation): ObjectiveRates[] => conditions.ratesAt(now, healthy.freshness)
const burnsOf = ({ rules }: ObjectiveRates): number[][] => rules.map(({ short, long }) => [short.burn, long.burn])

test('all objectives are listed with their targets: healthy ones burn nothing, and one without events cannot be judged', () => {
  const simulation = new Simulation()
  simulation.run(2 * HOUR, () => usual)
  const rates = ratesOf(simulation)
  assert.deepEqual(
    rates.map(({ cause, subject, target, age, budgetLeft }) => [cause, subject.kind, subject.name, target, age, budgetLeft]),
    [
      ['freshness', 'group', 'card', 0.99, MINUTE, 1],
      ['effects', 'action', 'block', 0.9, undefined, undefined],
      ['dead-letters', 'source', 'payments', 0.995, undefined, 1],
      ['errors', 'pipeline', 'shop', 0.999, undefined, undefined],
    ],
  )
  const [freshness, effects, records] = rates
  for (const objective of [freshness, records]) assert.deepEqual(burnsOf(objective).flat(), Array(6).fill(0))
  assert.deepEqual(
    freshness.rules.map(({ severity, short, long, hasEnoughEvents }) => [severity, short.windowMs, long.windowMs, hasEnoughEvents]),
    [
      ['page', 5 * MINUTE, HOUR, true],
      ['page', 30 * MINUTE, 6 * HOUR, true],
      ['ticket', 6 * HOUR, 3 * DAY, true],
    ],
  )
  assert.deepEqual(
    effects.rules.map(({ severity, threshold, hasEnoughEvents }) => [severity, Number(threshold.toFixed(6)), hasEnoughEvents]),
    [['ticket', 1, false]],
  )
})

test('an action with a deadline has a rate of the effects that missed it', () => {
  const simulation = new Simulation([{ name: 'block', deadline: 100 }, { name: 'mail' }])
  const late = { [seriesText('deadlines', ['block', 'met'])]: 9, [seriesText('deadlines', ['block', 'missed'])]: 1 }
  simulation.run(HOUR, () => late)
  const rates = ratesOf(simulation)
  assert.deepEqual(
    rates.map(({ cause, subject }) => `${cause} ${subject.name}`),
    ['freshness card', 'deadline block', 'effects block', 'effects mail', 'dead-letters payments', 'errors shop'],
  )
  const { target, rules } = rates[1]
  const { total, bad, burn } = rules[0].long
  assert.deepEqual([total, bad], [3600, 360])
  assert.ok(Math.abs(burn - 0.1 / (1 - target)) < 1e-9)
})

test('in an outage both rates are above the threshold once the page holds, and its budget is used up', () => {
  const simulation = new Simulation()
  simulation.run(6 * HOUR, () => usual)
  while (!simulation.run(MINUTE, () => stale).has('page freshness card')) {
    const [{ rules }] = ratesOf(simulation)
    assert.ok(rules[0].long.burn < rules[0].threshold)
    assert.ok(simulation.now < begin + 7 * HOUR, 'it pages within an hour')
  }
  const [{ rules, budgetLeft }] = ratesOf(simulation)
  assert.ok(rules[0].short.burn >= rules[0].threshold && rules[0].long.burn >= rules[0].threshold)
  assert.ok(budgetLeft! > 0 && budgetLeft! < 1)
  simulation.run(2 * HOUR, () => stale)
  assert.ok(ratesOf(simulation)[0].budgetLeft! < 0, 'two of 72 hours are more than a hundredth')
})

test('rates are at their thresholds exactly when a rule holds, also after a start and at low targets', () => {
  const next = random(5)
  const held = new Set<number>()
  for (let drawn = 0; drawn < 2000; drawn++) {
    const target = [0.5, 0.9, 0.99, 0.999][Math.floor(next() * 4)]
    const share = next() ** 4
    const windows = new Map(
      burnRules
        .flatMap(({ longMs, shortMs }) => [shortMs, longMs])
        .map(windowMs => {
          const total = Math.floor(next() ** 3 * 100_000)
          return [windowMs, { total, bad: Math.floor(total * share * next()) }]
        }),
    )
    const observed = next() * 3 * DAY
    const counts = {
      countsIn: (windowMs: number) => windows.get(windowMs)!,
      observedIn: (windowMs: number) => Math.min(windowMs, observed),
    }
    const { rules } = ratesByRule(target, burnRules, counts)
    const reached = rules.findIndex(
      ({ short, long, threshold, hasEnoughEvents }) => hasEnoughEvents && short.burn >= threshold && long.burn >= threshold,
    )
    const breach = burnBreach(target, counts.countsIn, { observedIn: counts.observedIn })
    assert.equal(reached, breach ? burnRules.indexOf(breach.rule) : -1, `case ${drawn}`)
    held.add(reached)
  }
  assert.deepEqual(held, new Set([-1, 0, 1, 2]))
})
