/**
 * Take-over of a data folder from a running process without a long pause (`run --take-over`).
 *
 * The new process computes the state of new and changed features from the log while the old process still runs.
 * Then it asks the old process to stop, replays the entries appended meanwhile, and continues.
 * All acknowledged events are in the log, so none is lost.
 */
import { pause, stopwatch, SpillwayError, limits } from '../base/index.ts'
import { openDataFolder, readDataFolder, type DataFolder, folderHolder, isFolderHeld, isHeldInOtherContainer } from '../log/sqlite/index.ts'
import { RunMemory, type RunMemoryOptions, type Runnable } from '../run/index.ts'

/** A data folder that this process holds, with the state computed before. */
export interface OpenedFolder {
  readonly folder: DataFolder
  /** Absent if no process held the folder. */
  readonly memory?: RunMemory
}

/**
 * Takes the folder over. Throws `SPILL_BUSY` if the old process cannot be signalled or does not stop in time; otherwise like
 * `openDataFolder`.
 */
async function takeOver(
  pipeline: Runnable,
  data: string,
  options: RunMemoryOptions,
  printLine: (text: string) => void,
): Promise<OpenedFolder> {
  const first = currentHolder(data)
  if (first === undefined) return { folder: await openDataFolder(data) }
  printLine(`getting ready beside process ${first}`)
  const reader = readDataFolder(data)
  const memory = new RunMemory(pipeline, reader, { ...options, hasRuns: true })
  const started = stopwatch()
  for (let last = -1, end = memory.catchUp(reader); end - last > limits.TAKE_OVER_BEHIND; last = end, end = memory.catchUp(reader));
  const ready = `ready after ${((stopwatch() - started) / 1000).toFixed(2)} s`
  // After minutes of catching up, the process may have ended and its id may belong to a different process.
  const pid = currentHolder(data)
  if (pid === undefined) {
    reader.close()
    const folder = await openDataFolder(data)
    printLine(`${ready}; took over from process ${first}, which has ended meanwhile`)
    return { folder, memory }
  }
  const stopRequested = stopwatch()
  askToStop(pid, data)
  printLine(`${ready}; asking process ${pid} to stop`)
  while (isFolderHeld(data)) {
    if (stopwatch() - stopRequested > limits.TAKE_OVER_MS)
      throw new SpillwayError(
        'SPILL_BUSY',
        `is still in use by process ${pid}, ${limits.TAKE_OVER_MS / 1000} s after it was asked to stop`,
        { place: data },
      )
    await pause(TICK_MS)
    memory.catchUp(reader)
  }
  reader.close()
  const folder = await openDataFolder(data)
  printLine(`took over from process ${pid} ${((stopwatch() - stopRequested) / 1000).toFixed(2)} s after asking it to stop`)
  return { folder, memory }
}

/** Opens a data folder for a run, or with `memory` takes it over from the process that holds it. Throws as `takeOver` does. */
export const openRunFolder = async (
  pipeline: Runnable,
  data: string,
  memory: RunMemoryOptions | undefined,
  printLine: (text: string) => void,
): Promise<OpenedFolder> => (memory ? takeOver(pipeline, data, memory, printLine) : { folder: await openDataFolder(data) })

const TICK_MS = 5

/** The id of the process that holds the folder, if any. Throws `SPILL_BUSY` for a process of a different container. */
function currentHolder(data: string): number | undefined {
  const pid = holdsFolder(data) ? folderHolder(data) : undefined
  if (pid !== undefined && isHeldInOtherContainer(data))
    throw new SpillwayError(
      'SPILL_BUSY',
      `is in use by process ${pid} of a different container, which this process cannot stop; stop it, and start again without --take-over`,
      { place: data },
    )
  return pid
}

function askToStop(pid: number, data: string): void {
  try {
    process.kill(pid, 'SIGTERM')
  } catch (error) {
    // A process that has just ended has released the folder, or soon will.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return
    throw new SpillwayError('SPILL_BUSY', `is in use by process ${pid}, which this user may not stop: ${(error as Error).message}`, {
      place: data,
      cause: error,
    })
  }
}

function holdsFolder(data: string): boolean {
  try {
    return isFolderHeld(data)
  } catch {
    // Opening the folder reports its problem.
    return false
  }
}
