/** A run whose batch runs, reports, trainings and reconciliations end only when they are cancelled, for tests. */
import { pause } from '../../src/base/clock.ts'
import type { PipelineIR } from '../../src/define/ir/ir.ts'
import { batch, count, entity, every, features, labelFrom, model, on, pipeline, report, source, t } from '../../src/index.ts'
import { recordBatchOf } from '../../src/intake/record-batch.ts'
import { ReconcileScheduler } from '../../src/reconcile/reconcile-scheduler.ts'
import { LiveRun } from '../../src/run/loop/live-run.ts'
import { ModelStore } from '../crash/model-store.ts'
import { scratchFolder } from '../scratch.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const backs = source('backs', { schema: { payment: t.string(), fraud: t.bool(), at: t.timestamp() }, key: 'payment', time: 'at' })
const usual = features('usual', { from: payments, entity: card, place: batch(), values: () => ({ n: count('30d') }) })
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ n: usual.of(p.card).n }),
  label: labelFrom(backs, { join: 'payment', value: b => b.fraud, negativeAfter: '2d' }),
  train: { algorithm: 'logistic' },
})
const list = report('list', { of: { usual }, at: every('1d', { phase: '1ms' }), live: '1d' })
const shop = pipeline('shop', [fraud, list])

const HOUR = 3_600_000

/** Rejects when the signal is aborted. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(new Error('aborted'))
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })
  return promise
}

export interface EndlessJobs {
  readonly data: string
  readonly running: LiveRun
  readonly pipeline: { readonly ir: PipelineIR; readonly fingerprint: string }
  readonly reconciling: ReconcileScheduler
  /** Resolves once as many jobs have begun. */
  readonly begun: (count: number) => Promise<void>
}

/** Opens the run with one event. No job runs or is due but the reconciliation, which its tick begins. */
export async function endlessJobs(name: string): Promise<EndlessJobs> {
  const data = scratchFolder(name)
  const jobs = { begun: 0 }
  const endless = (signal: AbortSignal): Promise<never> => {
    jobs.begun++
    return untilAborted(signal)
  }
  const now = Date.parse('2026-01-01T00:00Z') + 12 * HOUR
  const running = await LiveRun.open(shop, data, {
    clock: () => now,
    compute: (_job, _sink, signal) => endless(signal),
    train: (_job, signal) => endless(signal),
    reporting: { make: (_job, _path, signal) => endless(signal), folder: data },
  })
  await running.run.submit('payments', recordBatchOf([{ id: '1', card: 'c', at: now }]))
  const hasBegun = async (count: number): Promise<void> => {
    while (jobs.begun < count) await pause(1)
  }
  // Of the last scheduled time.
  await hasBegun(1)
  await running.run.cancelJob('batch-run', 'usual')
  jobs.begun = 0
  let reconcileTime = now
  const reconciling = new ReconcileScheduler({
    pipeline: shop,
    store: new ModelStore(undefined, true),
    schedule: { kind: 'interval', every: HOUR, phase: 0 },
    clock: () => (reconcileTime += HOUR),
    compute: (_job, signal) => endless(signal),
    onReport: () => {},
  })
  return {
    data,
    running,
    pipeline: shop,
    reconciling,
    begun: hasBegun,
  }
}
