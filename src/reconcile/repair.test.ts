import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore, type Disk } from '../../test/crash/model-store.ts'
import { folderOf } from '../../test/reconcile/folder.ts'
import { count, entity, features, linear, model, on, pipeline, source, stream, t } from '../index.ts'
import { recordBatchOf } from '../intake/record-batch.ts'
import { readCheckpointManifest, CHECKPOINT_MANIFEST } from '../run/recovery/manifest.ts'
import { Run } from '../run/loop/run.ts'
import { reconcile } from './reconcile.ts'
import { lastReconciliation, putsOfResult, reconciliationResult } from './reconciliation-ledger.ts'
import { isEmptyRepair, planRepair, repairPuts } from './repair.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, amount: t.int(), at: t.timestamp() }, key: 'card', time: 'at' })
const of = { from: payments, entity: card, place: stream } as const
const spent = features('spent', { ...of, values: p => ({ sum: p.amount.sum('1h') }) })
const often = features('often', { ...of, values: () => ({ n: count('1h') }) })
const watch = model('watch', {
  decide: on(payments),
  inputs: p => ({ spent: spent.of(p.card).sum, n: often.of(p.card).n }),
  score: linear({ intercept: 0, weights: { n: 1 } }),
})
const pay = pipeline('pay', [watch])
const start = Date.parse('2026-01-01T00:00Z')

/** A separate run over a disk: payments of these amounts, a second apart. Returns the disk. */
async function runPayments(disk: Disk, from: number, ...amounts: readonly number[]): Promise<Disk> {
  const store = new ModelStore(disk, true)
  const clock = start + (from + amounts.length) * 1000
  const run = new Run(pay, { store, clock: () => clock })
  for (const [i, amount] of amounts.entries())
    void run.submit('payments', recordBatchOf([{ card: 'a', amount, at: start + (from + i) * 1000 }]))
  await run.whenIdle()
  await run.stop()
  return store.disk
}

/** A disk whose saved state of `spent` belongs to a log with another amount, with valid checksums. */
async function corruptedDisk(): Promise<Disk> {
  const [disk, other] = [await runPayments({ commits: [] }, 0, 5), await runPayments({ commits: [] }, 0, 7)]
  const store = new ModelStore(disk, true)
  const [own, theirs] = [readCheckpointManifest(store)!, readCheckpointManifest(new ModelStore(other))!]
  const files = theirs.groups['spent'].files
  for (const { name } of files) store.disk.states.set(`other-${name}`, new ModelStore(other).readState(name)!)
  const renamed = { ...theirs.groups['spent'], files: files.map(({ name, crc }) => ({ name: `other-${name}`, crc })) }
  await store.commit({ put: [[CHECKPOINT_MANIFEST, JSON.stringify({ ...own, groups: { ...own.groups, spent: renamed } })]] })
  return store.disk
}

const planOf = (disk: Disk) => planRepair(pay, folderOf(disk), { clock: () => start })

test('notes decisions of state that differs from the log, and rebuilds the state', async () => {
  const disk = await runPayments(await corruptedDisk(), 10, 1)
  const plan = await planOf(disk)
  assert.deepEqual(plan.cells, [{ model: 'watch', input: 'spent', entry: 1, key: 'a', t: start + 11_000, recorded: 8 }])
  assert.deepEqual([plan.groups, plan.codes, plan.letters, plan.runs], [['spent'], [], [], []])

  const store = new ModelStore(disk, true)
  await store.commit({ put: repairPuts(plan, store, start) })
  const after = await runPayments(store.disk, 20, 2)
  const again = await reconcile(pay, folderOf(after))
  const of = Object.fromEntries(again.inputs.map(({ input, settled, recorded }) => [input, [settled, recorded.equal, recorded.different]]))
  assert.deepEqual([again.sound, of], [true, { spent: [1, 2, 0], n: [0, 3, 0] }])
  assert.ok(isEmptyRepair(await planOf(after)))
})

test('ends the finding of the last reconciliation', async () => {
  const disk = await runPayments(await corruptedDisk(), 10, 1)
  const plan = await planOf(disk)
  const store = new ModelStore(disk, true)
  const done = { ...reconciliationResult(plan.report, undefined, 1), unexplained: 1, sound: false }
  const last = { number: 5, began: start, ended: start + 1000, state: 'done', done } as const
  await store.commit({ put: putsOfResult(last, plan.report) })
  await store.commit({ put: repairPuts(plan, store, start + 2000) })
  assert.deepEqual(lastReconciliation(store), { ...last, done: { ...done, unexplained: 0, sound: true } })
})

test('is not empty while an alert tells of unexplained values, also if none is left', async () => {
  const store = new ModelStore(await runPayments({ commits: [] }, 0, 5, 6), true)
  const { report } = await planOf(store.disk)
  const done = { ...reconciliationResult(report, undefined, 1), unexplained: 3, sound: false }
  await store.commit({ put: putsOfResult({ number: 5, began: start, ended: start + 1000, state: 'done', done }, report) })
  const plan = await planOf(store.disk)
  assert.deepEqual([plan.finding, plan.cells, isEmptyRepair(plan)], [5, [], false])
  await store.commit({ put: repairPuts(plan, store, start + 2000) })
  assert.equal(lastReconciliation(store)!.done.unexplained, 0)
  assert.ok(isEmptyRepair(await planOf(store.disk)))
})

test('without a rebuild later values are wrong again', async () => {
  const after = await runPayments(await runPayments(await corruptedDisk(), 10, 1), 20, 2)
  const { inputs } = await reconcile(pay, folderOf(after))
  assert.equal(inputs.find(({ input }) => input === 'spent')?.recorded.different, 2)
})

test('compares a noted value again when it differs', async () => {
  const disk = await runPayments(await corruptedDisk(), 10, 1)
  const plan = await planOf(disk)
  const store = new ModelStore(disk, true)
  await store.commit({ put: repairPuts({ ...plan, cells: plan.cells.map(cell => ({ ...cell, recorded: 9 })) }, store, start) })
  assert.equal((await reconcile(pay, folderOf(store.disk))).sound, false)
})

test('plans nothing for a sound log', async () => {
  const disk = await runPayments({ commits: [] }, 0, 5, 6)
  const plan = await planOf(disk)
  assert.ok(isEmptyRepair(plan) && plan.report.sound)
  assert.deepEqual(repairPuts(plan, new ModelStore(disk), start), [])
})
