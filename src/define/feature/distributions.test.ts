/** Aggregates of a distribution: quantile, histogram, topK and countDistinct, from the call to the IR. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rejects } from '../../../test/rejects.ts'
import type { Aggregate } from '../expression/aggregating.ts'
import { entity } from '../source/entity.ts'
import { features } from './features.ts'
import type { FeatureIR } from '../ir/ir.ts'
import { stream } from './placement.ts'
import { source } from '../source/source.ts'
import { t } from '../source/t.ts'

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { card, amount: t.decimal(2), qty: t.int(), kind: t.enum(['chip', 'web']), stay: t.duration(), at: t.timestamp() },
  key: 'card',
  time: 'at',
})

/** Columns without their types, so that mistakes compile. */
// oxlint-disable-next-line typescript/no-explicit-any
type Loose = any
const group = (values: (p: Loose) => unknown) =>
  features('g', { from: payments, entity: card, place: stream, values: values as (p: unknown) => Record<string, Aggregate> })
const feature = (make: (p: Loose) => unknown): FeatureIR => group(p => ({ f: make(p) })).ir.features[0]

test('bounds, quantiles, counts and limits reach the IR', () => {
  const top = feature(p => p.kind.topK(5, '1d', { limit: 10 }))
  assert.deepEqual([top.k, top.limit, feature(p => p.kind.topK(1, '1d')).limit], [5, 10, 4096])
  assert.deepEqual(
    [0, 0.95, 1].map(q => feature(p => p.amount.quantile('1d', q)).q),
    [0, 0.95, 1],
  )
  assert.deepEqual(feature(p => p.amount.histogram('1d', { bounds: [-1, 0.5, 10.25] })).bounds, [-100, 50, 1025])
  assert.deepEqual(feature(p => p.stay.histogram('1d', { bounds: [0, '5m'] })).bounds, [0, 300_000])
})

test('wrong bounds, quantiles, counts and limits are rejected', () => {
  for (const q of [undefined, '0.5', -0.1, 1.1, 95, NaN])
    rejects(() => group(p => ({ f: p.qty.quantile('1d', q) })), /'quantile' needs q: a number from 0 to 1, 0.5 for the median, got /)
  const needsBounds = /'histogram' needs bounds, 1 to 128 values at which buckets end: \{ bounds: \[10, 100\] \}, got /
  for (const options of [{}, { bounds: 5 }, { bounds: [] }, { bounds: Array.from({ length: 129 }, (_, i) => i) }])
    rejects(() => group(p => ({ f: p.qty.histogram('1d', options) })), needsBounds)
  rejects(() => group(p => ({ f: p.qty.histogram('1d', { bounds: [1, 5, 5] }) })), "'histogram' bounds are ascending; 5 stands behind 5")
  rejects(() => group(p => ({ f: p.qty.histogram('1d', { bounds: [1, 0.5] }) })), /'bounds of histogram': 0.5 is not exact as int/)
  rejects(() => group(p => ({ f: p.qty.histogram('1d', { bounds: ['a'] }) })), "'bounds of histogram' needs a finite number, got 'a'")
  rejects(() => group(p => ({ f: p.qty.sum('1d', { bounds: [1] }) })), /'sum' has no option 'bounds'/)
  rejects(() => group(p => ({ f: p.qty.topK(1025, '1h') })), "'topK' k: write a whole number from 1 to 1024, got 1025")
  rejects(() => group(p => ({ f: p.qty.topK(2, '1h', { limit: 0 }) })), /'topK' limit: write a whole number from 1 to 4096, got 0/)
})
