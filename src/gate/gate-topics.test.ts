/** The topics of a gate: what they take, what others write to them, and what retention deletes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appendRaw, clusterWith } from '../../test/gate/memory-gate.ts'
import { checkedPayments, neverAborted, partitionGateOf, startMs, writtenTo } from '../../test/gate/partition-gates.ts'
import type { TransactionCluster } from '../../test/gate/transaction-cluster.ts'
import type { KafkaError } from '../kafka/port/driver.ts'
import { RAW_OFFSET } from './gate-records.ts'
import { PartitionMemory } from './gate-writes.ts'

/** Begins a gate anew while its topics do not take what it writes. Returns how often it began. */
async function untilTaken(cluster: TransactionCluster, memory = new PartitionMemory()): Promise<number> {
  for (let begins = 1; ; begins++)
    try {
      await partitionGateOf(cluster.driver(), true, undefined, memory).run(neverAborted)
      return begins
    } catch (error) {
      assert.equal((error as KafkaError).kind, 'unavailable')
    }
}

test('of topics that take less at once a gate writes less; a record whose outcome they do not take is rejected, and the next ones decided', async () => {
  const cluster = clusterWith([], 1)
  const large = JSON.stringify({ id: 'y'.repeat(1000), card: 'x'.repeat(1000), amount: 1, at: 7 })
  cluster.bytesMax = 2000
  for (let i = 0; i < 40; i++) appendRaw(cluster, `{"id":"${i}","card":"x","amount":1,"at":7}`)
  appendRaw(cluster, 'n'.repeat(20_000))
  appendRaw(cluster, '{"id":"last","card":"x","amount":1,"at":7}')
  appendRaw(cluster, large)
  assert.ok((await untilTaken(cluster)) > 1)
  assert.equal(writtenTo(cluster, 'checked').length, 41)
  const rejected = cluster.committed('rejected', 0).map(({ record: { headers, value } }) => {
    return [headers[RAW_OFFSET], headers['__connect.errors.exception.message'].split(' (')[0], value.length] as const
  })
  assert.deepEqual(rejected, [
    ['40', 'its rejection would be larger than a topic takes', 1024],
    ['42', 'its events would be larger than a topic takes', 1024],
  ])
})

test('an event that was in a record that was too large is accepted once it comes by itself', async () => {
  const cluster = clusterWith([], 1)
  const fields = { id: 'y'.repeat(1000), amount: 1, at: 7 }
  cluster.bytesMax = 2000
  appendRaw(cluster, JSON.stringify({ ...fields, card: 'x'.repeat(1000) }))
  appendRaw(cluster, '{"id":"b","card":"x","amount":1,"at":7}')
  const memory = new PartitionMemory()
  assert.ok((await untilTaken(cluster, memory)) > 1)
  assert.equal(cluster.committed('rejected', 0).length, 1)
  // Another topic takes it now; it is no duplicate of what was rejected.
  cluster.bytesMax = Infinity
  appendRaw(cluster, JSON.stringify({ ...fields, card: 'x'.repeat(1000) }))
  await partitionGateOf(cluster.driver(), true, undefined, memory).run(neverAborted)
  assert.equal(writtenTo(cluster, 'checked').length, 2)
})

test('a gate does not go on behind what another gate has rejected', async () => {
  const cluster = clusterWith([], 1)
  appendRaw(cluster, 'no JSON')
  await partitionGateOf(cluster.driver(), true).run(neverAborted)
  const [{ record }] = cluster.committed('rejected', 0)
  assert.equal(record.headers['spillway-checked'], 'checked')
  cluster.append({ ...record, headers: { ...record.headers, 'spillway-checked': 'other' } })
  await assert.rejects(partitionGateOf(cluster.driver(), true).run(neverAborted), {
    code: 'SPILL_INPUT',
    message:
      /^kafka:rejected#0 offset 2 was rejected by the gate that writes topic 'other'\. A gate finds in its topics how far it has come, so each has its own: --rejected rejected\.v2$/,
  })
})

test('a gate whose records retention has deleted does not decide the raw records again', async () => {
  const cluster = clusterWith([], 1)
  appendRaw(cluster, '{"id":"a","card":"x","amount":1,"at":7}')
  await partitionGateOf(cluster.driver(), true).run(neverAborted)
  cluster.deleteAll('checked')
  await assert.rejects(partitionGateOf(cluster.driver(), true).run(neverAborted), {
    code: 'SPILL_INPUT',
    message:
      /^kafka:checked#0 offset 2 has no record any more, and group gate has no offset, so how far the gate has come is not known: set the group's offset in raw /,
  })
  const memory = new PartitionMemory()
  memory.decided = 1
  await partitionGateOf(cluster.driver(), true, undefined, memory).run(neverAborted)
  assert.deepEqual(writtenTo(cluster, 'checked'), [], 'its process knows')
  cluster.groupOffsets.set('gate 0', 1)
  await partitionGateOf(cluster.driver(), true).run(neverAborted)
  assert.deepEqual(writtenTo(cluster, 'checked'), [])
})

test('a gate with a longer dedupe than before takes what it accepted twice under the shorter', async () => {
  const cluster = clusterWith([], 1)
  const id = '{"id":"a","card":"x","amount":1,"at":7}'
  appendRaw(cluster, id)
  await partitionGateOf(cluster.driver(), true).run(neverAborted)
  appendRaw(cluster, id)
  await partitionGateOf(cluster.driver(), true, () => startMs + 1 + checkedPayments.dedupe).run(neverAborted)
  assert.equal(writtenTo(cluster, 'checked').length, 2)
  appendRaw(cluster, id)
  const longer = { ...checkedPayments, dedupe: 3 * checkedPayments.dedupe }
  await partitionGateOf(cluster.driver(), true, () => startMs + 2 * checkedPayments.dedupe, new PartitionMemory(), longer).run(neverAborted)
  assert.equal(writtenTo(cluster, 'checked').length, 2, 'a duplicate')
})
