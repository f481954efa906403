import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { assertAlike, feature, pay, start } from '../../../test/batch/layered-run.ts'
import { pause } from '../../base/clock.ts'
import { computeInThreads } from '../../batch/threads.ts'
import { batchRunsIn } from '../../batch/ledger.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { openDataFolder } from '../../log/sqlite/data-folder.ts'
import { Run } from '../loop/run.ts'

const MINUTE = 60_000
const PAYMENTS = 1000

test('another thread computes a snapshot from the log files, and a start uses it', async () => {
  const folder = scratchFolder('hybrid')
  const path = join(folder, 'data')
  let now = start
  let id = 0
  const open = async () => {
    const data = await openDataFolder(path)
    const run = new Run(pay, { store: data.store, clock: () => now, compute: computeInThreads(join(path, 'log.db')) })
    return { data, run }
  }
  const payments = (count: number) =>
    recordBatchOf(
      Array.from({ length: count }, () => ({ id: `i${++id}`, card: `c${id % 97}`, amount: (id % 11) / 4, label: `l${id % 7}`, at: now })),
    )
  const first = await open()
  await first.run.submit('payments', payments(PAYMENTS))
  now += 5 * MINUTE + 1
  while (feature(first.run, 'layered', 'c1').layer !== 'merged') {
    first.run.tick()
    await pause(5)
  }
  await first.run.submit('payments', payments(PAYMENTS))
  await first.run.whenIdle()
  assertAlike(first)
  assert.deepEqual(
    batchRunsIn(first.data.store).map(({ state, done }) => [state, done?.keys]),
    [['done', 97]],
  )
  await first.run.stop()
  first.data.release()

  const again = await open()
  const { layer, snapshot } = feature(again.run, 'layered', 'c1')
  assert.deepEqual([layer, snapshot?.asOf], ['merged', start + 5 * MINUTE])
  assertAlike(again)
  await again.run.stop()
  again.data.release()
})
