import { Strings } from '../../src/columns/strings.ts'
import { computeFromLog } from '../../src/batch/compute.ts'
import { batchPlan } from '../../src/batch/batch-input.ts'
import type { ComputeRun } from '../../src/batch/job.ts'
import type { StoredLog } from '../../src/log/store.ts'

/** Batch runs in the same thread, over a store that no other thread can read; with this many partitions unless the log says more. */
export const computeHere =
  (store: StoredLog, least?: number): ComputeRun =>
  async (input, taker, signal) => {
    const job = { ...(least !== undefined && { partitions: least }), ...input }
    const plan = batchPlan(store, job, new Strings())
    const finished = taker.begin(plan.partitions)
    for (let partition = 0; partition < plan.partitions; partition++) {
      if (finished.has(partition)) continue
      const computing = computeFromLog(store, job, plan, partition)
      for (let next = computing.next(); ; next = computing.next()) {
        if (next.done) {
          await taker.endPart(next.value)
          break
        }
        await taker.write(partition, next.value.bytes)
        signal.throwIfAborted()
      }
    }
    return { partitions: plan.partitions, memory: 0 }
  }
