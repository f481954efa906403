/** The changes of operators from another process than the run: through the run if one holds the folder, else to the folder itself. */
import { computeInThreads } from '../../batch/index.ts'
import { SpillwayError } from '../../base/index.ts'
import { closeDataFolder, openDataFolder, readDataFolder, type DataFolder, folderHolder } from '../../log/sqlite/index.ts'
import { Run, type Runnable } from '../../run/index.ts'
import { ControlClient } from './control-client.ts'
import type { ReplayTarget } from './dead-letter-control.ts'
import { LoggedControl } from './logged-control.ts'
import type { RunControl } from './run-control.ts'

/** Options of `openControl`. */
export interface OpenControlOptions {
  /** The pipeline that receives dead letters in a free folder. */
  readonly pipeline?: Runnable | undefined
  /** Called while a free folder's log is replayed: entries so far, and of all. */
  readonly onProgress?: (entries: number, of: number) => void
}

/** Changes of operators to a folder, and their end. */
export interface OpenControl {
  readonly control: RunControl
  /** A run of another process holds the folder, and makes the changes. */
  readonly isLive: boolean
  /** Decisions that followed in this process; `undefined` where a run of another process makes them. */
  decisions(): number | undefined
  /** Ends the changes, and releases the folder. */
  close(): Promise<void>
}

/**
 * Opens a data folder for changes.
 *
 * @throws `SPILL_STORE` if it is no data folder, `SPILL_BUSY` if a process holds it that serves no control socket.
 */
export async function openControl(data: string, options: OpenControlOptions = {}): Promise<OpenControl> {
  // Throws for a folder that does not exist, so that no folder is created.
  readDataFolder(data).close()
  let folder: DataFolder
  try {
    folder = await openDataFolder(data)
  } catch (error) {
    if (!(error instanceof SpillwayError) || error.code !== 'SPILL_BUSY') throw error
    return connectToRun(data)
  }
  return changeFreeFolder(data, folder, options)
}

async function connectToRun(data: string): Promise<OpenControl> {
  let client: ControlClient
  try {
    client = await ControlClient.connect(data)
  } catch (error) {
    const { message } = error as Error
    throw new SpillwayError(
      'SPILL_BUSY',
      `is in use by process ${folderHolder(data) ?? '(unknown)'}, which takes no changes (${message}): it starts or stops, or is no run; try again, or stop it`,
      { place: data, cause: error },
    )
  }
  return {
    control: client,
    isLive: true,
    decisions: () => undefined,
    close: () => Promise.resolve(client.close()),
  }
}

/** Dead letters and effects change in the store; dead letters that are replayed are received by a run that opens for them. */
function changeFreeFolder(data: string, folder: DataFolder, { pipeline, onProgress }: OpenControlOptions): OpenControl {
  const { store, path } = folder
  const reader = readDataFolder(data)
  let run: Run | undefined
  const receiver = (): Promise<Run> => {
    run ??= new Run(pipeline!, { store, compute: computeInThreads(path), ...(onProgress && { onProgress }) })
    return Promise.resolve(run)
  }
  const target: ReplayTarget | undefined = pipeline && { pipeline, receiver }
  const control = new LoggedControl({
    data,
    deadLetters: { letters: reader.deadLetters, commit: changes => store.commit({ deadLetterChanges: changes }), target },
    effects: { effects: reader.effects, change: (_effects, changes) => store.commit({ effectChanges: changes }) },
  })
  return {
    control,
    isLive: false,
    decisions: () => run?.counts.decisions ?? 0,
    close: async () => {
      reader.close()
      try {
        await run?.stop()
      } finally {
        await closeDataFolder(folder)
      }
    },
  }
}
