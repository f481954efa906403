/** Tests the declared properties of each aggregate, for every type that it takes, against a table written by hand. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aggregateNames, type AggregateName, type ColumnType, type ExprIR, type FeatureIR, type TypeIR } from '../define/ir/ir.ts'
import { signatures } from '../define/ir/signatures.ts'
import type { Exactness } from './partial/aggregate-function.ts'
import { rejections, type KernelPartial } from './partial/kernel-partial.ts'
import { decimalUnit, timeUnit } from './final-value.ts'
import { aggregateOf } from './aggregate-of.ts'
import { roundedProduct, type SqlWindow } from './partial/aggregate-sql.ts'

type Properties = readonly [Exactness, KernelPartial['kind']]

const exactSums: Properties = ['exact', 'sums']
const inexactFold: Properties = ['inexact', 'folds']
const ends: Properties = ['exact', 'ends']
const roundedEnds: Properties = ['inexact', 'ends']

/** Over exact types; the second value is over doubles, if it differs. */
const table: Readonly<Record<AggregateName, readonly [Properties, Properties?]>> = {
  count: [exactSums],
  sum: [exactSums, inexactFold],
  mean: [exactSums, inexactFold],
  min: [['exact', 'extremes']],
  max: [['exact', 'extremes']],
  variance: [exactSums, inexactFold],
  stddev: [exactSums, inexactFold],
  first: [ends],
  last: [['exact', 'recent']],
  lastK: [['exact', 'recent']],
  change: [ends, roundedEnds],
  rate: [ends, roundedEnds],
  slope: [exactSums, inexactFold],
  share: [exactSums],
  timeSinceLast: [['exact', 'recent']],
  countDistinct: [['exact', 'distinct']],
  decayedSum: [inexactFold],
  histogram: [exactSums],
  quantile: [['exact', 'tallies']],
  topK: [['exact', 'tallies']],
  row: [['exact', 'recent']],
}

const typeOf = (type: ColumnType): TypeIR => (type === 'decimal' ? { type, scale: 2 } : { type })

function inputsOf(agg: AggregateName): (TypeIR | undefined)[] {
  const { takes, optional } = signatures[agg]
  return takes === 'none' ? [undefined] : [...takes.map(typeOf), ...(optional ? [undefined] : [])]
}

function featureOf(agg: AggregateName, input: TypeIR | undefined, options: Partial<FeatureIR> = {}): FeatureIR {
  const expr = input && ({ op: 'column', name: 'x', ...input } as ExprIR)
  return { name: 'f', agg, window: 10, hop: 1, type: 'double', ...(expr && { input: expr }), ...options }
}

test('exactness and kernel partial agree with the table', () => {
  for (const agg of aggregateNames)
    for (const input of inputsOf(agg)) {
      const aggregate = aggregateOf(featureOf(agg, input, { k: 3, q: 0.5, halfLife: 7, bounds: [1] }))
      const [exact, double = exact] = table[agg]
      const properties = [aggregate.exactness, aggregate.kernelPartial.kind]
      assert.deepEqual(properties, input?.type === 'double' ? double : exact, `${agg} of ${input?.type}`)
    }
})

test('the contents of a kernel partial', () => {
  const partialOf = (agg: AggregateName, type: ColumnType, options = {}) => {
    const { kernelPartial } = aggregateOf(featureOf(agg, typeOf(type), options))
    return kernelPartial.kind === 'folds' ? kernelPartial.fold.name : kernelPartial
  }
  for (const agg of ['sum', 'mean', 'share'] as const) assert.deepEqual(partialOf(agg, 'int'), { kind: 'sums', terms: ['x'] })
  for (const agg of ['variance', 'stddev'] as const) assert.deepEqual(partialOf(agg, 'decimal'), { kind: 'sums', terms: ['x', 'xx'] })
  assert.deepEqual(partialOf('slope', 'duration'), { kind: 'sums', terms: ['x', 'trend'] })
  assert.deepEqual(partialOf('count', 'int'), { kind: 'sums', terms: [] })
  const foldNames = (['sum', 'mean', 'variance', 'stddev', 'slope'] as const).map(agg => partialOf(agg, 'double'))
  assert.deepEqual(foldNames, ['sum', 'sum', 'spread', 'spread', 'trend'])
  assert.equal(partialOf('decayedSum', 'int', { halfLife: 7 }), 'decay 7')
  assert.deepEqual(partialOf('histogram', 'double', { bounds: [1, 2] }), { kind: 'sums', terms: [], bounds: [1, 2] })
  assert.deepEqual(partialOf('min', 'string'), { kind: 'extremes', sign: 1 })
  assert.deepEqual(partialOf('max', 'string'), { kind: 'extremes', sign: -1 })
  for (const agg of ['last', 'timeSinceLast'] as const) assert.deepEqual(partialOf(agg, 'bool', { k: 7 }), { kind: 'recent', k: 1 })
  assert.deepEqual(partialOf('lastK', 'bool', { k: 7 }), { kind: 'recent', k: 7 })
  assert.deepEqual(partialOf('row', 'bool', { k: 7 }), { kind: 'recent', k: 1, nulls: true })
  assert.deepEqual(partialOf('countDistinct', 'int'), { kind: 'distinct', limit: 4096 })
  assert.deepEqual(partialOf('countDistinct', 'int', { limit: 9 }), { kind: 'distinct', limit: 9 })
})

test('units: 10^scale of a decimal alone, and a minute unless told', () => {
  assert.deepEqual(
    [{ type: 'decimal', scale: 15 } as const, { type: 'decimal' } as const, { type: 'int', scale: 3 } as const, undefined].map(decimalUnit),
    [1e15, 1, 1, 1],
  )
  assert.equal(timeUnit(featureOf('rate', { type: 'int' })), 60_000)
  assert.equal(timeUnit(featureOf('rate', { type: 'int' }, { per: 1 })), 1)
})

test('each rejection has its own code, and none is 0', () => {
  assert.equal(new Set([0, ...Object.values(rejections)]).size, 4)
})

/** A window that returns the names of its calls. */
const window: SqlWindow = {
  input: 'x',
  time: 'time',
  asOf: 'clock',
  count: () => 'n',
  countWhere: condition => `countWhere(${condition})`,
  countDistinct: value => `distinct(${value})`,
  estimateDistinct: value => `estimated(${value})`,
  sum: exact => `sum(${exact})`,
  sumOfDoubles: double => `sumOfDoubles(${double})`,
  min: value => `min(${value})`,
  max: value => `max(${value})`,
  first: value => `first(${value})`,
  last: value => `last(${value})`,
  lastOrNull: value => `latest(${value})`,
  lastK: (value, k) => `newest(${value}, ${k})`,
  spread: () => 'spread',
  trend: () => ({ covariation: 'covariation', spread: 'spread' }),
  toExact: integer => `exact(${integer})`,
  toDouble: integer => `double(${integer})`,
  roundToDouble: exact => `fl(${exact})`,
  doubleLiteral: String,
  itemOfRank: (value, rank) => `ranked(${value}, ${rank})`,
  mostFrequent: (value, k) => `mostFrequent(${value}, ${k})`,
  quantileBucket: double => `8 digits(${double})`,
  array: values => `[${values.join(', ')}]`,
  powerOf2: double => `2^(${double})`,
  delivered: physical => `delivered(${physical})`,
}

const sqlOf = (agg: AggregateName, type: ColumnType) => aggregateOf(featureOf(agg, typeOf(type), { k: 3 })).valueSql(window)

test('in SQL an exact value is rounded once and one of doubles never', () => {
  for (const agg of ['sum', 'mean', 'variance', 'stddev', 'change', 'rate', 'slope'] as const) {
    for (const type of ['int', 'decimal', 'duration'] as const) assert.match(sqlOf(agg, type).value, /fl\(/, `${agg} of ${type}`)
    const { value, exact, rejected } = sqlOf(agg, 'double')
    assert.doesNotMatch(value, /fl\(|exact/, agg)
    assert.deepEqual([exact, rejected], [undefined, undefined], agg)
  }
})

test('in SQL a sum of integers adds exact values, which an engine does not wrap', () => {
  const sumsIn = (agg: AggregateName, type: ColumnType) => sqlOf(agg, type).value.match(/sum(?:OfDoubles)?\([^)]*\)?\)/g)
  for (const agg of ['sum', 'mean'] as const)
    for (const type of ['int', 'decimal', 'duration'] as const) assert.deepEqual(sumsIn(agg, type), ['sum(exact(x))'], `${agg} of ${type}`)
  for (const agg of ['variance', 'stddev'] as const)
    for (const sum of sumsIn(agg, 'int') ?? assert.fail(agg)) assert.match(sum, /^sum\(exact\(x\)/, agg)
  for (const agg of ['sum', 'mean'] as const) assert.deepEqual(sumsIn(agg, 'double'), ['sumOfDoubles(x)'], agg)
})

test('in SQL a decimal is divided by 10^s, its variance by 10^2s', () => {
  const divisor = (agg: AggregateName, type: ColumnType) => sqlOf(agg, type).value.match(/ \/ (\d+)(?: END)?$/)?.[1]
  for (const agg of ['sum', 'mean', 'stddev', 'change', 'rate', 'slope'] as const)
    assert.deepEqual([divisor(agg, 'decimal'), divisor(agg, 'int')], ['100', '1'], agg)
  assert.deepEqual([divisor('variance', 'decimal'), divisor('variance', 'int')], ['10000', '1'])
})

test('in SQL values beyond exact arithmetic are rejected', () => {
  const whenOf = (agg: AggregateName) => sqlOf(agg, 'int').rejected
  for (const agg of ['sum', 'mean'] as const) assert.deepEqual(whenOf(agg), { when: `n > ${2 ** 26}`, code: 'SPILL_RANGE' })
  for (const agg of ['variance', 'stddev', 'slope'] as const)
    assert.deepEqual(whenOf(agg), { when: `n > ${2 ** 22} OR max(abs(x)) > ${2 ** 40}`, code: 'SPILL_RANGE' })
  assert.deepEqual(whenOf('topK'), { when: 'distinct(x) > 4096', code: 'SPILL_LIMIT' })
  assert.equal(whenOf('countDistinct'), undefined)
})

test('in SQL more distinct values than the limit are estimated, as at least limit + 1', () => {
  const estimated = 'greatest(4097, floor(estimated(x) + 0.5))'
  assert.deepEqual(sqlOf('countDistinct', 'int'), { value: `CASE WHEN distinct(x) > 4096 THEN ${estimated} ELSE double(distinct(x)) END` })
})

test('in SQL a factor keeps its powers of two until after the rounding', () => {
  const products = [60_000, 1, 8, 7].map(factor => roundedProduct('e', factor, window))
  assert.deepEqual(products, ['fl((e * 1875)) * 32', 'fl((e * 1)) * 1', 'fl((e * 1)) * 8', 'fl((e * 7)) * 1'])
})

test('in SQL a bucket counts values above the previous bound and up to its own', () => {
  const feature = { ...featureOf('histogram', { type: 'int' }), bounds: [-5, 7] }
  const counts = ['countWhere(x <= -5)', 'countWhere(x > -5 AND x <= 7)', 'countWhere(x > 7)'].map(count => `double(${count})`)
  assert.deepEqual(aggregateOf(feature).valueSql(window), { value: `[${counts.join(', ')}]` })
})

test('in SQL a quantile is a value of the window, by rank, rounded and then delivered', () => {
  const feature = { ...featureOf('quantile', typeOf('decimal')), q: 0.95 }
  const rank = 'greatest(1, ceil(0.95 * double(n)))'
  assert.deepEqual(aggregateOf(feature).valueSql(window), { value: `8 digits(double(ranked(x, ${rank}))) / 100` })
})
