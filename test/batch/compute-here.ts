import { compute } from '../../src/batch/compute.ts'
import type { Compute } from '../../src/batch/job.ts'
import type { StoredLog } from '../../src/log/store.ts'

/** Batch runs in the same thread, over a store that no other thread can read. */
export const computeHere =
  (store: StoredLog): Compute =>
  async (job, take) => {
    const parts = compute(store, job)
    for (;;) {
      const next = parts.next()
      if (next.done) return next.value
      await take(next.value)
    }
  }
