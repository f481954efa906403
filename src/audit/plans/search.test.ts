/** The search beside brute force, over worlds in which any two elements may help or hinder one another. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { portsOf, questionOf, streamOrBatch, type SmallWorld } from '../../../test/verdict/small-world.ts'
import { random } from '../../base/random.ts'
import { Evaluation } from './evaluation.ts'
import { searchPlans } from './search.ts'
import { PlanSpace, type Picks } from './space.ts'

/** Utilities of each group alone and of each two together, costs of each and of the first. */
function randomWorld(seed: number, count: number): SmallWorld {
  const chance = random(seed)
  const names = Array.from({ length: count }, (_, i) => `g${i}`)
  const alone = names.map(() => 40 * (chance() - 0.3))
  const together = names.map(() => names.map(() => (chance() < 0.3 ? 80 * (chance() - 0.5) : 0)))
  const costs = names.map(() => 20 * chance())
  const fixed = 30 * chance()
  const streams = names.map(() => chance() < 0.5)
  const freshAt = (of: (element: string) => string): number[] => {
    const isFresh = names.map((name, i) => (of(`group/${name}`) === 'now' ? streams[i] : of(`group/${name}`) === 'stream'))
    return [...names.keys()].filter(i => isFresh[i])
  }
  return {
    elements: names.map((name, i) => streamOrBatch(name, streams[i] ? 'stream' : 'batch')),
    utility: of => {
      const fresh = freshAt(of)
      return fresh.reduce((sum, i) => sum + alone[i] + fresh.filter(j => j > i).reduce((more, j) => more + together[i][j], 0), 0)
    },
    cost: of => {
      const fresh = freshAt(of)
      return fresh.reduce((sum, i) => sum + costs[i], fresh.length > 0 ? fixed : 0)
    },
  }
}

const searched = (world: SmallWorld, plansMax?: number) => {
  const evaluation = new Evaluation(new PlanSpace(world.elements), portsOf(world))
  return searchPlans(evaluation, questionOf(world, plansMax === undefined ? {} : { plansMax }))
}

/** By the worlds' own numbers, with none of the code that is tested. */
function bestByHand(world: SmallWorld): number {
  const names = world.elements.map(({ element }) => (element.kind === 'group' ? `group/${element.group}` : ''))
  const net = (of: (element: string) => string): number => world.utility(of) - (world.cost(of) as number)
  let best = -Infinity
  for (let mask = 0; mask < 2 ** names.length; mask++) {
    const kinds = new Map(names.map((name, i) => [name, (mask >> i) & 1 ? (world.elements[i].choices[1].setting.kind as string) : 'now']))
    best = Math.max(
      best,
      net(element => kinds.get(element)!),
    )
  }
  return best - net(() => 'now')
}

test('all plans, where they are few: the best by brute force', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const world = randomWorld(seed, 1 + (seed % 7))
    const { merits, isWhole } = await searched(world)
    assert.ok(isWhole)
    assert.equal(merits.length, 2 ** world.elements.length)
    assert.ok(Math.abs(merits[0].dollars - bestByHand(world)) < 1e-6, `seed ${seed}: ${merits[0].dollars}, by hand ${bestByHand(world)}`)
  }
})

test('steps of one and two: no such step is better than what they end at, and nearly always nothing is', async () => {
  let best = 0
  for (let seed = 1; seed <= 40; seed++) {
    const world = randomWorld(seed, 8)
    const evaluation = new Evaluation(new PlanSpace(world.elements), portsOf(world))
    const { merits, isWhole } = await searchPlans(evaluation, questionOf(world, { plansMax: 255 }))
    assert.ok(!isWhole)
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
  const { merits, isWhole } = await searched(world, 50)
  assert.ok(!isWhole)
  assert.ok(merits.length <= 51)
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
