/** Proposed plans against brute force over the exact values: the best plan if intervals are points, and never a worse plan otherwise. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bestByHand, netByHand, portsOf, questionOf, randomWorld, ROWS } from '../../../test/verdict/small-world.ts'
import { elementId } from '../domain/element.ts'
import { recommendPlan } from './recommend.ts'

test('with points as intervals the best plan is proposed, with the best choice of each element', async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const world = { ...randomWorld(seed, 1 + (seed % 6)), half: 1e-6 }
    const { part, proposed, verdicts } = await recommendPlan(questionOf(world), portsOf(world))
    const best = bestByHand(world)
    assert.ok(Math.abs(netByHand(world, proposed) - best) < 1e-3, `seed ${seed}: ${netByHand(world, proposed)}, by hand ${best}`)
    assert.equal(part.decision, best > 1e-3 ? 'change' : 'keep what runs')
    for (const { element, choices } of world.elements) {
      const id = elementId(element)
      const setting = proposed.get(id) ?? choices[0].setting
      assert.equal(verdicts.get(id)!.choice, choices.find(choice => choice.setting.kind === setting.kind)!.title, `seed ${seed}`)
      const [now, other] = choices.map(
        choice => new Map([...proposed].filter(([own]) => own !== id).concat(choice.setting.kind === 'now' ? [] : [[id, choice.setting]])),
      )
      const chosenIsNow = setting.kind === 'now'
      assert.ok(chosenIsNow === netByHand(world, now) > netByHand(world, other), `seed ${seed}`)
    }
  }
})

test('a proposed plan always has a positive bound on the block that did not choose it', async () => {
  let [changes, kept] = [0, 0]
  for (let seed = 1; seed <= 60; seed++) {
    const world = { ...randomWorld(seed, 5), half: 15 }
    const other = randomWorld(seed + 1000, 5)
    const ports = portsOf(world)
    const misled = portsOf({ ...world, utility: of => world.utility(of) + 0.5 * other.utility(of) })
    const recommendation = await recommendPlan(questionOf(world), {
      ...ports,
      valueOf: (plan, rows) => (rows.from === 0 ? misled : ports).valueOf(plan, rows),
    })
    const net = netByHand(world, recommendation.proposed)
    if (recommendation.part.decision === 'change') {
      changes++
      // The interval is ± 15 for each difference other than zero.
      assert.ok(recommendation.part.net!.low > 0 && Math.abs(recommendation.part.net!.value - net) < 1e-6, `seed ${seed}`)
      assert.ok(net > 0)
    } else {
      kept++
      assert.equal(recommendation.proposed.size, 0)
    }
  }
  assert.ok(changes > 10 && kept > 3, `${changes} changes, ${kept} kept, over ${ROWS} rows`)
})
