import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { busyShop } from '../../../test/serve/busy-shop.ts'
import type { ScheduleIR } from '../../define/ir/ir.ts'
import { closeDataFolder, openDataFolder } from '../../log/sqlite/data-folder.ts'
import { RECONCILIATIONS, putsOfResult, type FinishedReconciliation } from '../../reconcile/reconciliation-ledger.ts'
import type { ReconcileReport } from '../../reconcile/reconcile-report.ts'
import { type Reconciliations, startReconciliations } from '../../runner/reconciliations.ts'
import { jobsText, StatusLine } from './status-line.ts'

test('a status is printed when it changes, and once an hour when it does not', () => {
  const lines: unknown[] = []
  let now = 0
  const status = new StatusLine(
    (text, kind) => lines.push([now, text, kind]),
    () => now,
  )
  for (const [at, text] of [
    [5000, '1 event'],
    [10_000, '1 event'],
    [15_000, '2 events'],
    [20_000, '1 event'],
    [3_619_999, '1 event'],
    [3_620_000, '1 event'],
    [3_625_000, '1 event'],
  ] as const) {
    now = at
    status.update(text)
  }
  assert.deepEqual(lines, [
    [5000, '1 event', 'counts'],
    [15_000, '2 events', 'counts'],
    [20_000, '1 event', 'counts'],
    [3_620_000, '1 event', 'counts'],
  ])
})

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
  const folder = await openDataFolder(scratchFolder('status-unexplained'))
  const started: Reconciliations[] = []
  t.after(async () => {
    for (const reconciliations of started) await reconciliations.stop()
    await closeDataFolder(folder)
  })
  await folder.store.commit({ put: [[`${RECONCILIATIONS}0000000007`, JSON.stringify(last)], ...putsOfResult(last, {} as ReconcileReport)] })
  const start = (schedule?: ScheduleIR): Reconciliations => {
    const reconciliations = startReconciliations(busyShop, folder, { schedule, onReport: line => assert.fail(line) })
    started.push(reconciliations)
    return reconciliations
  }
  const textOf = (reconciliations: Reconciliations): string => jobsText({ reconciliations, backups: undefined })
  assert.equal(textOf(start({ kind: 'interval', every: 86_400_000, phase: 0 })), '; 3 values UNEXPLAINED by reconciliation 7')
  const requested = start()
  assert.equal(textOf(requested), '')
  assert.equal((await requested.request()).done?.values, 0)
  assert.equal(textOf(requested), '; 3 values UNEXPLAINED by reconciliation 7')
})
