import assert from 'node:assert/strict'
import { test } from 'node:test'
import { murmur2 } from '@platformatic/kafka'
import * as fc from 'fast-check'
import { javaPartition } from './java-partition.ts'

test('the partition of a key is that of the client, whose partitioner agrees with Java', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 100 }), (bytes, partitions) => {
      const key = Buffer.from(bytes)
      assert.equal(javaPartition(key, partitions), (murmur2(key) & 0x7fffffff) % partitions)
    }),
    { numRuns: 2000 },
  )
})
