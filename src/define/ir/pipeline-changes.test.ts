import assert from 'node:assert/strict'
import { test } from 'node:test'
import { count, entity, every, features, lag, linear, model, on, pipeline, source, stream, t, type Placement } from '../../index.ts'
import { changesBetween, featureText } from './pipeline-changes.ts'
import type { ExprIR, ModelIR } from './ir.ts'

const card = entity('card', t.string())
const columns = { card, amount: t.decimal(2, { min: 0 }), at: t.timestamp() }
const score = (intercept: number) => linear({ intercept, weights: { n: 1 } })

function shop(place: Placement = stream, window: '1h' | '2h' = '1h', freshness?: { objective: '15m' | '1h'; target?: number }) {
  const payments = source('payments', { schema: columns, key: 'card', time: 'at' })
  const now = features('now', {
    from: payments,
    entity: card,
    place,
    ...(freshness && { freshness }),
    values: p => ({ n: count('10m', p.amount.lt(5)), total: p.amount.sum(window) }),
  })
  const risk = model('risk', { decide: on(payments), inputs: p => ({ n: now.of(p.card).n, total: now.of(p.card).total }), score: score(0) })
  const { ir, fingerprint } = pipeline('shop', [risk])
  return { now, ir, fingerprint }
}

/** With a further column, a different `dedupe`, and a further feature. */
function larger() {
  const payments = source('payments', {
    schema: { ...columns, shop: t.string({ maxBytes: 8 }).nullable() },
    key: 'card',
    time: 'at',
    dedupe: '2h',
  })
  const now = features('now', {
    from: payments,
    entity: card,
    place: lag('1h'),
    values: p => ({ n: count('10m', p.amount.lt(5)), total: p.amount.sum('2h'), all: count('lifetime') }),
  })
  const risk = model('risk', { decide: on(payments), inputs: p => ({ n: now.of(p.card).n, total: now.of(p.card).total }), score: score(0) })
  return pipeline('shop', [risk]).ir
}

test('nothing differs from itself', () => {
  assert.deepEqual(changesBetween(shop().ir, shop().ir), [])
})

test('changes of a placement, a window and a column are written for people', () => {
  assert.deepEqual(changesBetween(shop().ir, larger()), [
    {
      of: 'source',
      name: 'payments',
      kind: 'changed',
      details: ['column shop added (string nullable of at most 8 bytes)', 'dedupe: 1 h → 2 h'],
    },
    {
      of: 'group',
      name: 'now',
      kind: 'changed',
      details: [
        'placed stream → lag(1h)',
        'feature total: sum(amount) over 1h, tail by 1m → sum(amount) over 2h, tail by 1m',
        'feature all added (count() over all time)',
      ],
    },
  ])
})

test('a freshness objective is a change, and no other pipeline', () => {
  const [none, quarter, hour] = [shop(), shop(stream, '1h', { objective: '15m', target: 0.999 }), shop(stream, '1h', { objective: '1h' })]
  const details = (before: typeof none, after: typeof none) => changesBetween(before.ir, after.ir).flatMap(change => change.details)
  assert.deepEqual(details(none, quarter), ['freshness none → 99.9 % within 15 min'])
  assert.deepEqual(details(quarter, hour), ['freshness 99.9 % within 15 min → 99 % within 1 h'])
  assert.equal(quarter.fingerprint, none.fingerprint)
})

test('a trigger, inputs and a score', () => {
  const { now, ir } = shop()
  const risk = model('risk', { decide: every('5m', card), inputs: tick => ({ n: now.of(tick.card).n }), score: score(1) })
  assert.deepEqual(changesBetween(ir, pipeline('shop', [risk]).ir), [
    {
      of: 'model',
      name: 'risk',
      kind: 'changed',
      details: ['decides on payments → every 5m', 'input total removed (now.total)', 'another score (linear → linear)'],
    },
  ])
})

test('an added and a changed label', () => {
  const { ir } = shop()
  const withLabel = (label: ModelIR['label']) => ({ ...ir, models: [{ ...ir.models[0], ...(label && { label }) }] })
  const isLow: ExprIR = {
    op: 'lt',
    left: { op: 'column', name: 'amount', type: 'decimal', scale: 2 },
    right: { op: 'literal', value: 500, type: 'decimal', scale: 2 },
    type: 'bool',
  }
  const from: ModelIR['label'] = { kind: 'from', source: 'backs', join: 'payment', value: isLow, negativeAfter: 604_800_000 }
  const begins: ModelIR['label'] = {
    kind: 'begins',
    source: 'payments',
    key: 'card',
    condition: isLow,
    within: 60_000,
    lasting: 0,
    maxGap: 5000,
  }
  const details = (before: ModelIR['label'], after: ModelIR['label']) =>
    changesBetween(withLabel(before), withLabel(after)).flatMap(change => change.details)
  assert.deepEqual(details(from, from), [])
  assert.deepEqual(details(from, { ...from, censoredBy: ['decline'] }), [
    'label: (amount < 5) from backs by payment, false after 1w → (amount < 5) from backs by payment, false after 1w, censored by decline',
  ])
  assert.deepEqual(details(undefined, from), ['label: none → (amount < 5) from backs by payment, false after 1w'])
  const happens: ModelIR['label'] = { kind: 'happens', source: 'backs', key: 'card', within: 60_000, lateness: 0 }
  assert.deepEqual(details(happens, { ...happens, where: isLow, negated: true, per: 'cart' }), [
    'label: an event of backs by card within 1m, lateness 0ms → no event of backs by card where (amount < 5) within 1m, lateness 0ms, one outcome per cart',
  ])
  assert.deepEqual(details(from, begins), [
    'label: (amount < 5) from backs by payment, false after 1w → (amount < 5) begins in payments by card within 1m, lasting 0ms, gaps up to 5s',
  ])
})

test('added and removed definitions', () => {
  const { models, ...rest } = shop().ir
  const other = { ...rest, models: [{ ...models[0], name: 'other' }] }
  assert.deepEqual(
    changesBetween(shop().ir, other).map(({ kind, name }) => `${kind} ${name}`),
    ['added other', 'removed risk'],
  )
})

test("a feature's text has everything that distinguishes it", () => {
  const payments = source('payments', { schema: columns, key: 'card', time: 'at' })
  const { ir } = features('now', {
    from: payments,
    entity: card,
    place: stream,
    values: p => ({
      latest: p.amount.lastK(3, '1h', { before: true }),
      high: p.amount.quantile('1d', 0.95),
      sizes: p.amount.histogram('1d', { bounds: [0, 10.5], exact: true }),
      rising: p.amount.slope('1h', { per: 'day', exact: true, maxEvents: 50 }),
      fading: p.amount.decayedSum('lifetime', { halfLife: '6h' }),
      few: p.card.countDistinct('1h', { limit: 10 }),
      many: p.card.countDistinct('1h'),
    }),
  })
  assert.deepEqual(ir.features.map(featureText), [
    'lastK(amount, 3) over 1h, tail by 1m, before',
    'quantile(amount, 0.95) over 1d, tail by 10m',
    'histogram(amount, [0, 10.5]) over 1d',
    'slope(amount) over 1h, per 1d, up to 50 events a key',
    'decayedSum(amount) over all time, half of it after 6h',
    'countDistinct(card) over 1h, tail by 1m, up to 10 different values',
    'countDistinct(card) over 1h, tail by 1m',
  ])
})
