import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rejections, type FeatureColumn } from '../aggregate/partial/kernel-partial.ts'
import type { FeatureIR } from '../define/ir/ir.ts'
import { rejectIncomplete } from './rejections.ts'

test('a value is rejected if its window reaches events that may be missing, but not before the first run of a schedule', () => {
  const features = [{ window: 10, hop: 1 }, { window: 'lifetime' }] as unknown as readonly FeatureIR[]
  const asOf = Float64Array.of(-Infinity, 105, 150)
  const rejectedAt = (arrival: number) => {
    const column = (): FeatureColumn => ({
      values: new Float64Array(3),
      nulls: new Uint8Array(3),
      rejected: new Uint8Array(3),
      width: 1,
    })
    const out = features.map(column)
    return [rejectIncomplete(features, out, asOf, arrival), ...out.map(({ rejected }) => [...rejected])]
  }
  const { evicted } = rejections
  assert.deepEqual(rejectedAt(100), [true, [0, evicted, 0], [0, evicted, evicted]])
})
