/** Mistakes that must not compile. Each line is one that a person would make; none of this runs. */
import {
  after,
  batch,
  count,
  entity,
  every,
  features,
  linear,
  logistic,
  model,
  on,
  request,
  rules,
  share,
  source,
  stream,
  t,
  table,
  onnx,
  trees,
} from 'spillway'
import { client, named } from 'spillway/client'
import type { TestRun } from 'spillway/testing'
import { card, cardNow, pair, payments, terminal, terminalNow } from './payments.ts'

const values = () => ({ n: count('1h') })
const score = logistic({ intercept: 0, weights: {} })
const decide = on(payments)

// Schemas and sources
const schema = { k: t.string(), e: t.enum(['a', 'b']), d: t.decimal(2).nullable(), at: t.timestamp(), maybe: t.timestamp().nullable() }
source('s', { schema, key: 'k', time: 'at', id: 'e', arrives: after('3m'), identity: ['k'], revisable: '1d' })
// @ts-expect-error no such column
source('s', { schema, key: 'kk', time: 'at' })
// @ts-expect-error a nullable column is no key
source('s', { schema, key: 'd', time: 'at' })
// @ts-expect-error a string is no time
source('s', { schema, key: 'k', time: 'k' })
// @ts-expect-error a nullable timestamp is no time
source('s', { schema, key: 'k', time: 'maybe' })
// @ts-expect-error no such column
source('s', { schema, key: 'k', time: 'at', id: 'idd' })
// @ts-expect-error a string is no arrival
source('s', { schema, key: 'k', time: 'at', arrives: 'k' })
// @ts-expect-error no such option
source('s', { schema, key: 'k', time: 'at', latenes: '1d' })
// @ts-expect-error no duration
source('s', { schema, key: 'k', time: 'at', dedupe: '5 minutes' })
// @ts-expect-error only strings and ints identify
entity('card', t.bool())
// @ts-expect-error a bool has no bounds
t.bool({ min: 0 })

// Maps
const base = { schema, key: 'k', time: 'at', mapVersion: '1' } as const
source('s', { ...base, map: (raw: { x: string }) => ({ k: raw.x, e: 'a', at: 5 }) })
source('s', { ...base, map: raw => (raw.x ? [{ k: raw.x, e: 'a', at: '2026-01-01T00:00Z', d: '5.00' }] : null) })
source('s', { ...base, map: raw => (raw.y ? null : { k: raw.x, e: raw.x < 5 ? 'a' : 'b', at: new Date(), d: null }) })
// @ts-expect-error not a value of the enum
source('s', { ...base, map: raw => ({ k: raw.x, e: 'c', at: 5 }) })
// @ts-expect-error a column is missing
source('s', { ...base, map: raw => ({ k: raw.x, e: 'a' }) })
// @ts-expect-error a wrong type
source('s', { ...base, map: () => [{ k: 5, e: 'a', at: 5 }] })
// @ts-expect-error no such column
source('s', { ...base, map: raw => ({ k: raw.x, e: 'a', at: 5, other: 1 }) })
// @ts-expect-error no such column, in a list
source('s', { ...base, map: () => [{ k: 'x', e: 'a', at: 5, other: 1 }] })

// Columns offer what their type takes
features('f', {
  from: payments,
  entity: card,
  place: stream,
  values: p => ({
    ok: p.stay.dividedBy('1h').mean('1d'),
    // @ts-expect-error a string has no mean
    a: p.kind.mean('1h'),
    // @ts-expect-error a bool has no maximum
    b: p.ok.max('1h'),
    // @ts-expect-error a time has no sum
    c: p.at.sum('1h'),
    // @ts-expect-error no such column
    d: p.amuont.mean('1h'),
    // @ts-expect-error no duration
    e: p.amount.mean('an hour'),
    // @ts-expect-error a window is required
    f: p.amount.mean(),
    // @ts-expect-error not a value of the enum
    g: count('1h', p.kind.eq('wbe')),
    // @ts-expect-error a number is compared with a number
    h: count('1h', p.amount.gt('5')),
    // @ts-expect-error a share is of a condition
    i: share(p.qty, '1h'),
    // @ts-expect-error a condition, not a number
    j: p.amount.sum('1h', { where: p.qty }),
    // @ts-expect-error per is for rates
    k: p.amount.sum('1h', { per: 'hour' }),
    // @ts-expect-error money is not compared with a duration
    l: count('1h', p.amount.gt(p.stay)),
    // @ts-expect-error buckets end somewhere
    m: p.amount.histogram('1h'),
    // @ts-expect-error money has no bounds of time
    n: p.amount.histogram('1h', { bounds: ['5m'] }),
    // @ts-expect-error a quantile is of some part
    q: p.amount.quantile('1h'),
    // @ts-expect-error a string has no quantile
    r: p.kind.quantile('1h', 0.5),
    // @ts-expect-error the most frequent of some window
    s: p.kind.topK(3),
    // @ts-expect-error a string has no histogram
    o: p.kind.histogram('1h', { bounds: [5] }),
  }),
})
// @ts-expect-error an expression is no feature
features('f', { from: payments, entity: card, place: stream, values: p => ({ a: p.amount }) })
// Without a place it is a nightly batch.
features('f', { from: payments, entity: card, values })
// @ts-expect-error a place is a placement, and not a word
features('f', { from: payments, entity: card, place: 'stream', values })
features('f', { from: payments, entity: card, place: batch('0 2 * * *'), values })
// @ts-expect-error a terminal is not a card
features('f', { from: payments, entity: card, key: p => p.terminal, place: stream, values })
// @ts-expect-error a plain number identifies nothing
features('f', { from: payments, entity: card, key: p => p.qty, place: stream, values })

// Keys in models
// @ts-expect-error a card is not a terminal
model('m', { decide, inputs: p => ({ a: terminalNow.of(p.card) }), score })
// @ts-expect-error an id is not a card
model('m', { decide, inputs: p => ({ a: cardNow.of(p.id) }), score })
// @ts-expect-error a literal is not a column
model('m', { decide, inputs: () => ({ a: cardNow.of('c1') }), score })
// @ts-expect-error the order of a composite key
model('m', { decide, inputs: p => ({ a: pair.of(p.terminal, p.card) }), score })
// @ts-expect-error half of a composite key
model('m', { decide, inputs: p => ({ a: pair.of(p.card) }), score })
// @ts-expect-error no such feature
model('m', { decide, inputs: p => ({ a: cardNow.of(p.card).n20m }), score })
// @ts-expect-error an input cannot be aggregated
model('m', { decide, inputs: p => ({ a: p.amount.mean('1h') }), score })
// @ts-expect-error a feature must be given, not a group
model('m', { decide, inputs: () => ({ a: cardNow }), score })

// Triggers
model('m', { decide: every('5m', card, { live: '1h' }), inputs: ({ card }) => ({ a: cardNow.of(card).n10m }), score })
model('m', { decide: request({ card, sum: t.decimal(2) }), inputs: r => ({ a: cardNow.of(r.card).n10m, b: r.sum.gt(5) }), score })
// @ts-expect-error an interval alone says nothing of whom
model('m', { decide: every('5m'), inputs: () => ({}), score })
// @ts-expect-error a terminal is not a card
model('m', { decide: every('5m', terminal), inputs: ({ terminal }) => ({ a: cardNow.of(terminal) }), score })
// @ts-expect-error a tick has its entity and nothing else
model('m', { decide: every('5m', card), inputs: p => ({ a: p.amount }), score })
// @ts-expect-error no entity
every('5m', t.string())
// @ts-expect-error no duration
every('5m', card, { live: 'long' })
// @ts-expect-error a phase is for schedules
every('5m', card, { phase: '1m' })
// @ts-expect-error a terminal is not a card
model('m', { decide: request({ terminal }), inputs: p => ({ a: cardNow.of(p.terminal) }), score })
// @ts-expect-error no such field
model('m', { decide: request({ card }), inputs: p => ({ a: p.amount }), score })
// @ts-expect-error an amount is nobody
request({ card, amount: t.decimal(2) }, { key: 'amount' })

declare const run: TestRun
const onRequest = model('asked', {
  decide: request({ card, sum: t.decimal(2) }),
  inputs: r => ({ n: cardNow.of(r.card).n10m, sum: r.sum }),
  score,
})
void run.request(onRequest, { card: 'c1', sum: 5 }).then(({ vector }) => vector.sum + vector.n)
// @ts-expect-error a field is missing
void run.request(onRequest, { card: 'c1' })
// @ts-expect-error a wrong type
void run.request(onRequest, { card: 5, sum: 5 })
// @ts-expect-error it decides by itself
void run.request(model('m', { decide, inputs: p => ({ amount: p.amount }), score }), {})
// @ts-expect-error and so does this
void run.request(model('m', { decide: every('5m', card), inputs: p => ({ n: cardNow.of(p.card).n10m }), score }), { card: 'c1' })

// Scores
// @ts-expect-error no such input
model('m', { decide, inputs: p => ({ amount: p.amount }), score: logistic({ intercept: 0, weights: { amont: 1 } }) })
// @ts-expect-error no such feature of the group
model('m', { decide, inputs: p => ({ card: cardNow.of(p.card) }), score: linear({ intercept: 0, weights: { 'card.n20m': 1 } }) })
// @ts-expect-error a group is no slot
model('m', { decide, inputs: p => ({ card: cardNow.of(p.card) }), score: linear({ intercept: 0, weights: { card: 1 } }) })
const wood = { format: 'spillway-trees', version: 1, link: 'logistic', base: 0, trees: [] }
model('m', { decide, inputs: p => ({ amount: p.amount, n: cardNow.of(p.card).n10m }), score: trees({ ...wood, inputs: { amount: 0 } }) })
// @ts-expect-error no such input
model('m', { decide, inputs: p => ({ amount: p.amount }), score: trees({ ...wood, inputs: { amont: 0 } }) })
model('m', { decide, inputs: p => ({ amount: p.amount }), score: onnx('m.onnx') })
model('m', { decide, inputs: p => ({ amount: p.amount }), score: onnx('m.onnx', { inputs: ['amount'] }) })
model('m', { decide, inputs: p => ({ amount: p.amount }), score: onnx('m.onnx', { inputs: { X: 'amount' }, column: 1 }) })
// @ts-expect-error no such input
model('m', { decide, inputs: p => ({ amount: p.amount }), score: onnx('m.onnx', { inputs: ['amont'] }) })
// @ts-expect-error no such input
model('m', { decide, inputs: p => ({ amount: p.amount }), score: onnx('m.onnx', { inputs: { X: ['amont'] } }) })
// @ts-expect-error no such input
model('m', { decide, inputs: p => ({ amount: p.amount }), score: v => rules([{ when: v.amont.gt(5), score: 1 }], 0) })
// @ts-expect-error a number is no condition
model('m', { decide, inputs: p => ({ amount: p.amount }), score: v => rules([{ when: v.amount, score: 1 }], 0) })
// @ts-expect-error a score is required
model('m', { decide, inputs: p => ({ amount: p.amount }) })

// Tables
const rows = { who: card, tier: t.enum(['free', 'pro']), gone: t.bool(), at: t.timestamp(), maybe: card.nullable() }
const tiers = table('tiers', { schema: rows, key: 'who', time: 'at', deleted: 'gone', place: stream })
// @ts-expect-error a string identifies nothing
table('u', { schema: rows, key: 'tier', time: 'at' })
// @ts-expect-error a nullable entity is no key
table('u', { schema: rows, key: 'maybe', time: 'at' })
// @ts-expect-error a string marks no delete
table('u', { schema: rows, key: 'who', time: 'at', deleted: 'tier' })
// @ts-expect-error no such column
table('u', { schema: rows, key: 'who', time: 'at', deleted: 'gon' })
// @ts-expect-error a later row takes the place of the earlier by itself
table('u', { schema: rows, key: 'who', time: 'at', identity: ['tier'], revisable: '1d' })
// @ts-expect-error a table is no source
on(tiers)
on(tiers.source)
model('m', { decide, inputs: p => ({ a: tiers.of(p.card).tier.eq('free') }), score })
// @ts-expect-error no value of the enum
model('m', { decide, inputs: p => ({ a: tiers.of(p.card).tier.eq('fre') }), score })
// @ts-expect-error the mark of a delete is not read
model('m', { decide, inputs: p => ({ a: tiers.of(p.card).gone }), score })
// @ts-expect-error a terminal is no card
model('m', { decide, inputs: p => ({ a: tiers.of(p.terminal).tier }), score })

// A client
const api = client({ url: 'http://127.0.0.1:7070' })
const paid = { id: '1', card: 'c', amount: 5, kind: 'chip', ok: true, qty: 1, stay: 0, at: new Date(0) } as const
void api.send(payments, [paid, { ...paid, terminal: 7, tip: null }])
void api.send(named<typeof payments>('payments', { ids: true }), [paid])
void api.send(tiers.source, [{ who: 'c', tier: 'pro', gone: false, at: 0 }])
// @ts-expect-error a column is missing
void api.send(payments, [{ id: '1', card: 'c' }])
// @ts-expect-error a wrong type
void api.send(payments, [{ ...paid, amount: true }])
// @ts-expect-error no value of the enum
void api.send(named<typeof payments>('payments'), [{ ...paid, kind: 'cash' }])
// @ts-expect-error a table is no source
void api.send(tiers, [])
// @ts-expect-error a name says nothing of types
void api.send('payments', [paid])
// @ts-expect-error and neither does this
void api.send(named('payments'), [paid])

void api.features(cardNow, 'c').then(({ features }) => features.n10m + (features.mean1h ?? 0))
void api.features(terminalNow, 7).then(({ features }) => features.n1h + 1)
void api.features(pair, ['c', 7])
void api.features(tiers, 'c').then(({ features }) => features.tier === 'pro')
void api.features(named<typeof cardNow>('card_now'), 'c').then(({ features }) => features.n10m)
// @ts-expect-error a key of another type
void api.features(terminalNow, 'c')
// @ts-expect-error half of a composite key
void api.features(pair, 'c')
// @ts-expect-error the order of a composite key
void api.features(pair, [7, 'c'])
// @ts-expect-error no such feature
void api.features(cardNow, 'c').then(({ features }) => features.n20m)
// @ts-expect-error it may be NULL
void api.features(cardNow, 'c').then(({ features }) => features.mean1h + 1)
// @ts-expect-error it may be missing where rejected ones are allowed
void api.features(cardNow, 'c', { rejected: true }).then(({ features }) => features.n10m + 1)
const asks = api.featuresOf([
  [cardNow, 'c'],
  [terminalNow, 7],
])
void asks.then(([card, terminal]) => card.features.n10m + terminal.features.n1h)
// @ts-expect-error the features of the other group
void asks.then(([card]) => card.features.n1h)
// @ts-expect-error a key of another type
void api.featuresOf([[terminalNow, 'c']])

void api
  .decide(onRequest, { card: 'c1', sum: 5 })
  .then(({ vector, score, degraded }) => (degraded === undefined ? vector.sum + vector.n + (score ?? 0) : degraded.length))
void api
  .decide(onRequest, { card: 'c1', sum: 5 })
  .then(decision => (decision.degraded !== undefined ? decision.answers?.['hold'] : decision.t + decision.entry))
// @ts-expect-error there may be no decision in time
void api.decide(onRequest, { card: 'c1', sum: 5 }).then(({ vector }) => vector.sum)
// @ts-expect-error nor when it was made
void api.decide(onRequest, { card: 'c1', sum: 5 }).then(({ t }) => t + 1)
// @ts-expect-error nor what was known
void api.decide(onRequest, { card: 'c1', sum: 5 }).then(({ read }) => read['now'])
// @ts-expect-error a field is missing
void api.decide(onRequest, { card: 'c1' })
// @ts-expect-error it decides by itself
void api.decide(model('m', { decide, inputs: p => ({ amount: p.amount }), score }), {})
// @ts-expect-error no such input
void api.decide(onRequest, { card: 'c1', sum: 5 }).then(({ vector }) => vector?.amount)
// @ts-expect-error a group decides nothing
api.decisions(cardNow)
