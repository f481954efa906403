/**
 * Spillway's side of `bench log`: readings through a run, each acknowledged once it is on the disk; and the number of readings in its log
 * afterwards.
 */
import { stopwatch, wallClock } from '../../src/base/clock.ts'
import { Strings } from '../../src/columns/strings.ts'
import { recordBatchOf } from '../../src/intake/record-batch.ts'
import { openDataFolder, type DataFolder } from '../../src/log/sqlite/data-folder.ts'
import { Log } from '../../src/log/log.ts'
import { ensureCapacity } from '../../src/columns/grow-array.ts'
import { Run } from '../../src/run/loop/run.ts'
import { counting, countingWithoutIds, numberOf, readingOf, type Reading } from './readings.ts'

export interface AppendLoad {
  /** Each block is one submission and has one acknowledgement. */
  readonly blocks: readonly (readonly Reading[])[]
  readonly inFlight: number
  readonly ids: boolean
}

export interface AppendResult {
  readonly seconds: number
  /** Milliseconds from the submission of a block to its acknowledgement. */
  readonly acknowledged: Float64Array
  /** Distinct events in the log afterwards. */
  readonly distinct: number
}

/** Passes blocks to `append`, this many at a time, and times each. */
export async function appendAll({ blocks, inFlight }: AppendLoad, append: (block: readonly Reading[]) => Promise<unknown>) {
  const acknowledged = new Float64Array(blocks.length)
  let next = 0
  const one = async (): Promise<void> => {
    while (next < blocks.length) {
      const i = next++
      const start = stopwatch()
      await append(blocks[i])
      acknowledged[i] = stopwatch() - start
    }
  }
  const start = stopwatch()
  await Promise.all(Array.from({ length: inFlight }, one))
  return { seconds: (stopwatch() - start) / 1000, acknowledged }
}

export async function bySpillway(folder: string, appending: AppendLoad, fsyncMs?: number): Promise<AppendResult> {
  const pipeline = appending.ids ? counting : countingWithoutIds
  const data = await openDataFolder(folder, { fsyncMs })
  const run = new Run(pipeline, { store: data.store })
  // A folder's first commits also create its files; the baseline's table is created before the timing, too.
  await run.submit('readings', recordBatchOf([readingOf(-1, 1, wallClock())]))
  const measured = await appendAll(appending, block => run.submit('readings', recordBatchOf(block)))
  await run.stop()
  data.release()
  return { ...measured, distinct: await inFolderOf(folder, data => distinctIds(data, pipeline.ir.sources) - 1) }
}

async function inFolderOf<T>(folder: string, use: (data: DataFolder) => T): Promise<T> {
  const data = await openDataFolder(folder)
  try {
    return use(data)
  } finally {
    await data.store.close()
    data.release()
  }
}

/** Reads the whole log back: number of readings; NaN if one occurs twice. */
export function distinctIds({ store }: DataFolder, sources: typeof counting.ir.sources): number {
  const ids = new Strings()
  const log = new Log(store, { sources, stringsOf: () => ids })
  let marks = new Uint8Array(1 << 20)
  let events = 0
  let distinct = 0
  for (const segment of log.segments(0, log.end, { stringsOf: () => ids, columnFilter: (_, column) => column === 'id' })) {
    for (const { block } of segment.sources)
      for (let row = 0; row < block.length; row++) {
        const place = numberOf(ids.textOf(block.columns['id'].values[row])) + 1
        if (place >= marks.length) marks = ensureCapacity(marks, place + 1)
        if (marks[place] === 0) distinct++
        marks[place] = 1
        events++
      }
    // All texts of an hour are more than one process holds.
    ids.clear()
  }
  return events === distinct ? events : NaN
}
