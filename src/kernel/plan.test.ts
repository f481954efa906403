import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../base/limits.ts'
import type { ColumnIR, ExprIR, FeatureIR, GroupIR } from '../define/ir/ir.ts'
import { sourceIR } from '../../test/source-ir.ts'
import { boundOf, planStructures } from './plan.ts'

const columns: ColumnIR[] = [
  { name: 'k', type: 'string', nullable: false },
  { name: 'x', type: 'int', nullable: false, min: -7, max: 5 },
  { name: 'maybe', type: 'int', nullable: true, max: 5 },
  { name: 'least', type: 'int', nullable: false, min: 0 },
  { name: 'd', type: 'double', nullable: false },
]
const source = sourceIR(columns)
const column = (name: string) => ({ op: 'column', name, type: columns.find(c => c.name === name)!.type }) as ExprIR
const x = column('x')
const one: ExprIR = { op: 'literal', value: 1, type: 'int' }
const isOne = (name: string): ExprIR => ({ op: 'eq', left: column(name), right: one, type: 'bool' })
const where: ExprIR = { op: 'literal', value: true, type: 'bool' }

type FeatureOptions = Partial<FeatureIR> & Pick<FeatureIR, 'agg'>

/** Features of each structure, in order. */
function structuresOf(...options: FeatureOptions[]): string[] {
  const features = options.map((feature, i): FeatureIR => ({ name: `${feature.agg}${i}`, window: 100, hop: 1, type: 'int', ...feature }))
  const group: GroupIR = { name: 'g', source: 's', entity: ['e'], key: ['k'], place: { kind: 'stream' }, features }
  return planStructures(group, source).map(({ features: planned }) => planned.map(({ feature }) => feature.name).join(' '))
}

test('features of the same value of the same events share a structure, for every window and every hop above 1', () => {
  assert.deepEqual(
    structuresOf(
      { agg: 'sum', input: x },
      { agg: 'mean', input: x, window: 50 },
      { agg: 'variance', input: x },
      { agg: 'sum', input: x, hop: 10 },
      { agg: 'sum', input: x, hop: 20 },
      { agg: 'sum', input: x, window: 'lifetime' },
    ),
    ['sum0 mean1 variance2', 'sum3 sum4 sum5'],
  )
})

test('features with a different value, condition, before, limit or extreme do not share one', () => {
  for (const [agg, input, other] of [
    ['sum', x, { input: column('least') }],
    ['sum', x, { where }],
    ['sum', x, { before: true }],
    ['sum', x, { maxEvents: 7 }],
    ['min', x, { agg: 'max' }],
  ] as const)
    assert.equal(structuresOf({ agg, input }, { agg, input, ...other }).length, 2, JSON.stringify(other))
})

test('sums over doubles need one structure per hop; last and distinct need one for all', () => {
  const d = column('d')
  assert.deepEqual(
    structuresOf({ agg: 'sum', input: d, hop: 10 }, { agg: 'sum', input: d, hop: 20 }, { agg: 'variance', input: d, hop: 10 }),
    ['sum0', 'sum1', 'variance2'],
  )
  assert.deepEqual(structuresOf({ agg: 'last', input: x }, { agg: 'lastK', k: 3, input: x, hop: 20 }), ['last0 lastK1'])
  assert.deepEqual(structuresOf({ agg: 'row', input: x }, { agg: 'last', input: x }, { agg: 'row', input: x, hop: 20 }), [
    'row0 row2',
    'last1',
  ])
  assert.deepEqual(
    structuresOf(
      { agg: 'quantile', input: d, q: 0.5 },
      { agg: 'quantile', input: d, q: 0.9, window: 50 },
      { agg: 'quantile', input: d, q: 0.5, hop: 10 },
      { agg: 'quantile', input: d, q: 0.5, window: 'lifetime' },
    ),
    ['quantile0 quantile1', 'quantile2 quantile3'],
  )
  assert.deepEqual(
    structuresOf({ agg: 'topK', input: d, k: 2 }, { agg: 'topK', input: d, k: 3, limit: 5 }, { agg: 'quantile', input: d, q: 0.5 }),
    ['topK0 topK1', 'quantile2'],
  )
  const bounds = [0, 3]
  assert.deepEqual(
    structuresOf(
      { agg: 'histogram', input: d, bounds },
      { agg: 'histogram', input: d, bounds, window: 50 },
      { agg: 'histogram', input: d, bounds: [0] },
      { agg: 'sum', input: d },
      { agg: 'count' },
    ),
    ['histogram0 histogram1 count4', 'histogram2', 'sum3'],
  )
  assert.deepEqual(
    structuresOf(
      { agg: 'countDistinct', input: x },
      { agg: 'countDistinct', input: x, hop: 20 },
      { agg: 'countDistinct', input: x, limit: 5 },
      { agg: 'countDistinct', input: x, limit: 4096 },
    ),
    ['countDistinct0 countDistinct1 countDistinct3', 'countDistinct2'],
    'beyond each limit another sketch begins',
  )
})

test('a count joins exact sums over the same events, and no others', () => {
  assert.deepEqual(structuresOf({ agg: 'count' }, { agg: 'sum', input: x }), ['sum1 count0'])
  for (const other of [
    { agg: 'sum', input: column('maybe') },
    { agg: 'sum', input: column('d') },
    { agg: 'sum', input: x, hop: 2 },
    { agg: 'sum', input: x, before: true },
    { agg: 'sum', input: x, where },
    { agg: 'sum', input: x, maxEvents: 3 },
    { agg: 'min', input: x },
    { agg: 'share', input: { op: 'not', of: isOne('maybe'), type: 'bool' } },
    { agg: 'sum', input: { op: 'add', left: x, right: x, type: 'int' } },
  ] as const)
    assert.equal(structuresOf({ agg: 'count' }, other).length, 2, JSON.stringify(other))
  for (const input of [one, isOne('x'), { op: 'isNull', of: column('maybe'), type: 'bool' }] as const)
    assert.deepEqual(structuresOf({ agg: 'count' }, { agg: 'share', input }), ['share1 count0'], 'it is never NULL')
})

test('limits: maxEvents for exact windows, else entries per key; a lifetime is not exact', () => {
  const planned = (feature: FeatureOptions) => {
    const full: FeatureIR = { name: 'f', window: 100, hop: 1, type: 'int', ...feature }
    const [plan] = planStructures(
      { name: 'g', source: 's', entity: ['e'], key: ['k'], place: { kind: 'stream' }, features: [full] },
      source,
    )
    return [plan.exact, plan.maxEntries, plan.features[0].span]
  }
  assert.deepEqual(planned({ agg: 'count' }), [true, limits.EXACT_EVENTS_PER_KEY, 100])
  assert.deepEqual(planned({ agg: 'count', maxEvents: 5 }), [true, 5, 100])
  assert.deepEqual(planned({ agg: 'count', hop: 2 }), [false, limits.ENTRIES_PER_KEY_MAX, 100])
  assert.deepEqual(planned({ agg: 'count', window: 'lifetime' }), [false, limits.ENTRIES_PER_KEY_MAX, Infinity])
})

test('the bound of an input is its largest magnitude, known only from both sides', () => {
  const cases: [ExprIR | undefined, number][] = [
    [undefined, 0],
    [where, 1],
    [{ op: 'literal', value: -9, type: 'int' }, 9],
    [x, 7],
    [column('maybe'), limits.EXACT_MAX],
    [column('least'), limits.EXACT_MAX],
    [column('d'), limits.EXACT_MAX],
    [{ op: 'column', name: 'unknown', type: 'int' }, limits.EXACT_MAX],
  ]
  for (const [expr, bound] of cases) assert.equal(boundOf(expr, source), bound, JSON.stringify(expr))
})
