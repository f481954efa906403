import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KafkaDriver } from '../../kafka/index.ts'
import { GroupOffsets } from './group-offsets.ts'

/** A driver that records the offsets of a group, and rejects them on request. */
class NotingDriver {
  readonly stored: [number, number][][] = []
  isDenied = false

  async commitOffsets(_group: string, _topic: string, offsets: ReadonlyMap<number, number>): Promise<void> {
    if (this.isDenied) throw new Error('GROUP_AUTHORIZATION_FAILED')
    this.stored.push([...offsets].toSorted(([a], [b]) => a - b))
  }

  get driver(): KafkaDriver {
    return this as unknown as KafkaDriver
  }
}

test('the first offset is stored at once, the next ones together with the flush', async () => {
  const group = new GroupOffsets('g', 'rows')
  const noting = new NotingDriver()
  group.commit(0, 5, noting.driver)
  group.commit(0, 6, noting.driver)
  group.commit(1, 3, noting.driver)
  group.commit(0, 7, noting.driver)
  await group.flush(noting.driver)
  assert.deepEqual(noting.stored, [
    [[0, 5]],
    [
      [0, 7],
      [1, 3],
    ],
  ])
  await group.flush(noting.driver)
  assert.equal(noting.stored.length, 2, 'nothing is stored twice')
})

test('offsets that could not be stored are stored later, unless there are newer ones', async () => {
  const group = new GroupOffsets('g', 'rows')
  const noting = new NotingDriver()
  noting.isDenied = true
  group.commit(0, 5, noting.driver)
  group.commit(1, 3, undefined)
  await group.flush(noting.driver)
  group.commit(0, 8, undefined)
  noting.isDenied = false
  await group.flush(noting.driver)
  assert.deepEqual(noting.stored, [
    [
      [0, 8],
      [1, 3],
    ],
  ])
})
