import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rejects } from '../../../test/rejects.ts'
import { entity } from '../source/entity.ts'
import { count } from '../expression/event-aggregates.ts'
import { features } from '../feature/features.ts'
import { model } from './model.ts'
import { stream } from '../feature/placement.ts'
import { linear, logistic, rules } from './score.ts'
import { source } from '../source/source.ts'
import { t } from '../source/t.ts'
import { on } from './trigger.ts'

const card = entity('card', t.string())
const terminal = entity('terminal', t.string())
const payments = source('payments', {
  schema: { card, terminal, other: t.string(), amount: t.decimal(2), kind: t.enum(['chip', 'web']), at: t.timestamp() },
  key: 'card',
  time: 'at',
})
const cardNow = features('card_now', {
  from: payments,
  entity: card,
  place: stream,
  values: p => ({ n: count('10m'), mean: p.amount.mean('1h'), kind: p.kind.last(), latest: p.amount.lastK(3) }),
})
const terminalNow = features('terminal_now', { from: payments, entity: terminal, place: stream, values: () => ({ n: count('1h') }) })
const pair = features('pair', { from: payments, entity: [card, terminal], place: stream, values: () => ({ n: count('1d') }) })

// oxlint-disable-next-line typescript/no-explicit-any
type Loose = any
const zero = logistic({ intercept: 0, weights: {} })
const decide = on(payments)
/** A model by options that need not type-check. */
const badly = (options: object) => () => model('m', { decide, inputs: (p: Loose) => ({ amount: p.amount }), score: zero, ...options })
const inputs = (build: (p: Loose) => unknown) => badly({ inputs: build })
const scored = (score: unknown) =>
  badly({
    inputs: ({ card, amount, kind }: Loose) => ({ card: cardNow.of(card), amount, kind, ratio: amount.dividedBy(cardNow.of(card).mean) }),
    score,
  })

test('inputs are flattened in the order of writing', () => {
  const { ir } = model('fraud', {
    decide,
    inputs: p => ({ amount: p.amount, nested: { card: cardNow.of(p.card), deep: { kind: p.kind } }, pair: pair.of(p.card, p.terminal).n }),
    score: zero,
    owner: 'risk',
  })
  assert.deepEqual(ir.decide, { kind: 'on', source: 'payments' })
  assert.deepEqual(
    ir.inputs.map(input => input.name),
    ['amount', 'nested.card.n', 'nested.card.mean', 'nested.card.kind', 'nested.card.latest', 'nested.deep.kind', 'pair'],
  )
  assert.deepEqual(ir.inputs[0].expr, { op: 'trigger', name: 'amount', type: 'decimal', scale: 2 })
  assert.deepEqual(ir.inputs[1].expr, { op: 'feature', group: 'card_now', key: ['card'], name: 'n', type: 'int' })
  assert.deepEqual(ir.inputs[6].expr, { op: 'feature', group: 'pair', key: ['card', 'terminal'], name: 'n', type: 'int' })
  assert.equal(ir.owner, 'risk')
})

test('a group can be read at two keys', () => {
  const airport = entity('airport', t.string())
  const flights = source('flights', { schema: { from: airport, to: airport, at: t.timestamp() }, key: 'from', time: 'at' })
  const busy = features('busy', { from: flights, entity: airport, key: f => f.from, place: stream, values: () => ({ n: count('1h') }) })
  const { ir } = model('late', { decide: on(flights), inputs: f => ({ origin: busy.of(f.from), destination: busy.of(f.to) }), score: zero })
  assert.deepEqual(
    ir.inputs.map(({ name, expr }) => [name, 'key' in expr && expr.key]),
    [
      ['origin.n', ['from']],
      ['destination.n', ['to']],
    ],
  )
})

test('derived inputs are doubles and conditions', () => {
  const { ir } = model('m', {
    decide,
    inputs: p => ({
      ratio: p.amount.dividedBy(cardNow.of(p.card).mean),
      busy: cardNow.of(p.card).n.gt(5.5),
      web: cardNow.of(p.card).kind.eq('web'),
    }),
    score: zero,
  })
  assert.deepEqual(ir.inputs[0].expr, {
    op: 'div',
    left: { op: 'trigger', name: 'amount', type: 'double' },
    right: { op: 'feature', group: 'card_now', key: ['card'], name: 'mean', type: 'double' },
    type: 'double',
  })
  assert.deepEqual(
    ir.inputs.map(input => input.expr.type),
    ['double', 'bool', 'bool'],
  )
})

test('scores become their IR', () => {
  const weighted = model('m', {
    decide,
    inputs: p => ({ amount: p.amount, card: cardNow.of(p.card) }),
    score: linear({
      intercept: 1,
      weights: { 'card.n': 0.5, amount: { weight: 2, mean: 3, scale: 4, ifNull: 0 }, 'card.kind': { levels: { web: 1 }, otherwise: 0 } },
    }),
  })
  assert.deepEqual(weighted.ir.score, {
    kind: 'linear',
    intercept: 1,
    terms: [
      { input: 'card.n', weight: 0.5 },
      { input: 'amount', weight: 2, mean: 3, scale: 4, ifNull: 0 },
      { input: 'card.kind', levels: { web: 1 }, otherwise: 0 },
    ],
  })
  const ruled = model('m', {
    decide,
    inputs: p => ({ card: cardNow.of(p.card) }),
    score: v => rules([{ when: v.card.n.gte(5), score: 0.9 }], 0.1),
  })
  assert.deepEqual(ruled.ir.score, {
    kind: 'rules',
    rules: [
      {
        when: {
          op: 'gte',
          left: { op: 'feature', group: 'card_now', key: ['card'], name: 'n', type: 'double' },
          right: { op: 'literal', value: 5, type: 'double' },
          type: 'bool',
        },
        score: 0.9,
      },
    ],
    otherwise: 0.1,
  })
  const own = model('m', { decide, inputs: p => ({ amount: p.amount }), score: { version: '3', compute: v => v.amount / 2 } })
  assert.deepEqual(own.ir.score, { kind: 'function', version: '3' })
})

test('a wrong model is rejected', () => {
  rejects(() => model('my model', {} as never), /model 'my model' is no name/)
  rejects(badly({ decide: payments }), /decide is .*; write decide: on\(source\)/)
  rejects(badly({ inputs: undefined }), "model 'm' needs inputs: p => ({ … }), got undefined")
  rejects(badly({ treshold: 1 }), /model 'm' has no option 'treshold'/)
  rejects(() => on(undefined as never), 'on(…) needs a source, got undefined')
  rejects(badly({ train: {} }), /model 'm': train: algorithm is undefined/)
  rejects(badly({ action: {} }), /an action is its own definition: action\('name', { when: m\.score/)
})

test('wrong inputs are rejected', () => {
  rejects(
    inputs(() => ({})),
    "model 'm': inputs must give at least one",
  )
  rejects(
    inputs(() => 5),
    "model 'm': inputs is 5, not an expression or a record of them",
  )
  rejects(
    inputs(() => ({ a: [] })),
    "model 'm': input 'a' is [], not an expression or a record of them",
  )
  rejects(
    inputs(() => ({ 'a.b': 1 })),
    /model 'm': input 'a.b' is no name/,
  )
  rejects(
    inputs(p => ({ card: cardNow, a: p.amount })),
    "model 'm': input 'card' is a group without a key; write card_now.of(p.card)",
  )
  rejects(
    inputs(p => ({ a: p.amuont })),
    "source 'payments' has no column 'amuont'; did you mean 'amount'?",
  )
  rejects(
    inputs(p => ({ a: cardNow.of(p.card) as Loose }).a.maen),
    /'card_now' has no feature 'maen'; did you mean 'mean'\?/,
  )
  rejects(
    inputs(p => ({ a: p.amount.squared() })),
    /model 'm': inputs: p.amount.squared is not a function/,
  )
  rejects(
    inputs(p => ({ a: p.amount, A: p.amount })),
    /model 'm': inputs has 'a' and 'A'/,
  )
  let row: Loose
  features('g', { from: payments, entity: card, place: stream, values: p => ((row = p), { n: count('1h') }) })
  rejects(
    inputs(() => ({ a: row.amount })),
    /input 'a' is over source 'payments'; use the trigger's fields and features read with of/,
  )
  rejects(
    inputs(() => ({ card: cardNow.of(row.card) })),
    "'card_now' is keyed by a column that holds a card, got string",
  )
  let other: Loose
  model('n', { decide, inputs: p => ((other = p), { amount: p.amount }), score: zero })
  rejects(
    inputs(() => ({ a: other.amount })),
    /input 'a' is over the trigger of model 'n'/,
  )
})

test('inputs that refer to themselves are found', () => {
  const circle: Record<string, unknown> = {}
  circle['inner'] = { back: circle }
  rejects(
    inputs(() => circle),
    "model 'm': input 'inner.back' refers to itself in a circle",
  )
  rejects(
    inputs((p: Loose) => {
      const itself = (): Loose => tree.ratio.dividedBy(p.amount)
      const tree: Loose = { ratio: itself() }
      return tree
    }),
    /model 'm': inputs: Cannot access 'tree' before initialization/,
  )
})

test('a key of another entity is rejected', () => {
  rejects(
    inputs(p => ({ t: terminalNow.of(p.card) })),
    "'terminal_now' is keyed by terminal, got 'card', which is a card",
  )
  rejects(
    inputs(p => ({ t: terminalNow.of(p.other) })),
    "'terminal_now' is keyed by terminal, got 'other', which is no entity; declare it as entity('terminal', …)",
  )
  rejects(
    inputs(() => ({ t: terminalNow.of('t1' as never) })),
    "'terminal_now' is keyed by a column that holds a terminal, got 't1'",
  )
  rejects(
    inputs(p => ({ t: (pair as Loose).of(p.card) })),
    "'pair' is keyed by card and terminal: of(…) takes 2, got 1",
  )
  rejects(
    inputs(p => ({ t: pair.of(p.terminal, p.card) })),
    "'pair' is keyed by card, got 'terminal', which is a terminal",
  )
})

test('wrong weights are rejected', () => {
  const weights = (of: object) => () => scored(logistic({ intercept: 0, weights: of as Record<string, number> }))()
  rejects(weights({ 'card.m': 1 }), /model 'm': logistic has a weight for 'card.m', which is no input of the model; did you mean/)
  rejects(weights({ kind: 1 }), "model 'm': logistic: 'kind' is a string; give a weight for each value: { levels: { … } }")
  rejects(weights({ 'card.latest': 1 }), "model 'm': logistic: 'card.latest' is a list; only your own compute can score it")
  rejects(weights({ amount: NaN }), "logistic: weight of 'amount' must be a finite number, got NaN")
  rejects(weights({ amount: { weigth: 1 } }), "logistic: weight of 'amount' has no option 'weigth'; did you mean 'weight'?")
  rejects(weights({ amount: { weight: 1, scale: 0 } }), /scale is 0; leave it out or drop the input/)
  rejects(weights({ amount: 'much' }), /weight of 'amount' needs an object of options, got 'much'/)
  rejects(weights({ kind: { levels: { web: 'a' } } }), "logistic: weight of 'kind' at level 'web' must be a finite number, got 'a'")
  rejects(weights({ kind: { levels: {}, ifNull: NaN } }), "logistic: weight of 'kind' ifNull must be a finite number, got NaN")
  rejects(weights({ kind: { levels: { wbe: 1 } } }), "model 'm': logistic: 'kind' is never 'wbe'; did you mean 'web'?")
  rejects(weights({ amount: { levels: { '05': 1 } } }), "model 'm': logistic: 'amount' is never '05'")
  rejects(() => logistic({ intercept: Infinity, weights: {} }), /logistic intercept must be a finite number, got Infinity/)
  rejects(() => linear({ intercept: 0 } as never), /linear needs weights: \{ 'group.feature': 0.3 \}/)
})

test('wrong scores are rejected', () => {
  rejects(scored(undefined), /model 'm' needs a score: logistic/)
  rejects(
    scored((v: Loose) => v.amount),
    /model 'm' needs a score/,
  )
  rejects(scored({ compute: () => 1 }), /score has compute without version; add version: '1'/)
  rejects(scored({ version: '1' }), /compute must be a function of the vector, got undefined/)
  rejects(scored({ version: '1', compute: () => 1, weight: 1 }), /score has no option 'weight'/)
  rejects(
    scored((v: Loose) => rules([{ when: v.amount, score: 1 }] as never, 0)),
    "model 'm': rule 1 needs a condition in when, got decimal(2)",
  )
  rejects(
    scored((v: Loose) => rules([{ when: v.amount.gt(5), score: '1' }] as never, 0)),
    "model 'm': rule 1 score must be a finite number, got '1'",
  )
  rejects(
    scored(() => rules([], undefined as never)),
    /rules: otherwise must be a finite number, got undefined/,
  )
  rejects(
    scored(() => rules([{ if: true }] as never, 0)),
    /rule 1 has no option 'if'/,
  )
  let other: Loose
  model('n', { decide, inputs: p => ((other = p), { amount: p.amount }), score: zero })
  rejects(
    scored(() => rules([{ when: other.amount.gt(5), score: 1 }], 0)),
    /rule 1 has a condition over the trigger of model 'n'/,
  )
  rejects(
    scored((v: Loose) => rules([{ when: v.amount.gt(v.card.latest), score: 1 }], 0)),
    "'gt' needs a single value, got a list",
  )
  rejects(
    scored((v: Loose) => rules([{ when: v.card.latest.isNull(), score: 1 }], 0)),
    "'isNull' needs a single value, got a list",
  )
})
