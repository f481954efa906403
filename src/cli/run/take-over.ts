/**
 * One process takes a data folder over from another: it gets ready beside it, asks it to stop, and goes on where it stopped.
 *
 * What takes long, making the state of new or changed features from the log, is done while the other still runs. Then the other saves its state and lets
 * go; only what it decided meanwhile is left to take. Nothing is lost, since what it acknowledged is in the log.
 */
import { pause, stopwatch } from '../../base/clock.ts'
import { SpillwayError } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import { openFolder, readFolder, type DataFolder } from '../../log/sqlite/data-folder.ts'
import { holderOf, isHeld, isHeldElsewhere } from '../../log/sqlite/lock.ts'
import { Memory, type MemoryOptions } from '../../run/recovery/run-state.ts'
import type { Runnable } from '../../run/recovery/opening.ts'

export interface Taken {
  readonly folder: DataFolder
  /** Absent if nobody held the folder. */
  readonly memory?: Memory
}

/** Throws `SPILL_BUSY` if the other cannot be asked, or does not stop in time, and as opening a folder does. */
export async function takeOver(pipeline: Runnable, data: string, options: MemoryOptions, say: (text: string) => void): Promise<Taken> {
  const first = whoHolds(data)
  if (first === undefined) return { folder: await openFolder(data) }
  say(`getting ready beside process ${first}`)
  const reader = readFolder(data)
  const memory = new Memory(pipeline, reader, { ...options, hasRuns: true })
  const started = stopwatch()
  for (let before = -1, end = memory.catchUp(reader); end - before > limits.TAKE_OVER_BEHIND; before = end, end = memory.catchUp(reader));
  const ready = `ready after ${((stopwatch() - started) / 1000).toFixed(2)} s`
  // That may have been minutes: the process may have ended, and its number be that of a stranger.
  const pid = whoHolds(data)
  if (pid === undefined) {
    reader.close()
    const folder = await openFolder(data)
    say(`${ready}; took over from process ${first}, which has ended meanwhile`)
    return { folder, memory }
  }
  const asked = stopwatch()
  askToStop(pid, data)
  say(`${ready}; asking process ${pid} to stop`)
  while (isHeld(data)) {
    if (stopwatch() - asked > limits.TAKE_OVER_MS)
      throw new SpillwayError(
        'SPILL_BUSY',
        `is still in use by process ${pid}, ${limits.TAKE_OVER_MS / 1000} s after it was asked to stop`,
        { place: data },
      )
    await pause(TICK_MS)
    memory.catchUp(reader)
  }
  reader.close()
  const folder = await openFolder(data)
  say(`took over from process ${pid} ${((stopwatch() - asked) / 1000).toFixed(2)} s after asking it to stop`)
  return { folder, memory }
}

const TICK_MS = 5

/** The process that holds the folder, if any does. Throws `SPILL_BUSY` for one that cannot be asked from here. */
function whoHolds(data: string): number | undefined {
  const pid = isHeldIn(data) ? holderOf(data) : undefined
  if (pid !== undefined && isHeldElsewhere(data))
    throw new SpillwayError(
      'SPILL_BUSY',
      `is in use by process ${pid} of another container, which cannot be asked to stop from here; stop that one, and start this one without --take-over`,
      { place: data },
    )
  return pid
}

function askToStop(pid: number, data: string): void {
  try {
    process.kill(pid, 'SIGTERM')
  } catch (error) {
    // One that has just ended has let go, or soon will.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return
    throw new SpillwayError('SPILL_BUSY', `is in use by process ${pid}, which may not be asked to stop: ${(error as Error).message}`, {
      place: data,
      cause: error,
    })
  }
}

function isHeldIn(data: string): boolean {
  try {
    return isHeld(data)
  } catch {
    // Whatever is wrong with the folder is said when it is opened.
    return false
  }
}
