/**
 * A machine that disappears in the middle of a batch run, with or without notice: the next owner of its folder completes the run from the
 * finished parts.
 */
import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { scratchFolder } from '../scratch.ts'
import { pause } from '../../src/base/clock.ts'
import { partsIn, batchRunsIn, type BatchRunRecord } from '../../src/batch/ledger.ts'
import { recordBatchOf } from '../../src/intake/record-batch.ts'
import { openDataFolder, readDataFolder } from '../../src/log/sqlite/data-folder.ts'
import { Run } from '../../src/run/loop/run.ts'
import { Child } from '../crash/child.ts'
import { crowd } from './crowd.ts'
import { sweep } from '../sweep.ts'

const PARTITIONS = 16
const CARDS = 20_000
const EVENTS = 40_000
const START = Date.parse('2026-01-01T12:00Z')
const NOW = Date.parse('2026-01-02T02:00:01Z')
const LOOKS = 20_000

let scratch: string
before(async () => {
  scratch = scratchFolder('killed')
  const data = await openDataFolder(join(scratch, 'log'))
  // A process without batch runs starts none.
  const run = new Run(crowd, { store: data.store, clock: () => START })
  for (let from = 0; from < EVENTS; from += 10_000)
    await run.submit(
      'payments',
      recordBatchOf(
        Array.from({ length: 10_000 }, (_, i) => ({ card: `c${(from + i) % CARDS}`, amount: i / 7, shop: `s${i % 97}`, at: START - i })),
      ),
    )
  await run.stop()
  data.release()
})

/** A busy machine takes minutes for what an idle one does in seconds. */
const PATIENCE_MS = 240_000

const begin = (folder: string): Child =>
  new Child(['test/batch/killed-child.ts', folder, String(PARTITIONS), String(NOW)], /ready/, PATIENCE_MS)

function look(folder: string): { readonly run: BatchRunRecord | undefined; readonly parts: number } {
  const reader = readDataFolder(folder)
  try {
    const [run] = batchRunsIn(reader)
    return { run, parts: run ? partsIn(reader, run.number).size : 0 }
  } finally {
    reader.close()
  }
}

/** Waits until the run of a folder has this many parts, or is done. */
async function until(folder: string, parts: number): Promise<void> {
  for (let i = 0; i < LOOKS; i++) {
    const { run, parts: done } = look(folder)
    if (run?.state === 'done' || done >= parts) return
    await pause(10)
  }
  assert.fail('the run does not go on')
}

/** Completes a copy of the folder's run in a process that ends when asked to. */
async function finishRun(folder: string): Promise<BatchRunRecord> {
  const child = begin(folder)
  for (let i = 0; i < LOOKS && look(folder).run?.swapped === undefined; i++) await pause(10)
  assert.equal(await child.terminate(), undefined)
  return look(folder).run!
}

test('a run that is killed or stopped repeatedly continues from its finished parts, with the result of an undisturbed run', async () => {
  const calm = join(scratch, 'calm')
  cpSync(join(scratch, 'log'), calm, { recursive: true })
  const whole = await finishRun(calm)
  assert.deepEqual([whole.state, whole.resumed, whole.done!.partitions, whole.done!.keys], ['done', undefined, PARTITIONS, CARDS])
  let folder = join(scratch, 'life 0')
  cpSync(join(scratch, 'log'), folder, { recursive: true })
  let finishedBefore = 0
  for (let life = 1; life <= sweep(2, 4); life++) {
    const child = begin(folder)
    await until(folder, finishedBefore + 2)
    const wrong = life % 2 === 1 ? await child.kill() : await child.terminate()
    assert.equal(wrong, undefined)
    const { parts } = look(folder)
    assert.ok(parts >= finishedBefore, `${parts} parts where there were ${finishedBefore}`)
    finishedBefore = parts
    // Elsewhere: another machine gets only the folder.
    const elsewhere = join(scratch, `life ${life}`)
    cpSync(folder, elsewhere, { recursive: true })
    folder = elsewhere
  }
  const run = await finishRun(folder)
  assert.deepEqual([run.number, run.state, run.cut], [whole.number, 'done', whole.cut])
  assert.ok(run.resumed! >= 1)
  assert.equal(run.done!.hash, whole.done!.hash)
  assert.deepEqual(run.done!.bytes, whole.done!.bytes)
})
