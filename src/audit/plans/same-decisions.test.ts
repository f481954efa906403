/** Ways of running an element that make the same decisions: what they cost says which, if every scenario of prices says the same. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nightly, portsOf, questionOf, type SmallWorld } from '../../../test/verdict/small-world.ts'
import type { Range } from '../domain/audit-report.ts'
import { judgePlans } from './plans.ts'
import type { PlanChoice } from '../domain/plan-types.ts'

const hybrid: PlanChoice = { setting: { kind: 'hybrid', schedule: nightly.schedule }, title: 'hybrid', age: 0, as: { kind: 'now' } }
const stream: PlanChoice = { setting: { kind: 'now' }, title: 'stream', age: 0 }
const batch: PlanChoice = { setting: nightly, title: 'batch 1 day', age: 50_400_000 }

/** A group that runs as a stream; a batch run loses `loss` a month. Costs by the kind of the setting. */
async function said(choices: readonly PlanChoice[], costs: Readonly<Record<string, Range>>, loss = 0, atStake = 0) {
  const world: SmallWorld = {
    elements: [{ element: { kind: 'group', group: 'a' }, title: 'a', choices }],
    utility: of => (of('group/a') === 'batch' ? -loss : 0),
    cost: of => costs[of('group/a')],
  }
  const { part, verdicts, proposed } = await judgePlans(questionOf(world), { ...portsOf(world), atStake: () => atStake })
  return { ...verdicts.get('group/a')!, decision: part.decision, proposed: proposed.get('group/a')?.kind ?? 'now', net: part.net }
}

const range = (low: number, base: number, high: number): Range => ({ low, base, high })

test('a group that changes no decision is batch if that costs less, and in no scenario more', async () => {
  const now = range(10, 20, 30)
  const found = await said([stream, batch], { now, batch: range(10, 12, 14) })
  assert.deepEqual([found.choice, found.decision, found.proposed], ['batch 1 day', 'change', 'batch'])
  assert.deepEqual(found.net, { value: 8, low: 0, high: 16 })
  assert.equal(found.why, "decides as 'stream' does, always in this history, and costs $8 less a month")
  // Less than half a cent more is no more.
  assert.equal((await said([stream, batch], { now, batch: range(10.004, 12, 14) })).choice, 'batch 1 day')
})

test('where it costs more in one scenario nothing is decided', async () => {
  const found = await said([stream, batch], { now: range(10, 20, 30), batch: range(11, 12, 14) })
  assert.deepEqual([found.choice, found.decision, found.proposed], ['undecided', 'keep what runs', 'now'])
  assert.equal(
    found.why,
    "decisions are the same however it is run; 'batch 1 day' costs $8 less a month than 'stream', but not in every scenario of prices",
  )
})

test('where both cost the same the older will do, and nothing is changed for it', async () => {
  const found = await said([stream, batch], { now: range(1, 2, 3), batch: range(1, 2, 3) })
  assert.deepEqual([found.choice, found.decision, found.proposed], ['undecided', 'keep what runs', 'now'])
  assert.equal(found.why, "'batch 1 day' decides as 'stream' does, and costs the same")
  const dearer = await said([stream, batch], { now: range(1, 2, 3), batch: range(2, 3, 4) })
  assert.deepEqual([dearer.choice, dearer.proposed], ['stream', 'now'])
})

test('of two ways to keep the same values what runs stays, unless the other costs less in every scenario', async () => {
  const now = range(10, 20, 30)
  const costs = (hybrid: Range) => ({ now, hybrid, batch: range(1, 1, 1) })
  const stays = await said([stream, hybrid, batch], costs(range(11, 15, 16)), 500)
  assert.deepEqual([stays.choice, stays.decision, stays.proposed], ['stream', 'keep what runs', 'now'])
  const moves = await said([stream, hybrid, batch], costs(range(10, 15, 16)), 500)
  assert.deepEqual([moves.choice, moves.decision, moves.proposed], ['hybrid', 'change', 'hybrid'])
  assert.deepEqual(moves.net, { value: 5, low: 0, high: 14 })
})

test('of two that decide alike and are better than a third it is said that prices part them, and no gain of nothing', async () => {
  const hourly: PlanChoice = { setting: { kind: 'every', every: 3_600_000 }, title: 'every 1 h', age: 1_800_000 }
  const costs: Readonly<Record<string, Range>> = { now: range(10, 20, 30), batch: range(11, 12, 14), every: range(1, 1, 1) }
  const world: SmallWorld = {
    elements: [{ element: { kind: 'group', group: 'a' }, title: 'a', choices: [stream, batch, hourly] }],
    utility: of => (of('group/a') === 'every' ? -500 : 0),
    cost: of => costs[of('group/a')],
  }
  const { verdicts } = await judgePlans(questionOf(world), portsOf(world))
  assert.deepEqual(verdicts.get('group/a'), {
    choice: 'undecided',
    why: "'batch 1 day' decides as 'stream' does, and which of them costs less depends on the scenario of prices",
  })
})

test('where nothing is known of the one that decides otherwise, that is said, and not that two alike may differ by nothing', async () => {
  const world: SmallWorld = {
    elements: [{ element: { kind: 'group', group: 'a' }, title: 'a', choices: [stream, hybrid, batch] }],
    utility: of => (of('group/a') === 'batch' ? -500 : 0),
    cost: of => (of('group/a') === 'hybrid' ? range(10, 20, 20.04) : range(10, 20, 20)),
  }
  const why = '54 decisions differ, in too few clusters to say how sure a figure would be'
  const { verdicts } = await judgePlans(questionOf(world), { ...portsOf(world), intervals: columns => columns.map(() => ({ why })) })
  assert.deepEqual(verdicts.get('group/a'), { choice: 'undecided', why })
})

test('that no decision differs is no proof where few act: three may be another, each worth the most that one is', async () => {
  const costs = { now: range(20, 20, 20), batch: range(12, 12, 12) }
  assert.equal((await said([stream, batch], costs, 0, 2)).choice, 'batch 1 day', 'six dollars at most, and eight saved')
  const found = await said([stream, batch], costs, 0, 3)
  assert.deepEqual([found.choice, found.proposed], ['undecided', 'now'], 'nine dollars, and eight saved')
  assert.match(found.why, /so few decisions act that the next ones may differ/)
  // A way to keep the same values has nothing to show.
  assert.equal((await said([stream, hybrid], { now: range(20, 20, 20), hybrid: range(12, 12, 12) }, 0, 99)).choice, 'hybrid')
})
