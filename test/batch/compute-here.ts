import { Strings } from '../../src/columns/strings.ts'
import { computeFrom } from '../../src/batch/compute.ts'
import { logOf, planOf } from '../../src/batch/events.ts'
import type { Compute } from '../../src/batch/job.ts'
import type { StoredLog } from '../../src/log/store.ts'

/** Batch runs in the same thread, over a store that no other thread can read; into so many partitions, where their log does not say more. */
export const computeHere =
  (store: StoredLog, least?: number): Compute =>
  async (given, taker, signal) => {
    const job = { ...(least !== undefined && { partitions: least }), ...given }
    const plan = planOf(logOf(store, job, new Strings()), job)
    const made = taker.begin(plan.partitions)
    for (let partition = 0; partition < plan.partitions; partition++) {
      if (made.has(partition)) continue
      const computing = computeFrom(store, job, plan, partition)
      for (let next = computing.next(); ; next = computing.next()) {
        if (next.done) {
          await taker.end(next.value)
          break
        }
        await taker.take(partition, next.value)
        signal.throwIfAborted()
      }
    }
    return { partitions: plan.partitions, memory: 0 }
  }
