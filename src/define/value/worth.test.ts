import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rejects } from '../../../test/rejects.ts'
import {
  action,
  begins,
  caught,
  count,
  entity,
  every,
  features,
  labelFrom,
  linear,
  model,
  money,
  notice,
  on,
  own,
  pipeline,
  source,
  stdout,
  stream,
  t,
  worth,
  type Utility,
} from '../../index.ts'
import { thresholdOf } from '../action/action.ts'

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.decimal(2), quick: t.bool(), took: t.duration(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const chargebacks = source('chargebacks', {
  schema: { payment: t.string(), card, fraud: t.bool(), at: t.timestamp() },
  key: 'card',
  time: 'at',
})
const now = features('now', {
  from: payments,
  entity: card,
  place: stream,
  values: p => ({ n: count('1h'), last: p.amount.lastK(2, '1h') }),
})
const label = labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '30d' })
const named = (name: string) =>
  model(name, {
    decide: on(payments),
    inputs: p => ({
      n: now.of(p.card).n,
      nested: { ratio: p.amount.dividedBy(now.of(p.card).n) },
      kind: p.card,
      last: now.of(p.card).last,
    }),
    score: linear({ intercept: 0, weights: { n: 1 } }),
    label,
  })
const fraud = named('fraud')
const utility = caught({ budget: '10%', unit: 'frauds' })

test('a worth has its model, value function, ages, slices and volume', () => {
  const value = worth(fraud, caught({ budget: '12.5%', unit: 'frauds', dollars: 80, wrong: 4 }), {
    ages: ['1h', '5m', '60m'],
    slices: [{ name: 'attack', from: '2026-01-01T00:00Z', until: new Date(Date.UTC(2026, 0, 2)) }],
    decisionsPerWeek: 1e6,
    assumes: ['a chargeback comes within a month'],
  })
  assert.deepEqual(value.ir, {
    model: 'fraud',
    utility: { kind: 'caught', budget: 0.125, unit: 'frauds', dollars: 80, wrong: 4 },
    ages: [300_000, 3_600_000],
    slices: [{ name: 'attack', from: Date.UTC(2026, 0, 1), until: Date.UTC(2026, 0, 2) }],
    decisionsPerWeek: 1e6,
    assumes: ['a chargeback comes within a month'],
  })
})

test('each value function is plain IR', () => {
  const irOf = (utility: Utility<never, never>) => worth(fraud, utility).ir.utility
  assert.deepEqual(irOf(notice({ budget: '1%', unit: 'lows', dollars: 2 })), { kind: 'notice', budget: 0.01, unit: 'lows', dollars: 2 })
  assert.deepEqual(worth(fraud, money({ saves: 'amount', wrong: 10, blocks: '24h' })).ir.utility, {
    kind: 'money',
    saves: 'amount',
    wrong: 10,
    blocks: 86_400_000,
  })
  assert.deepEqual(worth(fraud, money({ saves: 'nested.ratio', wrong: 0 })).ir.utility, { kind: 'money', saves: 'nested.ratio', wrong: 0 })
  assert.deepEqual(irOf(money({ saves: 25, wrong: 0, budget: '100%' })), { kind: 'money', budget: 1, saves: 25, wrong: 0 })
  assert.deepEqual(irOf(own(d => new Float64Array(d.length), { unit: '$', version: '1', budget: '5%', dollars: 1 })), {
    kind: 'own',
    unit: '$',
    version: '1',
    dollars: 1,
    budget: 0.05,
  })
})

test('a pipeline keeps worths beside its IR, and they change no fingerprint', () => {
  const compute = (d: { readonly length: number }) => new Float64Array(d.length)
  const bare = pipeline('p', [fraud])
  const valued = pipeline('p', [fraud, worth(fraud, own(compute, { unit: '$', version: '1', budget: '5%' }))])
  assert.equal(valued.fingerprint, bare.fingerprint)
  assert.deepEqual(valued.ir, bare.ir)
  assert.equal(bare.worths.size, 0)
  const entry = valued.worths.get('fraud')!
  assert.deepEqual([entry.ir.utility.kind, entry.compute], ['own', compute])
  const first = worth(fraud, utility)
  assert.deepEqual([...pipeline('p', [first, fraud, first]).worths.keys()], ['fraud'])
  assert.equal(pipeline('p', [fraud, first]).worths.get('fraud')!.compute, undefined)
})

test("an action's threshold or a budget decides how many decisions act", () => {
  const when = (build: (score: typeof fraud.score) => ReturnType<typeof fraud.score.gte>) =>
    action('a', { when: build(fraud.score), do: stdout() })
  assert.equal(thresholdOf(when(score => score.gte(0.25)).ir), 0.25)
  assert.equal(thresholdOf(when(score => score.gt(1)).ir), 1 + Number.EPSILON)
  assert.equal(thresholdOf(when(score => score.gt(0)).ir), Number.MIN_VALUE)
  assert.equal(thresholdOf(when(score => score.gt(-1)).ir), -1 + Number.EPSILON / 2)
  for (const other of [when(s => s.lt(1)), when(s => s.lte(1)), when(s => s.between(1, 2)), when(s => s.gte(s))])
    assert.equal(thresholdOf(other.ir), undefined)
  const open = worth(fraud, caught({ unit: 'frauds' }))
  assert.equal(pipeline('p', [when(score => score.gte(0.25)), open]).worths.size, 1)
  rejects(() => pipeline('p', [when(score => score.lt(1)), open]), /needs a budget: '10%', or its pipeline needs an action/)
  rejects(() => pipeline('p', [fraud, open]), /or its pipeline needs an action with a threshold: when: fraud\.score\.gte\(0\.9\)/)
})

test('a worth that does not fit its pipeline is rejected at its line', () => {
  rejects(
    () => pipeline('p', [named('other'), worth(fraud, utility)]),
    /worth is of model 'fraud', which pipeline 'p' does not have; put the model/,
  )
  rejects(() => pipeline('p', [named('fraud'), worth(fraud, utility)]), /worth is of a different model 'fraud' than pipeline 'p' has/)
  rejects(
    () => pipeline('p', [fraud, worth(fraud, utility), worth(fraud, notice({ budget: '1%', unit: 'x' }))]),
    /model 'fraud' has two worths, the first at .*worth\.test\.ts:\d+; leave one of them out/,
  )
  rejects(() => pipeline('p', [worth(fraud, utility)]), /does not have/)
  rejects(
    () => pipeline('p', [fraud, utility as never]),
    /needs a list of actions, reports, models, feature groups and value functions, got/,
  )
})

test('mistakes have their line and the fix', () => {
  const wrong = (utility: () => unknown, message: RegExp) => rejects(() => worth(fraud, utility() as never), message)
  const bare = model('bare', { decide: on(payments), inputs: p => ({ n: now.of(p.card).n }), score: linear({ intercept: 0, weights: {} }) })
  rejects(() => worth(bare, utility), /worth of model 'bare' needs labels, and the model has none; give it labelFrom/)
  rejects(() => worth('fraud' as never, utility), /worth needs a model: worth\(late, caught\(\{ … \}\)\), got 'fraud'/)
  rejects(() => worth(fraud, {} as never), /needs a utility: caught\(/)
  for (const budget of ['0%', '101%', '10', 0.1, '10 %', '-1%', 'ten%', 'NaN%', null])
    wrong(
      () => caught({ budget, unit: 'x' } as never),
      /caught: budget is a share of all decisions, above 0 % and at most 100 %: '10%', got/,
    )
  wrong(() => caught({ budget: '10%' } as never), /caught: unit is what happens, such as 'late arrivals', got undefined/)
  wrong(() => caught({ budget: '10%', unit: ' ' }), /unit is what happens/)
  wrong(() => caught({ budget: '10%', unit: 'x', wrong: 3 }), /add dollars, or leave wrong out/)
  for (const dollars of [0, -1, NaN, Infinity, '3'])
    wrong(() => notice({ budget: '1%', unit: 'x', dollars } as never), /notice: dollars is dollars, a number above 0, got/)
  wrong(() => caught({ budget: '1%', unit: 'x', dollars: 1, wrong: -1 }), /caught: wrong is dollars, a number from 0, got -1/)
  wrong(() => caught({ budgets: '1%' } as never), /caught has no option 'budgets'; did you mean 'budget'/)
  wrong(
    () => money({ saves: 'amout', wrong: 1 }),
    /money saves 'amout', which is no input of the model and no field of its trigger; did you mean 'amount'/,
  )
  wrong(() => money({ saves: 'card', wrong: 1 }), /money saves 'card', which is a string, not a number of dollars/)
  wrong(() => money({ saves: 'last', wrong: 1 }), /which is a list, not a number of dollars/)
  wrong(() => money({ saves: 'took', wrong: 1 }), /which is a duration, not a number of dollars/)
  wrong(() => money({ saves: 'quick', wrong: 1 }), /which is a bool, not a number of dollars/)
  wrong(() => money({ wrong: 1 } as never), /money: saves is what a right action saves/)
  wrong(() => money({ saves: -1, wrong: 1 }), /money: saves is dollars, a number from 0, got -1/)
  wrong(() => money({ saves: 1 } as never), /money: wrong is missing/)
  wrong(() => money({ saves: 1, wrong: NaN }), /money: wrong is dollars, a number from 0, got NaN/)
  wrong(() => money({ saves: 1, wrong: 1, blocks: 'a day' as never }), /money: blocks: 'a day' is no duration/)
  wrong(() => own(3 as never, { unit: '$', version: '1' }), /own needs a function of the decisions/)
  wrong(() => own(d => d.score, { unit: '$' } as never), /own: version is text that changes whenever/)
  wrong(() => own(d => d.score, { version: '1' } as never), /own: unit is what it counts/)
  const options = (choices: object, message: RegExp) => rejects(() => worth(fraud, utility, choices as never), message)
  options({ age: ['1h'] }, /worth of model 'fraud' has no option 'age'; did you mean 'ages'/)
  options({ ages: [] }, /ages is a list of durations/)
  options({ ages: ['0s'] }, /ages: '0s' is no duration/)
  options({ slices: 'attack' }, /slices is a list of \{ name, from, until \}/)
  const [from, until] = [0, 1]
  options({ slices: [{ from, until }] }, /slices: a slice needs a name/)
  options({ slices: [{ name: 'a', from: '2026-01-01', until }] }, /slices: from of 'a' is a time \(ISO 8601/)
  options({ slices: [{ name: 'a', from: 1, until: 1 }] }, /'a' ends before it begins/)
  options({ slices: ['a', 'a'].map(name => ({ name, from, until })) }, /two slices have the name 'a'; rename one/)
  for (const assumes of ['none', [3], [' ']]) options({ assumes }, /assumes is a list of texts: \['a chargeback/)
  for (const decisionsPerWeek of [0, -5, NaN, '5']) options({ decisionsPerWeek }, /decisionsPerWeek is a number above 0, got/)
})

test('a value function with blocks needs a model that decides on events', () => {
  const ticking = model('ticking', {
    decide: every('5m', card),
    inputs: ({ card }) => ({ n: now.of(card).n }),
    score: linear({ intercept: 0, weights: { n: 1 } }),
    label: begins(payments, p => p.amount.gt(5), { within: '30m', lasting: '0s', maxGap: '1h' }),
  })
  assert.equal(worth(ticking, money({ budget: '1%', saves: 'n', wrong: 1 })).ir.model, 'ticking')
  rejects(
    () => worth(ticking, money({ budget: '1%', saves: 'n', wrong: 1, blocks: '1h' })),
    /stops events \(blocks\), and a model that decides at ticks has none/,
  )
})
