/** The search against brute force, in worlds where any two elements may help or hinder each other. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bestByHand, portsOf, questionOf, randomWorld, streamOrBatch, type SmallWorld } from '../../../test/verdict/small-world.ts'
import { PlanEvaluator } from './evaluation.ts'
import { searchPlans } from './search.ts'
import { PlanSpace, type Picks } from './space.ts'

const searched = (world: SmallWorld, plansMax?: number) =>
  searchPlans(new PlanEvaluator(questionOf(world, plansMax === undefined ? {} : { plansMax }), portsOf(world)))

test('few plans: the best one by brute force', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const world = randomWorld(seed, 1 + (seed % 7))
    const { merits, evaluated, isExhaustive: isWhole } = await searched(world)
    assert.ok(isWhole)
    assert.equal(evaluated, merits.length)
    assert.equal(merits.length, 2 ** world.elements.length)
    assert.ok(Math.abs(merits[0].dollars - bestByHand(world)) < 1e-6, `seed ${seed}: ${merits[0].dollars}, by hand ${bestByHand(world)}`)
  }
})

test('steps of one and two elements end where no such step is better, and nearly always at the best', async () => {
  let best = 0
  for (let seed = 1; seed <= 40; seed++) {
    const world = randomWorld(seed, 8)
    const evaluation = new PlanEvaluator(questionOf(world, { plansMax: 255 }), portsOf(world))
    const { merits, evaluated, isExhaustive: isWhole } = await searchPlans(evaluation)
    assert.ok(!isWhole)
    assert.ok(evaluated <= 255)
    const dollarsByPlan = new Map(merits.map(merit => [merit.picks.join(), merit.dollars]))
    for (const step of [...evaluation.space.neighbours(merits[0].picks), ...evaluation.space.pairs(merits[0].picks)]) {
      const dollars = dollarsByPlan.get(step.join())
      assert.ok(dollars !== undefined && dollars <= merits[0].dollars)
    }
    if (Math.abs(merits[0].dollars - bestByHand(world)) < 1e-6) best++
  }
  assert.ok(best >= 36, `${best} of 40`)
})

test('evaluates no more plans than allowed, and puts the best of them first', async () => {
  const world = randomWorld(3, 14)
  const { merits, evaluated, isExhaustive: isWhole } = await searched(world, 50)
  assert.ok(!isWhole)
  assert.ok(merits.length <= 51)
  assert.ok(evaluated <= 50)
  assert.equal(merits[0].dollars, Math.max(...merits.map(({ dollars }) => dollars)))
  assert.ok(merits[0].dollars >= 0, 'what runs is among them')
})

test('pairs are all plans that differ in two elements, each once', () => {
  const space = new PlanSpace([streamOrBatch('a', 'batch'), streamOrBatch('b', 'stream'), streamOrBatch('c', 'stream')])
  const text = (picks: Picks) => picks.join('')
  assert.deepEqual([...space.neighbours([0, 1, 0])].map(text), ['110', '000', '011'])
  assert.deepEqual([...space.pairs([0, 1, 0])].map(text), ['100', '111', '001'])
  assert.deepEqual([...space.all()].map(text), ['000', '100', '010', '110', '001', '101', '011', '111'])
})
