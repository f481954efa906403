/** The checks of source readers whose subject is the run beside a reader: its room, its signal, its commits, its partitions. */
import { pause } from '../../base/index.ts'
import { positionName, type ReaderClause, type ReaderLag, type SourceReader } from '../../sources/reader/index.ts'
import type { ReaderPlace } from './source-reader-place.ts'
import { SUITE_SOURCE, type SuiteRun } from './suite-run.ts'

/** Records before a pause. A reader that takes half of them while nobody asks does not pause. */
const PAUSE_RECORDS = 20_000
/** Time without a change after which a reader counts as still, ms. */
const STILL_MS = 100

/** The lag of each partition. @throws `SPILL_CONTRACT` for a partition that is left out though it can be read. */
async function measured(place: ReaderPlace, reader: SourceReader, run: SuiteRun): Promise<ReadonlyMap<string, ReaderLag>> {
  const committed = (partition?: string) => run.committedPosition(positionName(SUITE_SOURCE, reader.name, partition))
  const lags = await reader.measureLag!(committed)
  const missing = place.partitions.find(partition => !lags.has(partition))
  if (missing !== undefined) throw place.broken(`it left out partition '${missing}'`)
  return lags
}

/** A check for each clause about the run. */
export const runChecks = {
  follow: async place => {
    await place.write()
    place.expectWritten(await place.followRounds())
  },
  pause: async place => {
    await place.write(PAUSE_RECORDS)
    const run = place.newRun()
    run.closeRoom()
    const reading = place.start(false, run)
    const recordsTaken = () => place.harness.recordsTaken!()
    let last = -1
    for (let still = 0; still < STILL_MS && !reading.isOver;) {
      await pause(STILL_MS / 10)
      still = recordsTaken() === last ? still + STILL_MS / 10 : 0
      last = recordsTaken()
    }
    const all = PAUSE_RECORDS * place.partitions.length
    if (last > all / 2) throw place.broken(`it took ${last} of ${all} records, though the run asked for one batch`)
    run.openRoom()
    await place.untilOver(reading)
    place.expectWritten(run)
  },
  abort: async place => {
    await place.write()
    await place.end(place.start(true))
    const inBatch = place.newRun()
    inBatch.closeRoom()
    const full = place.start(place.canFollow, inBatch)
    await pause(1)
    full.abort()
    inBatch.openRoom()
    await place.untilOver(full)
    if (!place.canFollow) return
    const waiting = place.start(true)
    await place.untilAllRead(waiting)
    await place.end(waiting)
  },
  /** A partition that is taken away while its last records are not durable, and comes back, is read once. */
  rebalance: async place => {
    const [partition] = place.partitions
    await place.write()
    const reading = place.start(true)
    await place.untilAllRead(reading)
    reading.run.holdCommits()
    await place.write()
    await place.untilAllRead(reading)
    await place.harness.revoke!(partition)
    await pause(STILL_MS / 10)
    await place.harness.assign!(partition)
    await pause(STILL_MS / 10)
    reading.run.releaseCommits()
    await place.write()
    await place.untilAllRead(reading)
    await place.end(reading)
    place.expectWritten(reading.run)
  },
  committed: async place => {
    await place.write()
    const run = place.newRun()
    run.holdCommits()
    const reading = place.start(false, run)
    await reading.until(
      () => place.isAllRead(run),
      () => place.broken('it waited for a commit before it read on'),
    )
    run.releaseCommits()
    await place.untilOver(reading)
  },
  lag: async place => {
    const reader = place.open()
    if (!reader.measureLag || !place.canFollow) return
    await place.write()
    const reading = place.start(true, place.newRun(), reader)
    await place.untilAllRead(reading)
    const caughtUp = await measured(place, reader, reading.run)
    reading.run.holdCommits()
    await place.write()
    await place.untilAllRead(reading)
    const behind = await measured(place, reader, reading.run)
    for (const partition of place.partitions) {
      const [before, after] = [caughtUp.get(partition)!, behind.get(partition)!]
      const allowed = before.allowedLag ?? 0
      if (before.lag > allowed || before.end < before.position)
        throw place.broken(`of partition '${partition}' everything was read, and its lag is ${before.lag} ${before.unit}`)
      if (after.lag <= before.lag || after.end <= before.end || after.position !== before.position)
        throw place.broken(`of partition '${partition}' records were added behind the position, and its lag is ${after.lag} ${after.unit}`)
    }
    reading.run.releaseCommits()
    await place.end(reading)
  },
  close: async place => {
    await place.writeAndReadAll()
    await place.end(place.start(true))
    if (!place.harness.damage) return
    const { closeError } = await place.readDamaged()
    if (closeError !== undefined) throw closeError
  },
} as const satisfies Partial<Record<ReaderClause, (place: ReaderPlace) => Promise<void>>>
