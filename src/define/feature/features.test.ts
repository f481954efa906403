import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rejects } from '../../../test/rejects.ts'
import type { Aggregate } from '../expression/aggregating.ts'
import { entity } from '../source/entity.ts'
import { count, share, timeSinceLast } from '../expression/event-aggregates.ts'
import { features } from './features.ts'
import type { FeatureIR } from '../ir/ir.ts'
import { corrected, stream } from './placement.ts'
import { source } from '../source/source.ts'
import { t } from '../source/t.ts'

const card = entity('card', t.string())
const terminal = entity('terminal', t.int())
const airport = entity('airport', t.string())
const payments = source('payments', {
  schema: {
    card,
    terminal: terminal.nullable(),
    amount: t.decimal(2),
    score: t.double(),
    qty: t.int(),
    kind: t.enum(['chip', 'web']),
    ok: t.bool(),
    stay: t.duration(),
    wide: t.int({ min: -(2 ** 41), max: 0 }),
    narrow: t.decimal(2, { max: 2 ** 40 / 100 }),
    at: t.timestamp(),
  },
  key: 'card',
  time: 'at',
})
const flights = source('flights', { schema: { from: airport, to: airport, at: t.timestamp() }, key: 'from', time: 'at' })

/** Columns without their types, so that mistakes compile. */
// oxlint-disable-next-line typescript/no-explicit-any
type Loose = any
const group = (values: (p: Loose) => unknown) =>
  features('g', { from: payments, entity: card, place: stream, values: values as (p: unknown) => Record<string, Aggregate> })
const feature = (make: (p: Loose) => unknown): FeatureIR => group(p => ({ f: make(p) })).ir.features[0]
const badly = (options: object) => () =>
  features('g', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }), ...options })

test('a group becomes its IR', () => {
  const group = features('card_now', {
    from: payments,
    entity: card,
    place: stream,
    values: p => ({ n: count('10m'), mean: p.amount.mean('1h') }),
    owner: 'risk',
    description: 'what a card does now',
  })
  assert.deepEqual(group.ir, {
    name: 'card_now',
    source: 'payments',
    entity: ['card'],
    key: ['card'],
    place: { kind: 'stream' },
    features: [
      { name: 'n', agg: 'count', window: 600_000, hop: 10_000, type: 'int' },
      {
        name: 'mean',
        agg: 'mean',
        window: 3_600_000,
        hop: 60_000,
        type: 'double',
        input: { op: 'column', name: 'amount', type: 'decimal', scale: 2 },
      },
    ],
    owner: 'risk',
    description: 'what a card does now',
  })
})

test('the key is the only column of the entity, or the one that key names', () => {
  const values = () => ({ n: count('1h') })
  assert.deepEqual(features('g', { from: payments, entity: terminal, place: stream, values }).ir.key, ['terminal'])
  assert.deepEqual(features('g', { from: flights, entity: airport, key: f => f.to, place: stream, values }).ir.key, ['to'])
  const pair = features('g', { from: flights, entity: [airport, airport], key: f => [f.from, f.to], place: stream, values })
  assert.deepEqual(
    [pair.ir.entity, pair.ir.key],
    [
      ['airport', 'airport'],
      ['from', 'to'],
    ],
  )
  const both = features('g', { from: payments, entity: [card, terminal], place: stream, values })
  assert.deepEqual(both.ir.key, ['card', 'terminal'])
})

test('results are typed by the table of signatures', () => {
  const typeOf = (make: (p: Loose) => unknown) => {
    const { type, scale } = feature(make)
    return scale === undefined ? type : `${type}(${scale})`
  }
  for (const word of ['sum', 'min', 'max', 'first', 'last', 'change'])
    assert.equal(
      typeOf(p => p.amount[word]('1h')),
      'decimal(2)',
      word,
    )
  for (const word of ['mean', 'variance', 'stddev', 'rate', 'slope'])
    assert.equal(
      typeOf(p => p.amount[word]('1h')),
      'double',
      word,
    )
  assert.equal(
    typeOf(p => p.kind.lastK(3, '1h')),
    'string',
  )
  assert.equal(
    typeOf(p => p.amount.topK(3, '1h')),
    'decimal(2)',
  )
  assert.equal(
    typeOf(p => p.at.change('1h')),
    'duration',
  )
  assert.equal(
    typeOf(p => p.stay.sum('1h')),
    'duration',
  )
  assert.equal(
    typeOf(p => p.kind.countDistinct('1h')),
    'int',
  )
  assert.equal(
    typeOf(p => p.kind.timeSinceLast()),
    'duration',
  )
  assert.equal(
    typeOf(() => timeSinceLast('1d')),
    'duration',
  )
  assert.equal(
    typeOf(p => share(p.ok, '1h')),
    'double',
  )
  assert.equal(
    typeOf(p => p.amount.times(p.qty).sum('1h')),
    'decimal(2)',
  )
  assert.equal(
    typeOf(p => p.ok.last()),
    'bool',
  )
})

test('options reach the IR', () => {
  const ok = { op: 'column', name: 'ok', type: 'bool' }
  const big = { op: 'gt', left: { op: 'column', name: 'qty', type: 'int' }, right: { op: 'literal', value: 3, type: 'int' }, type: 'bool' }
  assert.deepEqual(feature(p => p.qty.sum('1h', { where: p.ok })).where, ok)
  assert.deepEqual(feature(p => count('1h', p.ok)).where, ok)
  assert.deepEqual(feature(p => count('1h', p.qty.gt(3), { where: p.ok })).where, { op: 'and', left: ok, right: big, type: 'bool' })
  assert.equal(feature(p => p.qty.sum('1h', { hop: '90s' })).hop, 90_000)
  assert.equal(feature(p => p.qty.sum('1h', { hop: '1h' })).hop, 3_600_000)
  const exact = feature(p => p.qty.sum('1h', { exact: true, maxEvents: 1000 }))
  assert.deepEqual([exact.hop, exact.maxEvents], [1, 1000])
  assert.deepEqual([feature(p => p.qty.sum('lifetime')).window, feature(p => p.qty.sum('lifetime')).hop], ['lifetime', 1])
  assert.equal(feature(p => p.qty.timeSinceLast('1d', { before: true })).before, true)
  assert.deepEqual(
    ['second', 'hour', 'day', '5m', undefined].map(per => feature(p => p.qty.rate('1d', { per })).per),
    [1000, 3_600_000, 86_400_000, 300_000, 60_000],
  )
  assert.equal(feature(p => p.kind.lastK(5, '1d')).k, 5)
  assert.deepEqual(
    [feature(p => p.kind.countDistinct('1d')).limit, feature(p => p.kind.countDistinct('1d', { limit: 10 })).limit],
    [4096, 10],
  )
})

test('an aggregate that does not fit its column is rejected', () => {
  rejects(() => group(p => ({ f: p.kind.slope('15m') })), "'slope' needs a number or a duration, got string")
  rejects(() => group(p => ({ f: p.at.sum('15m') })), "'sum' needs a number or a duration, got timestamp")
  rejects(() => group(p => ({ f: p.ok.max('15m') })), "'max' needs an ordered value (not a bool), got bool")
  rejects(() => group(p => ({ f: p.kind.change('15m') })), "'change' needs a number, a duration or a timestamp, got string")
  rejects(() => group(p => ({ f: share(p.qty, '15m') })), "'share' needs a condition, got int")
  // @ts-expect-error -- two numbers compared in plain JavaScript
  rejects(() => group(p => ({ f: count('15m', p.qty > 5) })), "'count' needs a condition, got false; compare with words: p.amount.gt(5)")
  rejects(
    () => group(p => ({ f: p.wide.variance('15m') })),
    /'variance' is exact only within ±2\^40 \(scaled\), and the column's bounds are wider/,
  )
  rejects(() => group(p => ({ f: p.wide.slope('15m') })), /'slope' is exact only within/)
  assert.equal(feature(p => p.narrow.variance('15m')).agg, 'variance')
  assert.equal(feature(p => p.wide.sum('15m')).agg, 'sum')
})

test('wrong windows, hops and options are rejected', () => {
  rejects(() => group(p => ({ f: p.qty.sum() })), "'sum' window: undefined is no duration; write '30s', '10m', '1h' or '7d'")
  rejects(() => group(() => ({ f: count('ten minutes' as never) })), /'count' window: 'ten minutes' is no duration/)
  rejects(
    () => group(p => ({ f: p.qty.sum('1m', { hop: '2m' }) })),
    "'sum' hop '2m' is above its window; write a hop of at most the window",
  )
  rejects(() => group(p => ({ f: p.qty.sum('1m', { hop: 'x' }) })), /'sum' hop: 'x' is no duration/)
  rejects(() => group(p => ({ f: p.qty.sum('lifetime', { hop: '1m' }) })), "'sum' over the lifetime has no hop; leave out hop")
  rejects(() => group(p => ({ f: p.qty.sum('lifetime', { exact: true }) })), "'sum' over the lifetime has no hop; leave out exact")
  rejects(() => group(p => ({ f: p.qty.sum('1h', { exact: true, hop: '1m' }) })), /has both exact and hop/)
  rejects(() => group(p => ({ f: p.qty.sum('1h', { exact: 'yes' }) })), "'sum' exact is true or left out, got 'yes'")
  rejects(
    () => group(p => ({ f: p.qty.sum('1h', { maxEvents: 10 }) })),
    "'sum' maxEvents is for exact windows; add exact: true or leave it out",
  )
  rejects(() => group(p => ({ f: p.qty.sum('1h', { exact: true, maxEvents: 0 }) })), /'sum' maxEvents: write a whole number from 1 to/)
  rejects(() => group(p => ({ f: p.qty.sum('1h', { per: 'minute' }) })), /'sum' has no option 'per'/)
  rejects(() => group(p => ({ f: p.qty.sum('1h', { wher: p.ok }) })), "'sum' has no option 'wher'; did you mean 'where'?")
  rejects(() => group(p => ({ f: p.qty.rate('1h', { per: 'fortnight' }) })), /'rate' per: 'fortnight' is no duration/)
  rejects(
    () => group(p => ({ f: p.qty.decayedSum('1d') })),
    "'decayedSum' needs halfLife, after how long an event counts half: { halfLife: '1h' }",
  )
  rejects(() => group(p => ({ f: p.qty.decayedSum('1d', { halfLife: 5 }) })), /'decayedSum' halfLife: /)
  rejects(() => group(p => ({ f: p.qty.sum('1d', { halfLife: '1h' }) })), /'sum' has no option 'halfLife'/)
  rejects(() => group(p => ({ f: p.qty.lastK(0, '1h') })), "'lastK' k: write a whole number from 1 to 1024, got 0")
  rejects(
    () => group(p => ({ f: p.kind.countDistinct('1h', { limit: 5000 }) })),
    "'countDistinct' limit: write a whole number from 1 to 4096, got 5000",
  )
  rejects(() => group(p => ({ f: p.qty.sum('1h', { where: p.qty }) })), "'where' of 'sum' needs a condition, got int")
  rejects(() => group(() => ({ f: count('1h', 5 as never) })), /'count' needs an object of options, got 5/)
  rejects(
    () => group(() => ({ f: count('1h', {}, { hop: '1m' }) })),
    "'count' has options without a condition before them; write count('1h', { … })",
  )
})

test('a wrong group is rejected', () => {
  rejects(badly({ from: undefined }), "features 'g': from must be a source, got undefined (do two files import each other?)")
  rejects(badly({ from: 'payments' }), /from must be a source, got 'payments'/)
  rejects(badly({ entity: 'card' }), /entity is 'card'; write one made by entity\('card', t.string\(\)\)/)
  rejects(badly({ entity: [] }), "features 'g' needs an entity")
  rejects(badly({ entity: airport }), "features 'g': source 'payments' has no column of entity 'airport'")
  rejects(badly({ window: '1h' }), /features 'g' has no option 'window'/)
  rejects(badly({ owner: 5 }), "features 'g': owner is text, got 5")
  rejects(badly({ values: undefined }), "features 'g' needs values: r => ({ … }), got undefined")
  rejects(badly({ place: 'stream' }), /place is 'stream'; write stream, batch\('0 2 \* \* \*'\), hybrid/)
  rejects(() => features('card now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) }), /is no name/)
})

test("keys without the group's entity are rejected", () => {
  rejects(
    () => features('g', { from: flights, entity: airport, place: stream, values: () => ({ n: count('1h') }) }),
    "features 'g': source 'flights' has several columns of entity 'airport'; name one: key: r => r.from",
  )
  rejects(badly({ key: (p: Loose) => p.terminal }), "features 'g' is keyed by card, got 'terminal', which is a terminal")
  rejects(
    badly({ key: (p: Loose) => p.qty }),
    "features 'g' is keyed by card, got 'qty', which is no entity; declare it as entity('card', …)",
  )
  rejects(badly({ key: (p: Loose) => p.qty.plus(1) }), "features 'g' is keyed by a column that holds a card, got int")
  rejects(badly({ key: 'card' }), /key is a function of the row, p => p.card, got 'card'/)
  rejects(badly({ key: (p: Loose) => [p.card, p.card] }), "features 'g': key gives 2 columns for 1 entities")
  rejects(badly({ key: (p: Loose) => p.crad }), "source 'payments' has no column 'crad'; did you mean 'card'?")
})

test('values that are no features are rejected', () => {
  rejects(() => group(() => ({})), "features 'g': values must give at least one feature")
  rejects(() => group(() => null), /values must give at least one feature/)
  rejects(
    () => group(p => ({ f: p.amount })),
    "features 'g': 'f' is no aggregate but decimal(2); end it with .last('1h'), .mean('1h') or the like",
  )
  rejects(() => group(() => ({ f: 5 })), /'f' is no aggregate but 5/)
  rejects(() => group(() => ({ 'f-1': count('1h') })), /feature 'f-1' is no name/)
  rejects(() => group(() => ({ n1h: count('1h'), N1h: count('1h') })), /has 'n1h' and 'N1h', which SQL does not tell apart/)
  rejects(() => group(p => ({ f: p.amuont.mean('1h') })), "source 'payments' has no column 'amuont'; did you mean 'amount'?")
  rejects(() => group(p => ({ f: p.amount.average('1h') })), /features 'g': values: p.amount.average is not a function/)
})

test('a feature that is named twice is rejected, though JavaScript keeps only the last', () => {
  rejects(
    // @ts-expect-error TypeScript finds it too
    // oxlint-disable-next-line no-dupe-keys
    () => group(() => ({ n: count('1h'), n: count('2h') })),
    "features 'g': this count is not returned as a feature; is a name used twice?",
  )
})

test('columns of another source do not mix', () => {
  let other: Loose
  features('o', { from: flights, entity: airport, key: f => ((other = f), f.to), place: stream, values: () => ({ n: count('1h') }) })
  rejects(() => group(() => ({ f: other.at.last('1h') })), "features 'g': 'f' is over source 'flights', not source 'payments'")
  rejects(
    () => group(p => ({ f: p.qty.sum('1h', { where: other.at.gt(0) }) })),
    "features 'g': 'f' is over source 'flights', not source 'payments'",
  )
})

test('before has no meaning at place corrected', () => {
  rejects(
    () => features('g', { from: payments, entity: card, place: corrected, values: () => ({ n: count('1h', { before: true }) }) }),
    /'n' has before, which has no meaning at place corrected yet/,
    'SPILL_UNSUPPORTED',
  )
})
