/** Settings with equal decisions: their costs decide if all price scenarios agree. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nightly, portsOf, questionOf, type SmallWorld } from '../../../test/verdict/small-world.ts'
import type { Range } from '../domain/audit-report.ts'
import { recommendPlan } from './recommend.ts'
import type { PlanChoice } from '../domain/plan-types.ts'

const hybrid: PlanChoice = {
  setting: { kind: 'hybrid', schedule: nightly.schedule },
  title: 'hybrid',
  age: 0,
  sameValuesAs: { kind: 'now' },
}
const stream: PlanChoice = { setting: { kind: 'now' }, title: 'stream', age: 0 }
const batch: PlanChoice = { setting: nightly, title: 'batch 1 day', age: 50_400_000 }

/** A streaming group; a batch run loses `loss` a month. Costs by kind of setting. */
async function recommend(
  choices: readonly PlanChoice[],
  costs: Readonly<Record<string, Range>>,
  loss = 0,
  atStake = 0,
  leastAdvantage = 0,
) {
  const world: SmallWorld = {
    elements: [{ element: { kind: 'group', group: 'a' }, title: 'a', choices }],
    utility: of => (of('group/a') === 'batch' ? -loss : 0),
    cost: of => costs[of('group/a')],
  }
  const { part, verdicts, proposed } = await recommendPlan(questionOf(world, { leastAdvantage }), {
    ...portsOf(world),
    atStake: () => atStake,
  })
  return { ...verdicts.get('group/a')!, decision: part.decision, proposed: proposed.get('group/a')?.kind ?? 'now', net: part.net }
}

const range = (low: number, base: number, high: number): Range => ({ low, base, high })

test('a group that changes no decision is batch if that costs less, and in no scenario more', async () => {
  const now = range(10, 20, 30)
  const recommendation = await recommend([stream, batch], { now, batch: range(10, 12, 14) })
  assert.deepEqual([recommendation.choice, recommendation.decision, recommendation.proposed], ['batch 1 day', 'change', 'batch'])
  assert.deepEqual(recommendation.net, { value: 8, low: 0, high: 16 })
  assert.equal(recommendation.why, "decides as 'stream' does, always in this history, and costs $8 less a month")
  // Less than half a cent more counts as no more.
  assert.equal((await recommend([stream, batch], { now, batch: range(10.004, 12, 14) })).choice, 'batch 1 day')
})

test('a saving below the least advantage is no advice, however certain it is', async () => {
  const costs = { now: range(10, 20, 30), batch: range(10, 12, 14) }
  const { choice, decision } = await recommend([stream, batch], costs, 0, 0, 8.01)
  assert.deepEqual([choice, decision], ['undecided', 'keep what runs'])
  assert.equal((await recommend([stream, batch], costs, 0, 0, 8)).choice, 'batch 1 day')
  const equal = { now: range(11, 16, 16), hybrid: range(10, 15, 16), batch: range(1, 1, 1) }
  assert.equal((await recommend([stream, hybrid, batch], equal, 500, 0, 1.01)).choice, 'stream')
  assert.equal((await recommend([stream, hybrid, batch], equal, 500, 0, 1)).choice, 'hybrid')
  const better = { now: range(1, 1, 1), batch: range(1, 1, 1) }
  assert.equal((await recommend([stream, batch], better, -500, 0, 501)).decision, 'keep what runs')
  assert.equal((await recommend([stream, batch], better, -500, 0, 500)).decision, 'change')
})

test('undecided if it costs more in one scenario', async () => {
  const recommendation = await recommend([stream, batch], { now: range(10, 20, 30), batch: range(11, 12, 14) })
  assert.deepEqual([recommendation.choice, recommendation.decision, recommendation.proposed], ['undecided', 'keep what runs', 'now'])
  assert.equal(
    recommendation.why,
    "decisions are the same however it is run; 'batch 1 day' costs $8 less a month than 'stream', but not in every scenario of prices",
  )
})

test('at equal costs the older setting suffices, and nothing is changed for it', async () => {
  const recommendation = await recommend([stream, batch], { now: range(1, 2, 3), batch: range(1, 2, 3) })
  assert.deepEqual([recommendation.choice, recommendation.decision, recommendation.proposed], ['undecided', 'keep what runs', 'now'])
  assert.equal(recommendation.why, "'batch 1 day' decides as 'stream' does, and costs the same")
  const dearer = await recommend([stream, batch], { now: range(1, 2, 3), batch: range(2, 3, 4) })
  assert.deepEqual([dearer.choice, dearer.proposed], ['stream', 'now'])
})

test('of two settings with equal values the current one stays, unless the other costs less in every scenario', async () => {
  const now = range(10, 20, 30)
  const costs = (hybrid: Range) => ({ now, hybrid, batch: range(1, 1, 1) })
  const stays = await recommend([stream, hybrid, batch], costs(range(11, 15, 16)), 500)
  assert.deepEqual([stays.choice, stays.decision, stays.proposed], ['stream', 'keep what runs', 'now'])
  const moves = await recommend([stream, hybrid, batch], costs(range(10, 15, 16)), 500)
  assert.deepEqual([moves.choice, moves.decision, moves.proposed], ['hybrid', 'change', 'hybrid'])
  assert.deepEqual(moves.net, { value: 5, low: 0, high: 14 })
})

test('of two equal settings that beat a third, the verdict names the prices, and no zero gain', async () => {
  const hourly: PlanChoice = { setting: { kind: 'every', every: 3_600_000 }, title: 'every 1 h', age: 1_800_000 }
  const costs: Readonly<Record<string, Range>> = { now: range(10, 20, 30), batch: range(11, 12, 14), every: range(1, 1, 1) }
  const world: SmallWorld = {
    elements: [{ element: { kind: 'group', group: 'a' }, title: 'a', choices: [stream, batch, hourly] }],
    utility: of => (of('group/a') === 'every' ? -500 : 0),
    cost: of => costs[of('group/a')],
  }
  const { verdicts } = await recommendPlan(questionOf(world), portsOf(world))
  assert.deepEqual(verdicts.get('group/a'), {
    choice: 'undecided',
    why: "'batch 1 day' decides as 'stream' does, and which of them costs less depends on the scenario of prices",
    breakEven: verdicts.get('group/a')!.breakEven,
  })
})

test('an unknown gain of the third setting is the reason, not the equality of two', async () => {
  const world: SmallWorld = {
    elements: [{ element: { kind: 'group', group: 'a' }, title: 'a', choices: [stream, hybrid, batch] }],
    utility: of => (of('group/a') === 'batch' ? -500 : 0),
    cost: of => (of('group/a') === 'hybrid' ? range(10, 20, 20.04) : range(10, 20, 20)),
  }
  const why = '54 decisions differ, in too few clusters to say how sure a figure would be'
  const { verdicts } = await recommendPlan(questionOf(world), { ...portsOf(world), intervals: columns => columns.map(() => ({ why })) })
  assert.deepEqual(verdicts.get('group/a'), { choice: 'undecided', why })
})

test('equal decisions prove little if few act: three may differ, each by the greatest value of one', async () => {
  const costs = { now: range(20, 20, 20), batch: range(12, 12, 12) }
  assert.equal((await recommend([stream, batch], costs, 0, 2)).choice, 'batch 1 day', 'six dollars at most, and eight saved')
  const recommendation = await recommend([stream, batch], costs, 0, 3)
  assert.deepEqual([recommendation.choice, recommendation.proposed], ['undecided', 'now'], 'nine dollars, and eight saved')
  assert.match(recommendation.why, /so few decisions act that the next ones may differ/)
  // Settings with equal values need no evidence.
  assert.equal((await recommend([stream, hybrid], { now: range(20, 20, 20), hybrid: range(12, 12, 12) }, 0, 99)).choice, 'hybrid')
})
