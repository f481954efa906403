/** Lag and open transactions of a gate's topics, as samples find them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appendRaw, clusterWith, topics } from '../../test/gate/memory-gate.ts'
import { TopicEnds } from './topic-ends.ts'

test('the lag is what is behind the next offset in the raw topic', async () => {
  const ends = new TopicEnds(Object.values(topics), () => 0)
  const cluster = clusterWith(['a', 'b', 'c'])
  assert.equal(ends.lagOf(0, 1), undefined)
  await ends.sample(cluster.driver(), [0, 1])
  assert.deepEqual([ends.lagOf(0, 1), ends.lagOf(0, 3), ends.lagOf(1, 0), ends.lagOf(0, 4)], [2, 0, 0, 0])
  appendRaw(cluster, 'd')
  await ends.sample(cluster.driver(), [0, 1])
  assert.equal(ends.lagOf(0, 3), 1)
})

test('an open transaction has the age since the first sample that found it', async () => {
  let now = 1000
  const ends = new TopicEnds(Object.values(topics), () => now)
  const cluster = clusterWith([])
  const ages = async () => {
    await ends.sample(cluster.driver(), [0, 1])
    return Object.fromEntries(ends.openTransactions())
  }
  assert.deepEqual(await ages(), { raw: 0, checked: 0, rejected: 0 })
  const record = { topic: 'checked', partition: 1, key: 'c', value: '{}', headers: {}, timestamp: 0 }
  const epoch = cluster.init('a')
  cluster.add('a', epoch, [record])
  assert.deepEqual(await ages(), { raw: 0, checked: 0, rejected: 0 })
  now += 7000
  assert.deepEqual(await ages(), { raw: 0, checked: 7000, rejected: 0 })
  now += 1000
  assert.deepEqual(await ages(), { raw: 0, checked: 8000, rejected: 0 })
  // Its successor ends it.
  cluster.init('a')
  assert.deepEqual(await ages(), { raw: 0, checked: 0, rejected: 0 })
  // Another transaction begins at another offset.
  const next = cluster.init('a')
  cluster.add('a', next, [record])
  await ages()
  now += 500
  assert.deepEqual(await ages(), { raw: 0, checked: 500, rejected: 0 })
})
