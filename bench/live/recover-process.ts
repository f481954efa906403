/**
 * The processes of `bench recover`: one that fills a log, goes on appending, and is killed; and one that starts after it.
 *
 * Arguments: `fill FOLDER EVENTS KEYS SPAN` (prints `full`, then each acknowledged number as a line), or `start FOLDER` (prints one
 * `Recovered`).
 */
import { callEvery, pause, stopwatch, wallClock } from '../../src/base/clock.ts'
import { Strings } from '../../src/columns/strings.ts'
import { count, features, pipeline, stream } from '../../src/index.ts'
import { recordBatchOf } from '../../src/intake/record-batch.ts'
import { Log } from '../../src/log/log.ts'
import { openDataFolder } from '../../src/log/sqlite/data-folder.ts'
import type { LogStore } from '../../src/log/store.ts'
import { CHECKPOINT_MANIFEST } from '../../src/run/recovery/manifest.ts'
import { Run } from '../../src/run/loop/run.ts'
import { scheduleCheckpoints } from '../../src/run/loop/live-run.ts'
import { readings, readingsFrom, sensor } from './readings.ts'

const BLOCK = 8192
const BLOCKS_IN_FLIGHT = 4
const LIVE_EVENTS_PER_SECOND = 5000
const STEP_MS = 20
const AGAIN = 1000

const watching = pipeline('watching', [
  features('recent', {
    from: readings,
    entity: sensor,
    place: stream,
    values: r => ({ n: count('1h'), mean: r.level.mean('1h'), low: r.level.min('1h'), last: r.level.last('1h') }),
  }),
  features('long', {
    from: readings,
    entity: sensor,
    place: stream,
    values: r => ({ n1: count('24h'), mean1: r.level.mean('24h'), n7: count('7d'), mean7: r.level.mean('7d'), low7: r.level.min('7d') }),
  }),
])

export interface RecoveryTimes {
  /** Wall clock when the run was ready, UTC ms. */
  readonly readyAt: number
  readonly openSeconds: number
  readonly runSeconds: number
  /** From the submission of the first event to its acknowledgement. */
  readonly firstEventSeconds: number
  readonly end: number
  /** Entries of the log that were resent, and how many of them are within `dedupe`. */
  readonly takenAgain: number
  readonly withinDedupe: number
  /** Resent entries that were not reported as duplicates. */
  readonly repeated: number
  readonly keys: number
  readonly bytesPerKey: number
  readonly rssMb: number
  readonly reports: readonly string[]
}

async function fill(folder: string, events: number, keys: number, span: number): Promise<void> {
  const { store } = await openDataFolder(folder)
  let submitted = 0
  const begin = wallClock()
  const clock = () => (submitted < events ? begin - span + Math.floor((submitted / events) * span) : wallClock())
  const run = new Run(watching, { store, clock })
  callEvery(STEP_MS, () => run.tick())
  scheduleCheckpoints(run)
  const sending: Promise<unknown>[] = []
  while (submitted < events) {
    const length = Math.min(BLOCK, events - submitted)
    sending.push(run.submit('readings', recordBatchOf(readingsFrom(submitted, length, keys, clock()))))
    submitted += length
    if (sending.length >= BLOCKS_IN_FLIGHT) await sending.shift()
  }
  await Promise.all(sending)
  await saveState(run, store)
  console.log('full')
  for (let due = stopwatch(); ; due += STEP_MS) {
    await pause(Math.max(0, due - stopwatch()))
    const length = (LIVE_EVENTS_PER_SECOND * STEP_MS) / 1000
    void run
      .submit('readings', recordBatchOf(readingsFrom(submitted, length, keys, wallClock())))
      .then(({ sequence }) => console.log(sequence))
    submitted += length
  }
}

/** Saves state. Resolves when a round that begins from now on has ended. */
async function saveState(run: Run, store: LogStore): Promise<void> {
  // The first round may have begun long ago.
  for (let round = 0; round < 2; round++) {
    const before = store.get(CHECKPOINT_MANIFEST)
    // A round begins only if the log has grown.
    await run.submit('readings', recordBatchOf(readingsFrom(-2 - round, 1, 1, wallClock())))
    while (store.get(CHECKPOINT_MANIFEST) === before) {
      run.checkpoint()
      await pause(STEP_MS)
    }
  }
}

async function start(folder: string): Promise<RecoveryTimes> {
  const [reports, opening] = [[] as string[], stopwatch()]
  const { store } = await openDataFolder(folder)
  const opened = stopwatch()
  let takenAgain = 0
  const run = new Run(watching, { store, onReport: report => reports.push(report), onProgress: (_, of) => (takenAgain = of) })
  const ready = stopwatch()
  const readyAt = wallClock()
  const { end } = run
  const kernels = run.decider.statefulGroups.map(({ kernel }) => kernel)
  const size = {
    keys: kernels[0].keyCount,
    bytesPerKey: Math.round(kernels.reduce((sum, { bytes }) => sum + bytes, 0) / kernels[0].keyCount),
    rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
  }
  const { again, withinDedupe } = lookBack(store)
  const sending = stopwatch()
  await run.submit('readings', recordBatchOf(readingsFrom(-1, 1, 1, wallClock())))
  const firstEventSeconds = (stopwatch() - sending) / 1000
  const { duplicates } = await run.submit('readings', recordBatchOf(again))
  const seconds = { openSeconds: (opened - opening) / 1000, runSeconds: (ready - opened) / 1000, firstEventSeconds }
  return { readyAt, ...seconds, end, takenAgain, withinDedupe, repeated: again.length - duplicates, ...size, reports }
}

/** The last events of the log as records, and how many are within `dedupe` of the last one. */
function lookBack(store: LogStore): { again: object[]; withinDedupe: number } {
  const strings = new Strings()
  const log = new Log(store, { sources: watching.ir.sources, stringsOf: () => strings })
  const again: object[] = []
  for (const { sources } of log.segments(Math.max(0, log.end - AGAIN), log.end, { stringsOf: () => strings }))
    for (const { block } of sources) {
      const { id, sensor: of, level, at } = block.columns
      for (let row = 0; row < block.length; row++)
        again.push({
          id: strings.textOf(id.values[row]),
          sensor: strings.textOf(of.values[row]),
          level: level.values[row],
          at: at.values[row],
        })
    }
  return { again, withinDedupe: log.end - log.firstEntrySince(log.notBefore - watching.ir.sources[0].dedupe) }
}

if (import.meta.main) {
  const [step, folder, ...sizes] = process.argv.slice(2)
  if (step === 'fill') {
    const [events, keys, span] = sizes.map(Number)
    await fill(folder, events, keys, span)
  } else console.log(JSON.stringify(await start(folder)))
  process.exit()
}
