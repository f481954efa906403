import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  bestByHand,
  netByHand,
  portsOf,
  questionOf,
  randomWorld,
  streamOrBatch,
  type SmallWorld,
} from '../../../test/verdict/small-world.ts'
import type { OtherPlan } from '../domain/audit-report.ts'
import { recommendPlan } from './recommend.ts'

/** Two streaming groups; the first pays for its stream, the second does not. */
const world: SmallWorld = {
  elements: [streamOrBatch('a', 'stream'), streamOrBatch('b', 'stream')],
  utility: of => (of('group/a') === 'batch' ? 0 : 500) + (of('group/b') === 'batch' ? 0 : 1),
  cost: of => (of('group/a') === 'batch' ? 1 : 20) + (of('group/b') === 'batch' ? 2 : 30),
}

/** Figures to the cent, since row values are sums of shares. */
const whole = ({ net, ...other }: OtherPlan): OtherPlan => ({
  ...other,
  net: 'why' in net ? net : { value: cents(net.value), low: cents(net.low), high: cents(net.high) },
})
const cents = (dollars: number): number => Math.round(dollars * 100) / 100

test('lists the costs of other plans: the next best, and the cheapest', async () => {
  const { part } = await recommendPlan(questionOf(world), portsOf(world))
  assert.deepEqual(
    part.proposed.map(({ title }) => title),
    ['stream', 'batch 1 day'],
  )
  assert.deepEqual(part.others.map(whole), [
    {
      changes: [
        { element: 'group/a', title: 'batch 1 day' },
        { element: 'group/b', title: 'batch 1 day' },
      ],
      cost: { low: 3, base: 3, high: 3 },
      net: { value: -454, low: -455, high: -453 },
    },
    {
      changes: [{ element: 'group/a', title: 'batch 1 day' }],
      cost: { low: 31, base: 31, high: 31 },
      net: { value: -481, low: -482, high: -480 },
    },
  ])
})

test('without a price there are costs but no net; without costs neither', async () => {
  const { price: _, ...unpriced } = questionOf(world)
  const [first] = (await recommendPlan(unpriced, portsOf(world))).part.others
  assert.deepEqual(first.net, { why: 'no price of utility is given' })
  assert.ok('base' in first.cost)
  const why = { why: 'no price file' }
  const [unknown] = (await recommendPlan(questionOf(world), { ...portsOf(world), costOf: () => why })).part.others
  assert.deepEqual([unknown.cost, unknown.net], [why, why])
})

test('in random worlds the other plans are never better than the best, include the cheapest, and are unique', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = randomWorld(seed, 4)
    const { part, proposed } = await recommendPlan(questionOf(random), portsOf({ ...random, half: 1e-6 }))
    const names = part.others.map(({ changes }) => JSON.stringify(changes))
    assert.equal(new Set(names).size, names.length)
    assert.ok(part.others.length >= 3 && part.others.length <= 4, `seed ${seed}: ${part.others.length}`)
    const nets = part.others.map(({ net }) => ('why' in net ? NaN : net.value))
    assert.ok(Math.max(...nets) <= bestByHand(random) + 1e-6)
    assert.ok(Math.max(...nets) <= netByHand(random, proposed) + 1e-6, `seed ${seed}`)
    const bills = part.others.map(({ cost }) => ('why' in cost ? NaN : cost.base))
    assert.ok(bills.every(bill => bill >= 0))
  }
})

test('describes a proposed change that is no placement', async () => {
  const [stream] = streamOrBatch('a', 'stream').choices
  const hourly = { setting: { kind: 'every', every: 3_600_000 }, title: 'every 1 h', age: 1_800_000 } as const
  const elements = [
    streamOrBatch('a', 'stream'),
    { element: { kind: 'inference' }, title: 'inference', choices: [{ ...stream, title: 'on event' }, hourly] } as const,
  ]
  const world: SmallWorld = { elements, utility: () => 0, cost: of => (of('inference') === 'every' ? 1 : 10) }
  const recommendation = await recommendPlan(questionOf(world), portsOf(world))
  assert.equal(recommendation.part.decision, 'change')
  assert.equal(recommendation.part.byHand.length, 1)
  assert.match(recommendation.part.byHand[0], /^inference: every 1 h, and not on event; .*changed by hand \(decide of the model/)
})
