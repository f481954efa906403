import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { busyShop } from '../../../test/serve/busy-shop.ts'
import { closeDataFolder, openDataFolder } from '../../log/sqlite/data-folder.ts'
import { RECONCILIATIONS, putsOfResult, type FinishedReconciliation } from '../../reconcile/reconciliation-ledger.ts'
import type { ReconcileReport } from '../../reconcile/reconcile-report.ts'
import { type ScheduledJobs, type ScheduledJobsRequest, startScheduledJobs } from './scheduled-jobs.ts'

const reasons = { recorded: { unexplained: 3 }, corrected: { unexplained: 3 } }
const sums = { values: 9, reasons }
const last: FinishedReconciliation = {
  number: 7,
  began: 1000,
  ended: 2000,
  state: 'done',
  done: { ...sums, seconds: 1, decisions: 3, upTo: {}, unexplained: 3, sound: false, totals: { ...sums, unexplained: 3 } },
}

test('unexplained values of an earlier process are in the status line of a run that reconciles', async t => {
  const data = scratchFolder('status-unexplained')
  const folder = await openDataFolder(data)
  const started: ScheduledJobs[] = []
  t.after(async () => {
    for (const jobs of started) await jobs.stop()
    await closeDataFolder(folder)
  })
  await folder.store.commit({ put: [[`${RECONCILIATIONS}0000000007`, JSON.stringify(last)], ...putsOfResult(last, {} as ReconcileReport)] })
  const start = (reconcile?: ScheduledJobsRequest['reconcile']): ScheduledJobs => {
    const jobs = startScheduledJobs(busyShop, folder, { reconcile, backup: undefined, data, once: false }, line => assert.fail(line))
    started.push(jobs)
    return jobs
  }
  assert.equal(start({ kind: 'interval', every: 86_400_000, phase: 0 }).text, '; 3 values UNEXPLAINED by reconciliation 7')
  const requested = start()
  assert.equal(requested.text, '')
  assert.equal((await requested.reconcile()).done?.values, 0)
  assert.equal(requested.text, '; 3 values UNEXPLAINED by reconciliation 7')
})
