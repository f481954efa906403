import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../base/limits.ts'
import type { Block, ColumnData } from '../columns/block.ts'
import { Strings } from '../columns/strings.ts'
import { batch, count, entity, features, pipeline, source, t } from '../index.ts'
import { NO_PARTITION, KeyPartitioner, partitionCount } from './key-partitioner.ts'

const card = entity('card', t.string())
const shop = entity('shop', t.int())
const sales = source('sales', { schema: { card, shop, at: t.timestamp() }, key: 'card', time: 'at' })
const both = features('both', { from: sales, entity: [card, shop], place: batch(), values: () => ({ n: count('1d') }) })
const one = features('one', { from: sales, entity: shop, place: batch(), values: () => ({ n: count('1d') }) })
const { ir } = pipeline('shops', [both, one])
const [of] = ir.sources

const blockOf = (columns: Record<string, ColumnData>, length: number): Block => ({
  length,
  time: new Float64Array(length),
  arrival: new Float64Array(length),
  sourcePosition: new Float64Array(length),
  columns,
})

test('partitions are a power of two, so many that each reads a bounded number of events', () => {
  const events = limits.BATCH_PARTITION_EVENTS
  assert.deepEqual([0, 1, events].map(partitionCount), [1, 1, 1])
  assert.deepEqual([events + 1, 2 * events, 2 * events + 1, 5 * events].map(partitionCount), [2, 2, 4, 8])
  assert.equal(partitionCount(Infinity), limits.BATCH_PARTITIONS_MAX)
})

test('a key is in one partition, whatever its texts have as ids; keys are spread; what has a NULL in it is in none', () => {
  const keys = Array.from({ length: 4096 }, (_, i) => [`c${i % 512}`, Math.floor(i / 512)] as const)
  const partitionsIn = (strings: Strings) => {
    const ids = Int32Array.from(keys, ([text]) => strings.idOf(text))
    const nulls = Uint8Array.from(keys, (_, i) => Number(i === 5))
    const columns = { card: { values: ids }, shop: { values: Float64Array.from(keys, ([, number]) => number), nulls } }
    return new KeyPartitioner(ir.groups[0], of, 8, strings).partitionsOf(blockOf(columns, keys.length))
  }
  const others = new Strings()
  for (let i = 600; i >= 0; i -= 3) others.idOf(`c${i}`)
  const keyPartitions = partitionsIn(new Strings())
  assert.deepEqual(partitionsIn(others), keyPartitions)
  assert.equal(keyPartitions[5], NO_PARTITION)
  for (let partition = 0; partition < 8; partition++) {
    const share = keyPartitions.filter(one => one === partition).length / keys.length
    assert.ok(share > 0.08 && share < 0.18, `partition ${partition} has ${share} of the keys`)
  }
})

test('the hash of a key is part of the result format', () => {
  const strings = new Strings()
  const values = Int32Array.from(['a', 'b', 'Zürich', ''], text => strings.idOf(text))
  const shops = Float64Array.of(0, 1, -7, 2 ** 40)
  const columns = { card: { values }, shop: { values: shops } }
  const [two, numbers] = ir.groups.map(group => [...new KeyPartitioner(group, of, 1024, strings).partitionsOf(blockOf(columns, 4))])
  assert.deepEqual({ two, numbers }, { two: [993, 377, 755, 320], numbers: [0, 228, 166, 82] })
})
