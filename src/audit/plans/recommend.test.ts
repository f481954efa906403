/** Plans of small worlds with a known best plan. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { portsOf, questionOf, ROWS, streamOrBatch, type SmallWorld } from '../../../test/verdict/small-world.ts'
import { SpillwayError, type ErrorCode } from '../../base/errors.ts'
import type { Plan } from '../domain/element.ts'
import { recommendPlan } from './recommend.ts'
import type { PlanPorts, PlanSearchProblem } from '../domain/plan-types.ts'

const judge = (world: SmallWorld, more: Partial<PlanSearchProblem> = {}) => recommendPlan(questionOf(world, more), portsOf(world))
const choices = ({ verdicts }: Awaited<ReturnType<typeof judge>>) =>
  Object.fromEntries([...verdicts].map(([element, { choice }]) => [element, choice]))
const kinds = ({ proposed }: Awaited<ReturnType<typeof judge>>) =>
  Object.fromEntries([...proposed].map(([element, { kind }]) => [element, kind]))

/** Two streaming groups; a stream costs 10, the first 100 more. */
const streams = [streamOrBatch('a', 'stream'), streamOrBatch('b', 'stream')]
const isFresh = (kindOf: (element: string) => string, name: string): boolean => kindOf(`group/${name}`) !== 'batch'
const streamCost =
  (fixed = 100) =>
  (kindOf: (element: string) => string): number => {
    const count = ['a', 'b'].filter(name => isFresh(kindOf, name)).length
    return count * 10 + (count > 0 ? fixed : 0)
  }

const rounded = (value: object | undefined) =>
  Object.fromEntries(Object.entries(value ?? {}).map(([name, value]) => [name, Math.round(value * 1e9) / 1e9]))

test('two groups that replace each other: each could be batch, but not both', async () => {
  const world = {
    elements: streams,
    utility: (of: (e: string) => string) => (isFresh(of, 'a') || isFresh(of, 'b') ? 500 : 0),
    cost: streamCost(),
  }
  const result = await judge(world)
  assert.equal(result.part.decision, 'change')
  assert.deepEqual(Object.values(kinds(result)), ['batch'])
  assert.deepEqual(Object.values(choices(result)).sort(), ['batch 1 day', 'stream'])
  assert.deepEqual(result.part.net, { value: 10, low: 10, high: 10 })
  assert.equal(result.part.compared, 4)
})

test('two groups that only pay together: neither is added alone', async () => {
  const elements = [streamOrBatch('a', 'batch'), streamOrBatch('b', 'batch')]
  const fresh = (of: (e: string) => string, name: string) => of(`group/${name}`) === 'stream'
  const world = {
    elements,
    utility: (of: (e: string) => string) => (fresh(of, 'a') && fresh(of, 'b') ? 500 : 0),
    cost: (of: (e: string) => string) => ['a', 'b'].filter(name => fresh(of, name)).length * 50,
  }
  const result = await judge(world)
  assert.deepEqual(kinds(result), { 'group/a': 'stream', 'group/b': 'stream' })
  assert.deepEqual(choices(result), { 'group/a': 'stream', 'group/b': 'stream' })
  assert.deepEqual(result.part.net, { value: 400, low: 399, high: 401 })
  assert.deepEqual(result.part.marginal, [
    { element: 'group/a', title: 'stream, by itself', net: { value: -50, low: -50, high: -50 } },
    { element: 'group/b', title: 'stream, by itself', net: { value: -50, low: -50, high: -50 } },
    { element: 'group/a', title: 'stream, in the plan', net: { value: 450, low: 449, high: 451 } },
    { element: 'group/b', title: 'stream, in the plan', net: { value: 450, low: 449, high: 451 } },
  ])
})

test('the first stream pays for what the second gets for free', async () => {
  const world = {
    elements: streams,
    utility: (of: (e: string) => string) => (isFresh(of, 'a') ? 60 : 0) + (isFresh(of, 'b') ? 60 : 0),
    cost: streamCost(90),
  }
  const result = await judge(world)
  assert.equal(result.part.decision, 'keep what runs')
  assert.deepEqual(choices(result), { 'group/a': 'stream', 'group/b': 'stream' })
  assert.deepEqual(kinds(await judge({ ...world, cost: streamCost(200) })), { 'group/a': 'batch', 'group/b': 'batch' })
})

test('batch requires a bound of the loss below the saving', async () => {
  const world = { elements: [streams[0]], utility: (of: (e: string) => string) => (isFresh(of, 'a') ? 2 : 0), cost: streamCost(0) }
  const bounded = await judge({ ...world, half: 5 })
  assert.deepEqual(choices(bounded), { 'group/a': 'batch 1 day' })
  assert.deepEqual(rounded(bounded.part.net), { value: 8, low: 3, high: 13 })
  const unbounded = await judge({ ...world, half: 11 })
  assert.equal(unbounded.part.decision, 'keep what runs')
  const { choice, why, moreWeeks } = unbounded.verdicts.get('group/a')!
  assert.equal(choice, 'undecided')
  assert.equal(moreWeeks, 18, '20 · ((11 / 8)² − 1) is 17.8')
  assert.match(why, /'batch 1 day' seems best, \$8 \[−\$3, \$19\] a month over 'stream'/)
})

test('the bounds hold in every price scenario', async () => {
  const cost = (of: (e: string) => string) => (isFresh(of, 'a') ? { low: 5, base: 10, high: 40 } : { low: 1, base: 1, high: 1 })
  const world: SmallWorld = { elements: [streamOrBatch('a', 'stream')], utility: of => (isFresh(of, 'a') ? 20 : 0), cost }
  assert.equal(choices(await judge(world))['group/a'], 'undecided')
  assert.equal(choices(await judge({ ...world, utility: of => (isFresh(of, 'a') ? 41 : 0) }))['group/a'], 'stream')
  assert.equal(choices(await judge({ ...world, utility: of => (isFresh(of, 'a') ? 2 : 0) }))['group/a'], 'batch 1 day')
})

test('of two placements with equal values the cheaper one is named, with the values of the other', async () => {
  const [stream, batch] = streamOrBatch('a', 'stream').choices
  const hybrid = {
    setting: { kind: 'hybrid', schedule: { kind: 'interval', every: 1, phase: 0 } },
    title: 'hybrid',
    age: 0,
    sameValuesAs: { kind: 'now' },
  } as const
  const world: SmallWorld = {
    elements: [{ element: { kind: 'group', group: 'a' }, title: 'a', choices: [stream, hybrid, batch] }],
    utility: of => (isFresh(of, 'a') ? 100 : 0),
    cost: of => ({ now: 20, hybrid: 15, batch: 5 })[of('group/a')]!,
  }
  const valued: string[] = []
  const ports = portsOf(world)
  const result = await recommendPlan(questionOf(world), {
    ...ports,
    valueOf: (plan, rows) => {
      valued.push(`${rows.from} ${plan.get('group/a')?.kind ?? 'now'}`)
      return ports.valueOf(plan, rows)
    },
  })
  assert.deepEqual(choices(result), { 'group/a': 'hybrid' })
  assert.deepEqual(result.part.net, { value: 5, low: 5, high: 5 })
  // Evaluated once alone, then once on each block.
  assert.deepEqual(valued.sort(), ['0 batch', '0 batch', '0 now', '100 batch', '100 now'])
  const { why } = result.verdicts.get('group/a')!
  assert.equal(
    why,
    "decides as 'stream' does, and costs $5 less a month; worth $90 [$89, $91] a month more than 'batch 1 day', net of costs, by the last part of the history",
  )
})

test('removes a change that was only lucky on the choosing block, and keeps the rest of the plan', async () => {
  const elements = [streamOrBatch('a', 'stream'), streamOrBatch('b', 'stream')]
  const world: SmallWorld = { elements, utility: of => (isFresh(of, 'b') ? 5 : 0), cost: streamCost(0), half: 2 }
  const ports = portsOf(world)
  // On the choosing block the second group seems harmful when fresh.
  const lucky = {
    ...ports,
    valueOf: async (plan: Parameters<typeof ports.valueOf>[0], rows: { from: number; to: number }) => {
      const column = await ports.valueOf(plan, rows)
      const harm = (plan.get('group/b')?.kind === 'batch' ? 30 : 0) / ROWS
      return column.map(value => value + (rows.from === 0 ? harm : -harm))
    },
  }
  const result = await recommendPlan(questionOf(world), lucky)
  assert.deepEqual(kinds(result), { 'group/a': 'batch' })
  assert.deepEqual(choices(result), { 'group/a': 'batch 1 day', 'group/b': 'stream' })
  assert.deepEqual(result.part.net, { value: 10, low: 10, high: 10 })
})

test('without a price: the cheapest plan with a small loss, and the break-even value', async () => {
  const world: SmallWorld = {
    elements: streams,
    utility: of => (isFresh(of, 'a') ? 40 : 0) + (isFresh(of, 'b') ? 1 : 0),
    cost: streamCost(0),
    half: 2,
  }
  const { price: _, ...question } = questionOf(world, { smallLoss: 4 })
  const result = await recommendPlan(question, portsOf(world))
  assert.equal(result.part.decision, 'no dollar verdict')
  assert.equal(result.part.net, undefined)
  assert.deepEqual(kinds(result), { 'group/b': 'batch' })
  assert.deepEqual(choices(result), { 'group/a': 'undecided', 'group/b': 'batch 1 day' })
  const { breakEven, why } = result.verdicts.get('group/a')!
  assert.deepEqual(rounded(breakEven), rounded({ value: 10 / 40, low: 10 / 42, high: 10 / 38 }))
  assert.match(
    why,
    /^no price of utility is given: 'stream' has 40(\.0)? \[38(\.0)?, 42(\.0)?\] caught a month more than 'batch 1 day', and costs \$10 more a month, with b batch 1 day$/,
  )
  assert.match(
    result.verdicts.get('group/b')!.why,
    /^'batch 1 day' costs \$10 less a month than 'stream', and is not shown to lose anything: it may be at most 3(\.00)? caught a month$/,
  )
})

test('groups that replace each other are not both given up without a price', async () => {
  const world: SmallWorld = { elements: streams, utility: of => (isFresh(of, 'a') || isFresh(of, 'b') ? 500 : 0), cost: streamCost() }
  const { price: _, ...question } = questionOf(world, { smallLoss: 4 })
  const result = await recommendPlan(question, portsOf(world))
  assert.deepEqual(Object.values(kinds(result)), ['batch'])
})

test('one plan, and no elements: nothing is compared or claimed', async () => {
  const nothing = await judge({ elements: [], utility: () => 0, cost: () => 1 })
  assert.deepEqual(
    { ...nothing.part, verdicts: nothing.verdicts.size },
    {
      now: [],
      proposed: [],
      decision: 'keep what runs',
      compared: 1,
      evaluated: 1,
      marginal: [],
      others: [],
      edits: [],
      byHand: [],
      verdicts: 0,
    },
  )
  const [only] = streamOrBatch('a', 'stream').choices
  const result = await judge({
    elements: [{ element: { kind: 'inference' }, title: 'inference', choices: [only] }],
    utility: () => 0,
    cost: () => 1,
  })
  assert.deepEqual(result.part.proposed, [{ element: 'inference', title: 'stream' }])
  assert.equal(result.verdicts.get('inference')!.choice, 'nothing to choose')
})

test('an unobservable element is in no plan', async () => {
  const hidden = { ...streams[0], notObservable: 'no arrival is recorded' }
  const result = await judge({ elements: [hidden, streams[1]], utility: of => (isFresh(of, 'b') ? 100 : 0), cost: streamCost() })
  assert.deepEqual(result.verdicts.get('group/a'), { choice: 'not observable in this history', why: 'no arrival is recorded' })
  assert.equal(result.part.compared, 2)
})

test('values that are all NaN decide nothing, with the reason', async () => {
  const world: SmallWorld = { elements: streams, utility: () => NaN, cost: streamCost() }
  const result = await judge(world)
  assert.equal(result.part.decision, 'undecided')
  assert.deepEqual(kinds(result), {})
  assert.deepEqual(result.verdicts.get('group/a'), {
    choice: 'undecided',
    why: 'no decision of this block has a known outcome',
  })
})

test('without costs, or with a negative or non-numeric cost, there is no dollar verdict', async () => {
  const world: SmallWorld = { elements: streams, utility: of => (isFresh(of, 'a') ? 100 : 0), cost: streamCost() }
  const missing = await recommendPlan(questionOf(world), { ...portsOf(world), costOf: () => ({ why: 'no price file' }) })
  assert.equal(missing.part.decision, 'no dollar verdict')
  assert.deepEqual(missing.verdicts.get('group/a'), { choice: 'undecided', why: 'no price file' })
  for (const cost of [-1, NaN, Infinity]) {
    const result = await judge({ ...world, cost: () => cost })
    assert.equal(result.part.decision, 'no dollar verdict')
    assert.match(result.verdicts.get('group/a')!.why, /which is no cost/)
  }
})

test('reports an invalid price, and ignores it', async () => {
  const world: SmallWorld = { elements: streams, utility: of => (isFresh(of, 'a') ? 100 : 0), cost: streamCost() }
  for (const price of [0, -3, NaN]) {
    const result = await judge(world, { price })
    assert.equal(result.part.decision, 'no dollar verdict')
    assert.deepEqual(result.caveats, [{ kind: 'no price', price }])
  }
})

test('too few clusters give a reason instead of a number', async () => {
  const world: SmallWorld = {
    elements: streams,
    utility: of => (isFresh(of, 'a') ? 100 : 0) + (isFresh(of, 'b') ? 1 : 0),
    cost: streamCost(),
  }
  const result = await recommendPlan(questionOf(world), {
    ...portsOf(world),
    intervals: list => list.map(() => ({ why: '9 patients: no verdict' })),
  })
  assert.equal(result.part.decision, 'undecided')
  assert.deepEqual(result.verdicts.get('group/a'), { choice: 'undecided', why: '9 patients: no verdict' })
  assert.deepEqual(kinds(result), {})
})

test('leaves out a choice that the experiment rejects; an element without other choices is not observable, with its reason', async () => {
  const [stream, batch] = streamOrBatch('a', 'stream').choices
  const hourly = { setting: { kind: 'every', every: 3_600_000 }, title: 'every 1 h', age: 1_800_000 } as const
  const elements = [
    { element: { kind: 'group', group: 'a' }, title: 'a', choices: [stream, batch] },
    { element: { kind: 'inference' }, title: 'inference', choices: [stream, hourly] },
  ] as const
  const world: SmallWorld = { elements, utility: of => (isFresh(of, 'a') ? 100 : 0), cost: streamCost() }
  const ports = portsOf(world)
  const rejecting = (code: ErrorCode, when: (plan: Plan) => boolean): PlanPorts => ({
    ...ports,
    valueOf: (plan, rows) => {
      if (when(plan)) throw new SpillwayError(code, 'ticks every 7 min, and no hour is a multiple')
      return ports.valueOf(plan, rows)
    },
  })
  const result = await recommendPlan(
    questionOf(world),
    rejecting('SPILL_UNSUPPORTED', plan => plan.has('inference')),
  )
  assert.equal(result.part.compared, 2)
  assert.deepEqual(result.verdicts.get('inference'), {
    choice: 'not observable in this history',
    why: 'ticks every 7 min, and no hour is a multiple',
  })
  // Each is observable alone, both together are not.
  const both = await recommendPlan(
    questionOf(world),
    rejecting('SPILL_TRAINING', plan => plan.size === 2),
  )
  assert.equal(both.part.compared, 4)
  assert.equal(both.part.decision, 'keep what runs')
  await assert.rejects(
    recommendPlan(
      questionOf(world),
      rejecting('SPILL_INPUT', plan => plan.has('inference')),
    ),
    { code: 'SPILL_INPUT' },
  )
})
