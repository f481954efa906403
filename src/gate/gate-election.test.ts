/** Gates that start at the same time: one of them goes on, with all partitions. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appendRaw, clusterWith, gateOf } from '../../test/gate/memory-gate.ts'
import type { TransactionCluster } from '../../test/gate/transaction-cluster.ts'
import { changedDriver } from '../../test/kafka/changed-driver.ts'
import { yieldToEventLoop } from '../base/clock.ts'
import { type Random, random } from '../base/random.ts'
import type { KafkaDriver } from '../kafka/port/driver.ts'
import { javaPartition } from '../kafka/java-partition.ts'

const PARTITIONS = 3

/** A driver whose writers take some turns to open. */
function slowDriver(cluster: TransactionCluster, chance: Random): KafkaDriver {
  const driver = cluster.driver()
  return changedDriver(driver, {
    transactions(id) {
      const writer = driver.transactions(id)
      return {
        ...writer,
        async open(previous) {
          for (let turns = Math.floor(chance() * 8); turns > 0; turns--) await yieldToEventLoop()
          return writer.open(previous)
        },
      }
    },
  })
}

test('of gates that start at the same time one goes on with all partitions, and the others end with SPILL_FENCED', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const cluster = clusterWith([], PARTITIONS)
    const chance = random(seed)
    const stop = new AbortController()
    const errors: unknown[] = []
    const gates = Array.from({ length: 2 + (seed % 2) }, () => gateOf(() => slowDriver(cluster, chance), { once: false }))
    const runs = gates.map(gate => gate.run(stop.signal).catch((error: unknown) => void errors.push(error)))
    let last = 0
    const cards = Array.from({ length: 12 }, (_, i) => `c${i}`)
    for (let round = 0; round < 4; round++) {
      for (const card of cards)
        appendRaw(cluster, JSON.stringify({ id: String(++last), card, at: 1 }), javaPartition(Buffer.from(card), PARTITIONS))
      for (let turns = 0; turns < 400; turns++) await yieldToEventLoop()
    }
    const decided = () => [0, 1, 2].reduce((sum, partition) => sum + cluster.committed('checked', partition).length, 0)
    const isOver = () => errors.length >= gates.length - 1 && (errors.length === gates.length || decided() === last)
    while (!isOver()) await yieldToEventLoop()
    stop.abort()
    await Promise.all(runs)
    assert.deepEqual(
      errors.map(error => (error as { readonly code?: unknown }).code),
      gates.slice(1).map(() => 'SPILL_FENCED'),
      `seed ${seed}`,
    )
    assert.equal(decided(), last, `seed ${seed}`)
  }
})
