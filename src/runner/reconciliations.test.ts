import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { busyShop } from '../../test/serve/busy-shop.ts'
import { numberInName } from '../jobs/job-ledger.ts'
import { closeDataFolder, openDataFolder } from '../log/sqlite/data-folder.ts'
import { RECONCILIATIONS, reconciliationsIn, type ReconciliationRecord } from '../reconcile/reconciliation-ledger.ts'
import { startReconciliations } from './reconciliations.ts'

test('a reconciliation that a killed process left running is broken off after the start, without a schedule', async t => {
  const folder = await openDataFolder(scratchFolder('killed-reconciliation'))
  const killed: ReconciliationRecord = { number: 1, why: 'demand', began: 1000, state: 'running' }
  await folder.store.commit({ put: [[RECONCILIATIONS + numberInName(1), JSON.stringify(killed)]] })
  const reconciliations = startReconciliations(busyShop, folder, { onReport: report => assert.fail(report) })
  t.after(async () => {
    await reconciliations.stop()
    await closeDataFolder(folder)
  })
  // Commits become durable in order.
  await folder.store.commit({})
  assert.deepEqual(reconciliationsIn(folder.store), [{ ...killed, state: 'broken off' }])
})
