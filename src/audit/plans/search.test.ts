/** The search beside brute force, over worlds in which any two elements may help or hinder one another. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bestByHand, portsOf, questionOf, randomWorld, streamOrBatch, type SmallWorld } from '../../../test/verdict/small-world.ts'
import { Evaluation } from './evaluation.ts'
import { searchPlans } from './search.ts'
import { PlanSpace, type Picks } from './space.ts'

const searched = (world: SmallWorld, plansMax?: number) => {
  const evaluation = new Evaluation(new PlanSpace(world.elements), portsOf(world))
  return searchPlans(evaluation, questionOf(world, plansMax === undefined ? {} : { plansMax }))
}

test('all plans, where they are few: the best by brute force', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const world = randomWorld(seed, 1 + (seed % 7))
    const { merits, evaluated, isWhole } = await searched(world)
    assert.ok(isWhole)
    assert.equal(evaluated, merits.length)
    assert.equal(merits.length, 2 ** world.elements.length)
    assert.ok(Math.abs(merits[0].dollars - bestByHand(world)) < 1e-6, `seed ${seed}: ${merits[0].dollars}, by hand ${bestByHand(world)}`)
  }
})

test('steps of one and two: no such step is better than what they end at, and nearly always nothing is', async () => {
  let best = 0
  for (let seed = 1; seed <= 40; seed++) {
    const world = randomWorld(seed, 8)
    const evaluation = new Evaluation(new PlanSpace(world.elements), portsOf(world))
    const { merits, evaluated, isWhole } = await searchPlans(evaluation, questionOf(world, { plansMax: 255 }))
    assert.ok(!isWhole)
    assert.ok(evaluated <= 255)
    const known = new Map(merits.map(merit => [merit.picks.join(), merit.dollars]))
    for (const step of [...evaluation.space.neighbours(merits[0].picks), ...evaluation.space.pairs(merits[0].picks)]) {
      const dollars = known.get(step.join())
      assert.ok(dollars !== undefined && dollars <= merits[0].dollars)
    }
    if (Math.abs(merits[0].dollars - bestByHand(world)) < 1e-6) best++
  }
  assert.ok(best >= 36, `${best} of 40`)
})

test('more plans than are evaluated: no more than that are, and the best of them is put first', async () => {
  const world = randomWorld(3, 14)
  const { merits, evaluated, isWhole } = await searched(world, 50)
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
