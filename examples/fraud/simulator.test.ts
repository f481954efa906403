import assert from 'node:assert/strict'
import test from 'node:test'
import { Simulator, type SimulatorOptions } from './simulator.ts'
import { spendingOf, type Payment } from './spending.ts'
import { customersOf } from './world.ts'

/** A fifth of the published city for all of its days, which takes a third of a second. */
const city: SimulatorOptions = { customers: 1000, terminals: 2000, days: 183, seed: 3, bursts: 4 }
const simulated = (options: SimulatorOptions = city) => {
  const simulator = new Simulator(options)
  return { days: [...simulator.days()], planted: simulator.planted }
}
const { days, planted } = simulated()
const customers = customersOf(city)
const all = days.flat()
const of = (scenario: Payment['scenario']) => all.filter(payment => payment.scenario === scenario)

const near = (value: number, expected: number, part: number, quantity: string): void =>
  assert.ok(Math.abs(value / expected - 1) <= part, `${quantity}: ${value}, not ${expected} to ${part * 100} %`)

test('a customer has the published rates and amounts, and the terminals within 5 of it', () => {
  assert.deepEqual(
    [Math.min(...customers.map(({ mean }) => mean)) >= 5, Math.max(...customers.map(({ mean }) => mean)) <= 100],
    [true, true],
  )
  const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  near(average(customers.map(({ mean }) => mean)), 52.5, 0.05, 'mean amount')
  near(average(customers.map(({ rate }) => rate)), 2, 0.05, 'payments a day')
  // π · 5² terminals within reach, one for each unit of area; fewer at the border of a plane of 45 × 45.
  const inReach = customers.map(({ reach }) => reach.length)
  near(average(inReach), 78.5 * (1 - (2 * 4 * 5) / (3 * Math.PI * 44.7)), 0.1, 'terminals within reach')
  const full = customersOf({ customers: 2000, terminals: 10_000, seed: 3 })
  near(average(full.map(({ reach }) => reach.length)), 75, 0.05, 'terminals within reach at the published size')
  for (const { reach } of full.slice(0, 50))
    assert.deepEqual(
      [...new Set(reach)].sort((a, b) => a - b),
      [...reach],
    )
})

test('counts are the published ones in proportion', () => {
  // 1,754,155 payments; 978, 9,099 and 4,604 newly marked. This is a fifth of that; the counts of 366 terminals and 549 cards vary more.
  near(planted.payments - planted.marked.testing, 1_754_155 / 5, 0.05, 'payments')
  near(planted.marked.large, 978 / 5, 0.3, 'large')
  near(planted.marked.terminal, 9099 / 5, 0.2, 'terminal')
  near(planted.marked.stolen, 4604 / 5, 0.2, 'stolen')
  near((planted.frauds - planted.marked.testing) / (planted.payments - planted.marked.testing), 0.00837, 0.15, 'part of frauds')
  near(planted.bursts, (4 * 183) / 5, 0.2, 'bursts')
  assert.equal(planted.payments, all.length)
  assert.equal(planted.frauds, all.filter(({ scenario }) => scenario !== undefined).length)
})

test('days are in order of time, and around noon', () => {
  for (const day of days) for (let i = 1; i < day.length; i++) assert.ok(day[i - 1].second <= day[i].second)
  const seconds = of(undefined).map(({ second }) => second)
  assert.ok(seconds.every(second => Number.isInteger(second) && second > 0 && second < 86_400))
  near(seconds.reduce((sum, second) => sum + second, 0) / seconds.length, 43_200, 0.01, 'mean second')
  // N(0, 20,000) cut off at noon ± 43,200 has 70.5 % within a standard deviation.
  near(seconds.filter(second => Math.abs(second - 43_200) < 20_000).length / seconds.length, 0.705, 0.01, 'within 20,000 s')
})

test('1: all that is above $220 is fraud, and only that is because it is large', () => {
  assert.ok(of('large').every(({ cents }) => cents > 22_000))
  assert.ok(of(undefined).every(({ cents }) => cents <= 22_000))
})

test('2: all that is paid at a copying terminal is fraud, for 28 days at least from the first to the last of them', () => {
  const fraudAt = new Map<number, number[]>()
  days.forEach((day, i) =>
    day.forEach(({ scenario, terminal }) => scenario === 'terminal' && fraudAt.set(terminal, [...(fraudAt.get(terminal) ?? []), i])),
  )
  assert.ok(fraudAt.size > 50)
  for (const [terminal, on] of fraudAt) {
    const [first, last] = [Math.min(...on), Math.max(...on)]
    if (last - first >= 28) continue // copied cards twice
    for (const day of days.slice(first, last + 1))
      for (const payment of day) if (payment.terminal === terminal) assert.notEqual(payment.scenario, undefined)
  }
})

test('3: a stolen payment is five times one that the customer makes, and a third of 14 days is', () => {
  const stolen = days.flatMap((day, i) => day.filter(({ scenario }) => scenario === 'stolen').map(payment => ({ ...payment, day: i })))
  for (const { customer, cents, second, day } of stolen) {
    const genuine = spendingOf(customers[customer], day, city.seed).filter(payment => payment.second === second)
    assert.ok(
      genuine.some(payment => payment.cents * 5 === cents || payment.cents * 25 === cents),
      `${customer} on ${day}`,
    )
  }
})

test('3: of what a card pays in 14 days a third is stolen, and nothing behind them', () => {
  // One card a day. A card with stolen payments on the first day was stolen on it; that it is stolen again within 28 days has a probability
  // of one in sixty.
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)
  for (const seed of [2, 3, 5]) {
    const { days } = simulated({ customers: 1667, terminals: 2000, days: 28, seed, bursts: 0 })
    const [card] = new Set(days[0].filter(({ scenario }) => scenario === 'stolen').map(({ customer }) => customer))
    const paid = days.map(day => day.filter(({ customer }) => customer === card))
    const stolen = paid.map(day => day.filter(({ scenario }) => scenario === 'stolen').length)
    assert.ok(sum(stolen) >= 3)
    assert.equal(sum(stolen.slice(0, 14)), Math.floor(paid.slice(0, 14).flat().length / 3))
    assert.equal(sum(stolen.slice(14)), 0)
  }
})

test('card testing: small payments at one terminal within minutes, then cash-outs below $219', () => {
  const bursts = new Map<number, Payment[]>()
  for (const day of days)
    for (const payment of day) if (payment.burst !== undefined) bursts.set(payment.burst, [...(bursts.get(payment.burst) ?? []), payment])
  assert.equal(bursts.size, planted.bursts)
  const gaps: number[] = []
  for (const payments of bursts.values()) {
    const tests = payments.filter(({ isTest }) => isTest)
    const cashOuts = payments.slice(tests.length)
    assert.ok(tests.length >= 6 && tests.length <= 15 && cashOuts.length >= 1 && cashOuts.length <= 3)
    assert.equal(new Set(payments.map(({ customer }) => customer)).size, 1)
    assert.equal(new Set(tests.map(({ terminal }) => terminal)).size, 1)
    assert.ok(tests.every(({ cents }) => cents >= 50 && cents <= 500))
    const { mean } = customers[payments[0].customer]
    for (const { cents, isTest } of cashOuts)
      assert.ok(!isTest && cents <= 21_900 && cents >= Math.min(21_900, Math.floor(mean * 100)) && cents <= Math.ceil(mean * 300))
    for (let i = 1; i < tests.length; i++) gaps.push(tests[i].second - tests[i - 1].second)
  }
  near(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length, 20, 0.1, 'seconds between tests')
  const terminals = new Set([...bursts.values()].map(([{ terminal }]) => terminal))
  assert.ok(terminals.size > 20 && terminals.size <= 40, `${terminals.size} of the 40 terminals`)
})

test('the same seed gives the same city, fewer days a beginning of it, and no card testing the rest of it', () => {
  const small: SimulatorOptions = { customers: 200, terminals: 300, days: 40, seed: 9, bursts: 50 }
  const { days } = simulated(small)
  assert.deepEqual(simulated(small).days, days)
  assert.deepEqual(simulated({ ...small, days: 15 }).days, days.slice(0, 15))
  const without = simulated({ ...small, bursts: 0 })
  assert.deepEqual(
    without.days,
    days.map(day => day.filter(({ scenario }) => scenario !== 'testing')),
  )
  assert.deepEqual([without.planted.bursts, without.planted.marked.testing], [0, 0])
  assert.notDeepEqual(simulated({ ...small, seed: 10 }).days[0], days[0])
  assert.deepEqual(simulated({ ...small, customers: 1, terminals: 1, days: 3 }).days.length, 3)
})
