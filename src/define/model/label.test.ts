import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rejects } from '../../../test/rejects.ts'
import {
  action,
  answer,
  begins,
  count,
  entity,
  every,
  features,
  labelFrom,
  linear,
  model,
  on,
  pipeline,
  request,
  source,
  stdout,
  stream,
  t,
  table,
} from '../../index.ts'

const card = entity('card', t.string())
const shop = entity('shop', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, shop, other: card.nullable(), amount: t.decimal(2), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const chargebacks = source('chargebacks', {
  schema: { payment: t.string(), card, number: t.int(), ratio: t.double(), fraud: t.bool(), at: t.timestamp() },
  key: 'payment',
  time: 'at',
})
const readings = source('readings', { schema: { ref: t.string(), card, level: t.double(), at: t.timestamp() }, key: 'ref', time: 'at' })
const now = features('now', { from: payments, entity: card, key: p => p.card, place: stream, values: () => ({ n: count('1h') }) })
const score = linear({ intercept: 0, weights: {} })
const inputs = (p: { readonly card: never }) => ({ n: now.of(p.card).n })

// oxlint-disable-next-line typescript/no-explicit-any
type Loose = any
/** A model with a label that need not type-check. */
const labelled = (label: unknown, decide: Loose = on(payments)) => model('m', { decide, inputs, score, label: label as Loose } as Loose)
const spans = { within: '30m', lasting: '15m', maxGap: '45m' } as const
const from = (options: object) => labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '7d', ...options })
const starts = (options: object) => begins(readings, r => r.level.lt(70), { ...spans, ...options })

const readingsCondition = () => {
  let condition: Loose
  begins(readings, r => (condition = r.level.lt(70)), spans)
  return condition
}
const lineHere = () => Number(/label\.test\.ts:(\d+)/.exec(new Error('here').stack!.split('\n')[2])![1])

test('labelFrom: an event that refers to the triggering event', () => {
  const { ir } = labelled(from({}))
  assert.deepEqual(ir.label, {
    kind: 'from',
    source: 'chargebacks',
    join: 'payment',
    value: { op: 'column', name: 'fraud', type: 'bool' },
    negativeAfter: 604_800_000,
  })
  assert.equal(labelled(undefined).ir.label, undefined)
  assert.ok(!('label' in labelled(undefined).ir))
})

test("begins: the key is the column of the decision's entity, or the column that key returns", () => {
  const low = {
    kind: 'begins',
    source: 'readings',
    key: 'card',
    condition: {
      op: 'lt',
      left: { op: 'column', name: 'level', type: 'double' },
      right: { op: 'literal', value: 70, type: 'double' },
      type: 'bool',
    },
    within: 1_800_000,
    lasting: 900_000,
    maxGap: 2_700_000,
  }
  assert.deepEqual(labelled(starts({}), every('5m', card)).ir.label, low)
  assert.deepEqual(labelled(starts({}), request({ card, shop }, { key: 'card' })).ir.label, low)
  assert.deepEqual(labelled(starts({ lasting: '0s' })).ir.label, { ...low, lasting: 0 })
  const explicit = labelled(begins(payments, p => p.amount.gt(5), { ...spans, key: p => p.other })).ir.label
  assert.equal(explicit?.kind === 'begins' && explicit.key, 'other')
})

test('begins over the triggering source needs no entity', () => {
  const plain = source('plain', { schema: { k: t.string(), x: t.int(), at: t.timestamp() }, key: 'k', time: 'at' })
  const { label } = model('m', { decide: on(plain), inputs: p => ({ x: p.x }), score, label: begins(plain, p => p.x.gt(1), spans) }).ir
  assert.equal(label?.kind === 'begins' && label.key, 'k')
  const bad = () => model('m', { decide: on(plain), inputs: p => ({ x: p.x }), score, label: begins(readings, r => r.level.lt(1), spans) })
  rejects(
    bad,
    /^model 'm': begins\(readings, …\) needs an entity as the key of decisions, and 'k' of source 'plain' is no entity; declare it/,
  )
})

test('sources that only a label needs belong to the pipeline, in order of definition', () => {
  const { ir, fingerprint } = pipeline('p', [labelled(from({}))])
  assert.deepEqual(
    ir.sources.map(({ name }) => name),
    ['payments', 'chargebacks'],
  )
  assert.notEqual(pipeline('p', [labelled(from({ negativeAfter: '8d' }))]).fingerprint, fingerprint)
  assert.deepEqual(JSON.parse(JSON.stringify(ir)), ir)
})

test('a value that is no label is rejected', () => {
  rejects(
    () => labelled({}),
    "model 'm': label is {}; write label: labelFrom(source, { … }), begins(source, r => …, { … }) or happens(source, { … })",
  )
  rejects(() => labelled(chargebacks), /^model 'm': label is 'chargebacks'; write label/)
})

test('a wrong labelFrom is rejected where it is made', () => {
  const plans = table('plans', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
  rejects(() => labelFrom(undefined as never, {} as never), 'labelFrom needs a source, got undefined')
  rejects(() => labelFrom(plans as never, {} as never), "labelFrom needs a source, got the group 'plans'; of a table write plans.source")
  rejects(() => from({ after: '7d' }), /labelFrom\(chargebacks\) has no option 'after'/)
  rejects(() => from({ join: undefined }), /labelFrom\(chargebacks\) needs join: the column with the id/)
  rejects(() => from({ join: 'paymnt' }), "labelFrom(chargebacks): join 'paymnt' is no column; did you mean 'payment'?")
  rejects(() => from({ join: 'ratio' }), "labelFrom(chargebacks): join 'ratio' is a double; an id is a string or an exact number")
  rejects(() => from({ join: 'fraud' }), /join 'fraud' is a bool/)
  rejects(() => from({ value: true }), 'labelFrom(chargebacks): value is a condition over the row: r => r.glucose.lt(70), got true')
  rejects(() => from({ value: (c: Loose) => c.number }), 'labelFrom(chargebacks): value needs a condition, got int')
  rejects(() => from({ value: (c: Loose) => c.frad }), /source 'chargebacks' has no column 'frad'; did you mean 'fraud'\?/)
  rejects(
    () => from({ value: () => readingsCondition() }),
    "labelFrom(chargebacks): value is over source 'readings', not source 'chargebacks'",
  )
  rejects(() => from({ negativeAfter: 'a week' }), /labelFrom\(chargebacks\): negativeAfter: 'a week' is no duration/)
  rejects(() => from({ negativeAfter: undefined }), /negativeAfter: undefined is no duration/)
  rejects(() => from({ negativeAfter: '600000d' }), "labelFrom(chargebacks): negativeAfter: '600000d' is longer than 278 years")
})

test('a labelFrom that its model cannot have is rejected where it was made', () => {
  rejects(
    () => labelled(from({}), every('5m', card)),
    "model 'm': labelFrom(chargebacks) needs triggering events with ids, and the model decides by every('5m', card); write decide: on(source), or use begins(…) or happens(…)",
  )
  rejects(() => labelled(from({}), request({ card })), /and the model decides by the request; write decide: on\(source\)/)
  const anonymous = source('anonymous', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
  rejects(
    () => labelled(from({}), on(anonymous)),
    "model 'm': labelFrom(chargebacks) needs triggering events with ids, and source 'anonymous' has none; name the column: id: 'COLUMN'",
  )
  rejects(
    () => labelled(from({ join: 'number' })),
    "model 'm': join 'number' of labelFrom(chargebacks) is an int, and the id 'id' of source 'payments' a string",
  )
  const byShop = source('by_shop', { schema: { card, shop, at: t.timestamp() }, key: 'card', time: 'at', id: 'shop' })
  rejects(
    () => labelled(from({ join: 'card' }), on(byShop)),
    "model 'm': join 'card' of labelFrom(chargebacks) is a card, and the id 'shop' of source 'by_shop' a shop",
  )
  assert.ok(labelled(from({ join: 'payment' }), on(byShop)).ir.label, 'a plain string may hold the id of a shop')
  const label = from({})
  assert.throws(
    () => labelled(label, every('5m', card)),
    (error: { place?: string }) => Number(error.place?.split(':')[1]) < lineHere(),
    'the line is that of the label, not of the model',
  )
})

test('a wrong begins is rejected', () => {
  rejects(() => begins(undefined as never, () => undefined as never, spans), 'begins needs a source, got undefined')
  rejects(
    () => begins(readings, undefined as never, spans),
    /begins\(readings, …\): its condition is a condition over the row: r => r.glucose.lt\(70\), got undefined/,
  )
  rejects(
    () => begins(readings, ((r: Loose) => r.level < 70) as Loose, spans),
    /its condition needs a condition, got false; compare with words/,
  )
  rejects(() => starts({ lastin: '5m' }), /begins\(readings, …\) has no option 'lastin'; did you mean 'lasting'\?/)
  for (const span of ['within', 'lasting', 'maxGap'])
    rejects(() => starts({ [span]: undefined }), new RegExp(`${span}: undefined is no duration`))
  for (const span of ['within', 'maxGap']) rejects(() => starts({ [span]: '0s' }), new RegExp(`${span}: '0s' is no duration`))
  rejects(() => starts({ key: 'card' }), "begins(readings, …): key is a function of the row, r => r.patient, got 'card'")
})

test('a begins that its model cannot have is rejected where it was made', () => {
  const twice = begins(payments, p => p.amount.gt(5), spans)
  rejects(
    () => labelled(twice),
    /^model 'm': begins\(payments, …\): source 'payments' has several columns of entity 'card'; name one: key: r => r.card$/,
  )
  rejects(
    () => labelled(starts({}), request({ card, shop }, { key: 'shop' })),
    /begins\(readings, …\): source 'readings' has no column of entity 'shop'/,
  )
  rejects(() => labelled(starts({ key: (r: Loose) => r.ref })), /begins\(readings, …\) is keyed by card, got 'ref', which is no entity/)
})

test('censoredBy names actions of the model that answer', () => {
  const deciding = labelled(from({ censoredBy: ['decline', 'hold', 'decline'] })) as unknown as Loose
  assert.deepEqual(deciding.ir.label.censoredBy, ['decline', 'hold'])
  assert.deepEqual((labelled(from({ censoredBy: 'decline' })).ir.label as Loose).censoredBy, ['decline'])
  const other = model('other', { decide: on(payments), inputs, score } as Loose)
  const answering = (name: string, of: Loose = deciding) =>
    action(name, { when: of.score.gte(1), reply: 'inline', do: answer({ decision: name }) })
  const sending = action('hold', { when: deciding.score.gte(1), do: stdout() })
  const shop =
    (...actions: Loose[]) =>
    () =>
      pipeline('shop', [deciding, other, ...actions])
  assert.equal(shop(answering('decline'), answering('hold'))().ir.actions!.length, 2)
  const fails = (build: () => unknown, message: RegExp) => assert.throws(build, { code: 'SPILL_DEFINITION', message })
  fails(
    shop(answering('declined'), answering('hold')),
    /model 'm': its label is censoredBy 'decline', which is no action of this pipeline; did you mean 'declined'\?/,
  )
  fails(
    shop(answering('decline'), sending),
    /censoredBy 'hold', which does not answer; only an action with do: answer\(\{ … \}\) stops outcomes/,
  )
  fails(shop(answering('decline'), answering('hold', other)), /censoredBy 'hold', which is of model 'other'/)
  rejects(() => from({ censoredBy: [] }), /labelFrom\(chargebacks\): censoredBy names no action; leave it out/)
  rejects(() => from({ censoredBy: 7 }), /censoredBy is the name of an action, or a list of names, got 7/)
})
