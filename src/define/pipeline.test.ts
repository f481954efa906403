import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rejects } from '../../test/rejects.ts'
import { entity } from './source/entity.ts'
import { count } from './expression/event-aggregates.ts'
import { features, type Group } from './feature/features.ts'
import { model } from './model/model.ts'
import { pipeline } from './pipeline.ts'
import { stream } from './feature/placement.ts'
import { logistic, rules } from './model/score.ts'
import { source } from './source/source.ts'
import { t } from './source/t.ts'
import { on } from './model/trigger.ts'
import type { NumberWords } from './expression/words.ts'

const card = entity('card', t.string())
const schema = { card, amount: t.decimal(2), at: t.timestamp() }
const make = (name: string) => source(name, { schema, key: 'card', time: 'at', map: () => null, mapVersion: '1' })
const payments = make('payments')
const refunds = make('refunds')
const logins = make('logins')
const group = (name: string, from: typeof payments, window: '1h' | '2h' = '1h', notes = {}) =>
  features(name, { from, entity: card, place: stream, values: () => ({ n: count(window) }), ...notes })
const refunded = group('refunded', refunds)
const paid = group('paid', payments)
const score = logistic({ intercept: 0, weights: {} })
const reading = (name: string, ...groups: Group<typeof card, { n: ReturnType<typeof count> }>[]) =>
  model(name, {
    decide: on(payments),
    inputs: p => ({ amount: p.amount, ...Object.fromEntries(groups.map((item, i) => [`g${i}`, item.of(p.card)])) }),
    score,
  })

test('the references of a model are found, in the order of definition', () => {
  const { ir } = pipeline('p', [reading('m', paid, refunded)])
  assert.deepEqual(
    ir.sources.map(item => item.name),
    ['payments', 'refunds'],
  )
  assert.deepEqual(
    ir.groups.map(item => item.name),
    ['refunded', 'paid'],
  )
  assert.deepEqual(
    ir.models.map(item => item.name),
    ['m'],
  )
  assert.equal(ir.version, 1)
})

test('a group alone can be a part, and a group that is used twice occurs once', () => {
  const { ir } = pipeline('p', [group('alone', logins), reading('a', paid), reading('b', paid)])
  assert.deepEqual(
    ir.sources.map(item => item.name),
    ['payments', 'logins'],
  )
  assert.deepEqual(
    ir.groups.map(item => item.name),
    ['paid', 'alone'],
  )
})

test('a group that is read for a derived input only is found; one whose features are not used is not', () => {
  const { ir } = pipeline('p', [
    model('m', {
      decide: on(payments),
      inputs: p => {
        refunded.of(p.card)
        return { ratio: p.amount.dividedBy(paid.of(p.card).n) }
      },
      score,
    }),
  ])
  assert.deepEqual(
    ir.groups.map(item => item.name),
    ['paid'],
  )
})

test("the user's functions are beside the IR", () => {
  const compute = (v: { amount: number }) => v.amount
  const own = model('own', { decide: on(payments), inputs: p => ({ amount: p.amount }), score: { version: '1', compute } })
  const functions = pipeline('p', [own])
  assert.equal(functions.scores.get('own'), compute)
  assert.deepEqual([...functions.maps.keys()], ['payments'])
})

test('the IR is frozen, and survives JSON', () => {
  const { ir } = pipeline('p', [reading('m', paid)])
  assert.deepEqual(JSON.parse(JSON.stringify(ir)), ir)
  assert.throws(() => (ir.groups as unknown[]).push(1), TypeError)
  assert.throws(() => Object.assign(ir.models[0].inputs[0].expr, { op: 'literal' }), TypeError)
})

test('the fingerprint is that of the meaning', () => {
  const print = (item: Group<typeof card, { n: ReturnType<typeof count> }>) => pipeline('p', [item]).fingerprint
  assert.match(print(paid), /^[0-9a-f]{64}$/)
  assert.equal(print(group('paid', payments, '1h', { owner: 'x', description: 'y' })), print(paid))
  assert.notEqual(print(group('paid', payments, '2h')), print(paid))
  assert.notEqual(print(group('paid', refunds)), print(paid))
})

test('names used twice are rejected at the second use', () => {
  const twin = group('paid', refunds)
  rejects(() => pipeline('p', [reading('m', paid, twin)]), /features 'paid' has the name of another, at .*pipeline.test.ts:\d+; rename one/)
  rejects(() => pipeline('p', [reading('a', group('Paid', payments)), reading('b', paid)]), /has the name of another/)
  rejects(() => pipeline('p', [reading('m', paid), reading('m', paid)]), /model 'm' has the name of another/)
  rejects(() => pipeline('p', [reading('m', paid), group('x', make('payments'))]), /source 'payments' has the name of another/)
})

test('a wrong pipeline is rejected', () => {
  rejects(() => pipeline('my pipeline', [paid]), /pipeline 'my pipeline' is no name/)
  rejects(() => pipeline('p', []), "pipeline 'p' needs a list of actions, reports, models, feature groups and value functions, got []")
  rejects(() => pipeline('p', paid as never), /needs a list of actions, reports, models, feature groups and value functions, got/)
  rejects(() => pipeline('p', [paid, undefined] as never), /pipeline 'p' needs a list of .*, got undefined at index 1/)
  rejects(
    () => pipeline('p', [payments] as never),
    /needs a list of actions, reports, models, feature groups and value functions, got .* at index 0/,
  )
})

test('an entity has one type in all sources', () => {
  const number = entity('card', t.int())
  const other = source('other', { schema: { card: number, at: t.timestamp() }, key: 'card', time: 'at' })
  const both = features('both', { from: other, entity: number, place: stream, values: () => ({ n: count('1h') }) })
  rejects(() => pipeline('p', [paid, both]), "entity 'card' is an int in source 'other' and a string in source 'payments'")
})

test('a group that only a rule reads is found too', () => {
  let n: NumberWords<'input', number> | undefined
  const leaning = model('m', {
    decide: on(payments),
    inputs: p => {
      n = paid.of(p.card).n
      return { amount: p.amount }
    },
    score: () => rules([{ when: n!.gt(1), score: 1 }], 0),
  })
  assert.deepEqual(
    pipeline('p', [leaning]).ir.groups.map(item => item.name),
    ['paid'],
  )
})
