/** Worker threads with a copy of a history. They read it and build its prefix sums before the first request. */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { limits } from '../../../base/index.ts'
import type { ReplayLog } from '../../../replay/index.ts'
import type { AgeTraces } from '../timeline/age-traces.ts'
import type { DecidingModel } from '../timeline/timeline.ts'
import type { PlanThreadData } from './plans-thread.ts'
import { sentLog } from './shared-log.ts'

const file = new URL(`./plans-thread${extname(import.meta.url)}`, import.meta.url)

export interface ThreadHistory extends DecidingModel {
  readonly log: ReplayLog
  readonly traces?: AgeTraces | undefined
}

export class PlanThreads {
  readonly workers: readonly Worker[]

  constructor({ ir, model, log, traces = new Map() }: ThreadHistory, count: number) {
    const workerData: PlanThreadData = {
      ir,
      model,
      traces,
      log: sentLog(ir, model, log),
      columnBytes: limits.AUDIT_COLUMN_BYTES / 2 / count,
    }
    this.workers = Array.from({ length: count }, () => new Worker(file, { workerData }))
    for (const worker of this.workers) {
      // The main thread then computes the plan that the thread had started.
      worker.on('error', () => {})
      worker.unref()
    }
  }

  end(): void {
    for (const worker of this.workers) void worker.terminate()
  }
}
