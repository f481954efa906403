import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rejects } from '../../../test/rejects.ts'
import { entity } from '../source/entity.ts'
import { count } from '../expression/event-aggregates.ts'
import { features } from '../feature/features.ts'
import { model } from './model.ts'
import { pipeline } from '../pipeline.ts'
import { stream } from '../feature/placement.ts'
import { request } from './request.ts'
import { logistic } from './score.ts'
import { source } from '../source/source.ts'
import { t } from '../source/t.ts'
import { triggerColumns, triggerId, triggerKey } from './trigger.ts'

const card = entity('card', t.string())
const terminal = entity('terminal', t.string())
const payments = source('payments', { schema: { card, terminal, at: t.timestamp() }, key: 'card', time: 'at' })
const cardNow = features('card_now', {
  from: payments,
  entity: card,
  place: stream,
  values: () => ({ n: count('10m'), others: count('10m', { before: true }) }),
})
const score = logistic({ intercept: 0, weights: {} })

test('the fields of a request are inputs and keys of groups', () => {
  const fraud = model('fraud', {
    decide: request({ card, amount: t.decimal(2, { min: 0 }), note: t.string().nullable() }),
    inputs: p => ({ n: cardNow.of(p.card).n, amount: p.amount }),
    score,
  })
  const columns = [
    { name: 'card', type: 'string', entity: 'card', nullable: false },
    { name: 'amount', type: 'decimal', scale: 2, min: 0, nullable: false },
    { name: 'note', type: 'string', nullable: true },
  ]
  assert.deepEqual(fraud.ir.decide, { kind: 'request', columns, key: 'card' })
  assert.deepEqual(fraud.ir.inputs[0].expr, { op: 'feature', group: 'card_now', key: ['card'], name: 'n', type: 'int' })
  const { ir } = pipeline('payments', [fraud])
  assert.deepEqual(triggerColumns(ir, fraud.ir), columns)
  assert.equal(triggerKey(ir, fraud.ir).name, 'card')
  assert.equal(triggerId(ir, fraud.ir), undefined)
})

test('the option key chooses among several entities', () => {
  const both = model('both', {
    decide: request({ card, terminal }, { key: 'terminal' }),
    inputs: p => ({ n: cardNow.of(p.card).n }),
    score,
  })
  assert.deepEqual((both.ir.decide as { key: string }).key, 'terminal')
  const single = model('one', {
    decide: request({ card, terminal: terminal.nullable() }),
    inputs: p => ({ n: cardNow.of(p.card).n }),
    score,
  })
  assert.deepEqual((single.ir.decide as { key: string }).key, 'card')
})

test('a wrong request is rejected', () => {
  rejects(() => request(undefined as never), 'request needs its fields: request({ card, amount: t.decimal(2) }), got undefined')
  rejects(() => request(card as never), /request needs its fields/)
  rejects(
    () => request({ card, amount: 5 } as never),
    /request: field 'amount' is 5; write an entity, t\.string\(\), t\.double\(\) or the like/,
  )
  rejects(() => request({ card, 'an amount': t.int() }), /request: field 'an amount' is no name/)
  rejects(() => request({ card, Card: t.int() }), /request has 'card' and 'Card', which SQL does not tell apart/)
  rejects(() => request({ amount: t.int() }), /request needs an entity field as its key: request\(\{ card, … \}\)/)
  rejects(() => request({ card, terminal }), "request has several entity fields; name the key of the decision: { key: 'card' }")
  rejects(() => request({ card, n: t.int() }, { key: 'n' as never }), /request: key 'n' is no entity; declare it as entity\('n', …\)/)
  rejects(() => request({ card, terminal: terminal.nullable() }, { key: 'terminal' as never }), /request: key 'terminal' is nullable/)
  rejects(() => request({ card }, { key: 'crad' as never }), "request has no field 'crad' to be its key; its fields are card")
  rejects(() => request({ card }, { keys: 'card' } as never), "request has no option 'keys'; did you mean 'key'?")
  rejects(
    () => model('m', { decide: request({ card }), inputs: p => ({ card: cardNow.of(p.card) }), score }),
    /model 'm' reads 'card_now\.others', which leaves the triggering event out \(before\), and a request has none/,
  )
})
