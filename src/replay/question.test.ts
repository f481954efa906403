import assert from 'node:assert/strict'
import { test } from 'node:test'
import { count, entity, features, linear, model, on, pipeline, request, source, stream, t } from '../index.ts'
import { groupsQuestion, modelQuestion } from './question.ts'

const card = entity('card', t.string())
const till = entity('till', t.int())
const account = entity('account', t.string())
const sales = source('sales', {
  schema: { card, till, amount: t.decimal(2, { min: 0 }), from: account.nullable(), to: account.nullable(), at: t.timestamp() },
  key: 'card',
  time: 'at',
})
const visits = source('visits', { schema: { visitor: card, at: t.timestamp() }, key: 'visitor', time: 'at' })
const byCard = features('by_card', {
  from: sales,
  entity: card,
  place: stream,
  values: s => ({ n: count('1h'), spent: s.amount.sum('1h'), earlier: count('1h', { before: true }) }),
})
const byTill = features('by_till', { from: sales, entity: [till, card], place: stream, values: () => ({ n: count('1h') }) })
const between = features('between', {
  from: sales,
  entity: [account, account],
  key: s => [s.from, s.to],
  place: stream,
  values: () => ({ n: count('1h') }),
})
const seen = features('seen', { from: visits, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const score = linear({ intercept: 0, weights: { n: 1 } })
const risk = model('risk', {
  decide: on(sales),
  inputs: s => ({ n: byTill.of(s.till, s.card).n, amount: s.amount, ratio: s.amount.dividedBy(byCard.of(s.card).spent) }),
  score,
})
const late = model('late', { decide: on(sales), inputs: s => ({ n: byCard.of(s.card).earlier }), score })
const onRequest = model('asked', { decide: request({ card, amount: t.int() }), inputs: r => ({ n: seen.of(r.card).n }), score })
const plain = model('plain', { decide: on(sales), inputs: s => ({ n: s.till.plus(0) }), score })
const { ir } = pipeline('shop', [risk, late, onRequest, plain, between])

const named = (columns: readonly { readonly name: string; readonly type: string; readonly nullable: boolean }[]) =>
  columns.map(({ name, type, nullable }) => `${name} ${type}${nullable ? ' or NULL' : ''}`)

test('for a model: its inputs, their keys with its own first, and their fields', () => {
  const question = modelQuestion(ir, 'risk')
  assert.deepEqual(named(question.keys), ['card string or NULL', 'till int or NULL'])
  assert.deepEqual(named(question.fields), ['amount decimal'])
  assert.deepEqual(
    question.inputs.map(({ name }) => name),
    ['n', 'amount', 'ratio'],
  )
  assert.deepEqual(
    question.ir.sources.map(({ name }) => name),
    ['sales'],
  )
  assert.equal(question.model.inputs.length, 3 + 2)
  assert.deepEqual(named(modelQuestion(ir, 'asked').keys), ['card string or NULL'])
  assert.deepEqual(modelQuestion(ir, 'asked').fields, [])
})

test('for groups: all or single features, at a column per entity', () => {
  const question = groupsQuestion(ir, ['by_card.n', 'by_till', 'seen'])
  assert.deepEqual(named(question.keys), ['card string or NULL', 'till int or NULL'])
  assert.deepEqual(
    question.inputs.map(({ name, expr }) => `${name} of ${'key' in expr ? expr.key.join() : ''}`),
    ['by_card.n of card', 'by_till.n of till,card', 'seen.n of card'],
  )
  assert.deepEqual(named(groupsQuestion(ir, ['between']).keys), ['from string or NULL', 'to string or NULL'])
})

const rejections: readonly (readonly [string, () => unknown, string, RegExp])[] = [
  [
    'a model that there is not',
    () => modelQuestion(ir, 'risky'),
    'SPILL_NOT_FOUND',
    /^pipeline 'shop' has no model 'risky'; did you mean 'risk'\?$/,
  ],
  ['an unknown group', () => groupsQuestion(ir, ['by_crad']), 'SPILL_NOT_FOUND', /no group 'by_crad'; did you mean 'by_card'\?$/],
  [
    'a feature that there is not',
    () => groupsQuestion(ir, ['by_card.spend']),
    'SPILL_NOT_FOUND',
    /no feature 'spend'; did you mean 'spent'\?$/,
  ],
  ['a feature of a feature', () => groupsQuestion(ir, ['by_card.n.x']), 'SPILL_NOT_FOUND', /no feature 'n\.x'/],
  ['a feature twice', () => groupsQuestion(ir, ['seen.n', 'seen']), 'SPILL_INPUT', /^feature 'seen\.n' is requested twice/],
  ['a model without features', () => modelQuestion(ir, 'plain'), 'SPILL_INPUT', /^model 'plain' reads no feature/],
  [
    'before, in a group',
    () => groupsQuestion(ir, ['by_card']),
    'SPILL_UNSUPPORTED',
    /^feature 'by_card\.earlier' leaves the triggering event out/,
  ],
  [
    'before, in a model',
    () => modelQuestion(ir, 'late'),
    'SPILL_UNSUPPORTED',
    /^feature 'by_card\.earlier' leaves the triggering event out/,
  ],
]

for (const [name, act, code, message] of rejections) test(`${name} is rejected`, () => assert.throws(act, { code, message }))
