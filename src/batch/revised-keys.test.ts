import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore } from '../../test/crash/model-store.ts'
import { Strings } from '../columns/strings.ts'
import { batch, count, entity, features, pipeline, source, t } from '../index.ts'
import { recordBatchOf } from '../intake/record-batch.ts'
import { featureColumns } from '../kernel/block-reads.ts'
import { Run } from '../run/loop/run.ts'
import { computeParts } from './compute.ts'
import { totalsOf } from './ledger.ts'
import { readBatchValues } from './batch-values.ts'

const card = entity('card', t.string())
const shop = entity('shop', t.int())
const sales = source('sales', {
  schema: { card, shop, ref: t.int(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  identity: ['ref'],
  revisable: '1d',
})
const shops = features('shops', { from: sales, entity: shop, place: batch(), values: () => ({ n: count('lifetime') }) })
const defined = pipeline('shops', [shops])
const { ir } = defined
const now = Date.parse('2026-01-01T00:00Z')
const SALES = 20

test('a revision that moves an event to another key takes it from the first, into however many parts a run is to be made', async () => {
  const store = new ModelStore(undefined, true)
  const run = new Run(defined, { store, clock: () => now })
  for (let i = 0; i < 2 * SALES; i++) await run.submit('sales', recordBatchOf([{ card: 'c', shop: i, ref: i % SALES, at: now }]))
  for (const partitions of [1, 2, 8]) {
    const [group] = ir.groups
    const [of] = ir.sources
    const making = computeParts(store, { group, source: of, sources: ir.sources, asOf: now, cut: run.end, partitions })
    const stretches: Uint8Array[] = []
    let next = making.next()
    for (; !next.done; next = making.next()) stretches.push(next.value.bytes)
    const { known, keys } = totalsOf(next.value)
    const out = featureColumns(group, 2 * SALES, false)
    const keyColumn = { values: Float64Array.from({ length: 2 * SALES }, (_, i) => i) }
    readBatchValues(stretches, group, of, new Strings(), { run: 1, asOf: now, visibleCount: known, keys }).copyInto(
      out,
      [keyColumn],
      2 * SALES,
    )
    assert.deepEqual(
      [...out[0].values],
      Array.from({ length: 2 * SALES }, (_, i) => (i < SALES ? 0 : 1)),
    )
  }
  await run.stop()
})
