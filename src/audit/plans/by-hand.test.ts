import assert from 'node:assert/strict'
import { test } from 'node:test'
import { portsOf, questionOf, streamOrBatch, type SmallWorld } from '../../../test/verdict/small-world.ts'
import { recommendPlan } from './recommend.ts'

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
