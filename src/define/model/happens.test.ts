import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rejects } from '../../../test/rejects.ts'
import {
  count,
  doesNotHappen,
  entity,
  every,
  features,
  happens,
  linear,
  model,
  on,
  pipeline,
  request,
  source,
  stream,
  t,
  table,
} from '../../index.ts'

const customer = entity('customer', t.string())
const cart = entity('cart', t.string())
const visits = source('visits', { schema: { cart, customer, weight: t.double(), at: t.timestamp() }, key: 'cart', time: 'at' })
const orders = source('orders', {
  schema: { id: t.string(), cart, customer, number: t.int(), amount: t.decimal(2), paid: t.bool(), at: t.timestamp() },
  key: 'cart',
  time: 'at',
  allowedLateness: '2h',
})

const byCart = features('by_cart', { from: visits, entity: cart, place: stream, values: () => ({ n: count('1h') }) })
const byCustomer = features('by_customer', { from: visits, entity: customer, place: stream, values: () => ({ n: count('1h') }) })

// oxlint-disable-next-line typescript/no-explicit-any
type Loose = any
/** A model with a label that need not type-check. */
const labelled = (label: unknown, decide: Loose = on(visits), inputs: Loose = (v: Loose) => ({ cart: byCart.of(v.cart) })) =>
  model('m', { decide, inputs, score: linear({ intercept: 0, weights: {} }), label: label as Loose } as Loose)
const ofCustomer = (v: Loose) => ({ customer: byCustomer.of(v.customer) })
const ordered = (options: object) => happens(orders, { by: 'cart', within: '1h', ...options })
const lineHere = () => Number(/happens\.test\.ts:(\d+)/.exec(new Error('here').stack!.split('\n')[2])![1])

const plain = { kind: 'happens', source: 'orders', key: 'cart', within: 3_600_000, lateness: 7_200_000 }

test("happens and its negation, which wait as long as the source's allowedLateness", () => {
  assert.deepEqual(labelled(ordered({})).ir.label, plain)
  assert.deepEqual(labelled(doesNotHappen(orders, { by: 'cart', within: '1h' })).ir.label, { ...plain, negated: true })
})

test('lateness and where', () => {
  assert.deepEqual(labelled(ordered({ lateness: '0s' })).ir.label, { ...plain, lateness: 0 })
  assert.deepEqual(labelled(ordered({ lateness: undefined, where: undefined })).ir.label, plain)
  assert.deepEqual(labelled(ordered({ where: (o: Loose) => o.amount.gt(10) })).ir.label, {
    ...plain,
    where: {
      op: 'gt',
      left: { op: 'column', name: 'amount', type: 'decimal', scale: 2 },
      right: { op: 'literal', value: 1000, type: 'decimal', scale: 2 },
      type: 'bool',
    },
  })
})

test('per is a field of the trigger', () => {
  assert.deepEqual(labelled(ordered({ per: 'customer' })).ir.label, { ...plain, per: 'customer' })
  const everyCustomer = every('5m', customer, { live: '1h' })
  assert.equal((labelled(ordered({ by: 'customer', per: 'customer' }), everyCustomer, ofCustomer).ir.label as Loose).per, 'customer')
  rejects(
    () => labelled(ordered({ per: 'cutsomer' })),
    "model 'm': per of happens(orders) is 'cutsomer', which is no field of source 'visits'; did you mean 'customer'?",
  )
  rejects(
    () => labelled(ordered({ by: 'customer', per: 'cart' }), everyCustomer, ofCustomer),
    /is 'cart', which is no field of every\('5m', customer\)/,
  )
  rejects(() => labelled(ordered({ per: 'weight' })), /per of happens\(orders\): 'weight' is a double; decisions are grouped by/)
  rejects(() => labelled(ordered({ per: true })), /per of happens\(orders\) is true, which is no field/)
})

test('by is the key of decisions of each trigger', () => {
  const orders1h = ordered({ by: 'customer' })
  assert.equal((labelled(orders1h, every('5m', customer, { live: '1h' }), ofCustomer).ir.label as Loose).key, 'customer')
  assert.equal((labelled(orders1h, request({ customer }), ofCustomer).ir.label as Loose).key, 'customer')
  assert.equal((labelled(happens(visits, { by: 'cart', within: '1h' })).ir.label as Loose).source, 'visits')
  assert.equal((labelled(ordered({ by: 'id' })).ir.label as Loose).key, 'id', 'a plain string may hold a cart')
})

test('the source of the label belongs to the pipeline, and the label to its fingerprint', () => {
  const { ir, fingerprint } = pipeline('p', [labelled(ordered({}))])
  assert.deepEqual(
    ir.sources.map(({ name }) => name),
    ['visits', 'orders'],
  )
  assert.deepEqual(JSON.parse(JSON.stringify(ir)), ir)
  const others = [{ within: '2h' }, { lateness: '1h' }, { where: (o: Loose) => o.paid }, { by: 'id' }, { per: 'customer' }].map(
    options => pipeline('p', [labelled(ordered(options))]).fingerprint,
  )
  const negated = pipeline('p', [labelled(doesNotHappen(orders, { by: 'cart', within: '1h' }))]).fingerprint
  assert.equal(new Set([fingerprint, negated, ...others]).size, 7)
})

test('a wrong happens is rejected where it is made', () => {
  const plans = table('plans', { schema: { cart, at: t.timestamp() }, key: 'cart', time: 'at' })
  rejects(() => happens(undefined as never, {} as never), 'happens needs a source, got undefined')
  rejects(() => happens('orders' as never, {} as never), "happens needs a source, got 'orders'")
  rejects(
    () => doesNotHappen(plans as never, {} as never),
    "doesNotHappen needs a source, got the group 'plans'; of a table write plans.source",
  )
  rejects(() => happens(orders, undefined as never), /happens\(orders\)/)
  rejects(() => ordered({ wihtin: '1h' }), "happens(orders) has no option 'wihtin'; did you mean 'within'?")
  rejects(() => ordered({ by: undefined }), 'happens(orders) needs by: the column with the key of the decision')
  rejects(() => ordered({ by: 'crat' }), "happens(orders): by 'crat' is no column; did you mean 'cart'?")
  rejects(() => ordered({ by: 7 }), 'happens(orders): by 7 is no column; there is id, cart, customer, number, amount, paid, at')
  rejects(() => ordered({ within: '0s' }), /^happens\(orders\): within: '0s' is no duration/)
  rejects(() => ordered({ within: '10min' }), /^happens\(orders\): within: '10min' is no duration/)
  rejects(() => ordered({ within: undefined }), /^happens\(orders\): within: undefined is no duration/)
  rejects(() => ordered({ within: '600000d' }), "happens(orders): within: '600000d' is longer than 278 years")
  rejects(() => ordered({ lateness: 5 }), /^happens\(orders\): lateness: 5 is no duration/)
  rejects(() => ordered({ where: true }), /^happens\(orders\): where is a condition over the row: .*, got true/)
  rejects(() => ordered({ where: (o: Loose) => o.amount }), /^happens\(orders\): where needs a condition, got decimal/)
  rejects(() => ordered({ where: (o: Loose) => o.amonut.gt(1) }), /source 'orders' has no column 'amonut'; did you mean 'amount'\?/)
  rejects(() => doesNotHappen(orders, { by: 'cart' } as never), /^doesNotHappen\(orders\): within: undefined is no duration/)
})

test('a happens whose column cannot hold the key of decisions is rejected where it was made', () => {
  rejects(
    () => labelled(ordered({ by: 'customer' })),
    "model 'm': by 'customer' of happens(orders) is a customer, and the key 'cart' of source 'visits' a cart; name the column of orders with that key",
  )
  rejects(
    () => labelled(ordered({ by: 'number' })),
    "model 'm': by 'number' of happens(orders) is an int, and the key 'cart' of source 'visits' a string; name the column of orders with that key",
  )
  rejects(
    () => labelled(ordered({}), request({ customer }), ofCustomer),
    /by 'cart' of happens\(orders\) is a cart, and the key 'customer' of the request a customer/,
  )
  const label = ordered({ by: 'paid' })
  assert.throws(
    () => labelled(label),
    (error: { place?: string }) => Number(error.place?.split(':')[1]) < lineHere(),
    'the line is that of the label, not of the model',
  )
})
