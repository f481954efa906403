/** The changes of operators from another process than the run: through the run if one holds the folder, else to the folder itself. */
import { connect, type Socket } from 'node:net'
import { computeInThreads } from '../../batch/index.ts'
import { errorCodes, SpillwayError, type ErrorCode, wallClock } from '../../base/index.ts'
import { closeDataFolder, openDataFolder, readDataFolder, type DataFolder, folderHolder } from '../../log/sqlite/index.ts'
import { editStoredAlert } from '../../monitor/alerts/index.ts'
import { Run, type Runnable } from '../../run/index.ts'
import { checkPromotable, putPendingPromotion } from '../../training/registry/index.ts'
import { controlRequests, type ControlOperation } from './control-request.ts'
import { controlAddress, CONTROL_PROTOCOL, socketLines } from './control-socket.ts'
import type { ReplayTarget } from './dead-letter-control.ts'
import { loggedControl } from './logged-control.ts'
import type { RunControl } from './run-control.ts'

/** Options of `openControl`. */
export interface OpenControlOptions {
  /** The pipeline that receives dead letters, and promotes versions of its models, in a free folder. */
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
    client = await connectControl(data)
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

/**
 * Dead letters and effects change in the store; dead letters that are replayed are received by a run that opens for them. A promotion is
 * stored for the next run.
 */
function changeFreeFolder(data: string, folder: DataFolder, { pipeline, onProgress }: OpenControlOptions): OpenControl {
  const { store, path } = folder
  const reader = readDataFolder(data)
  let run: Run | undefined
  const openRun = (): Promise<Run> => {
    run ??= new Run(pipeline!, { store, compute: computeInThreads(path), ...(onProgress && { onProgress }) })
    return Promise.resolve(run)
  }
  const target: ReplayTarget | undefined = pipeline && { pipeline, run: openRun }
  const control = loggedControl({
    data,
    deadLetters: { letters: reader.deadLetters, commit: changes => store.commit({ deadLetterChanges: changes }), target },
    effects: { effects: reader.effects, change: (_effects, changes) => store.commit({ effectChanges: changes }) },
    models: {
      ir: pipeline?.ir,
      values: reader,
      promote: async (model, version, why) => {
        checkPromotable(reader, pipeline!.ir, model, version)
        await store.commit({ put: [putPendingPromotion(model, { version, why, at: wallClock() })] })
      },
      waitsForRun: true,
    },
    alerts: (edit, by) => editStoredAlert(reader, put => store.commit({ put }), edit, { name: by, now: wallClock() }),
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

/** `RunControl` over a connection to a run. One request at a time. */
export interface ControlClient extends RunControl {
  close(): void
}

/** Connects to the control socket of the run that holds the folder. Rejects with an error of the system if nothing listens. */
export async function connectControl(data: string): Promise<ControlClient> {
  const socket = await connectSocket(data)
  // The iterator of answers reports the error.
  socket.on('error', () => {})
  const answers = socketLines(socket, ANSWER_BYTES_MAX)
  const call = async (operation: ControlOperation, request: object, by: string): Promise<unknown> => {
    socket.write(`${JSON.stringify({ protocol: CONTROL_PROTOCOL, operation, by, request })}\n`)
    const { result, error } = JSON.parse(await nextAnswer(answers)) as { result?: unknown; error?: { code: string; message: string } }
    if (!error) return result
    throw new SpillwayError(Object.hasOwn(errorCodes, error.code) ? (error.code as ErrorCode) : 'SPILL_UNSUPPORTED', error.message)
  }
  const operations = Object.keys(controlRequests) as ControlOperation[]
  const control = operations.map(operation => [operation, (request: object, by: string) => call(operation, request, by)])
  return { ...(Object.fromEntries(control) as RunControl), close: () => void socket.destroy() }
}

/** Bytes of an answer. The longest lists the outcomes of replayed dead letters. */
const ANSWER_BYTES_MAX = 1 << 26

async function connectSocket(data: string): Promise<Socket> {
  const address = controlAddress(data)
  try {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const socket = connect(address.path, resolve)
    socket.once('error', reject)
    await promise
    return socket.off('error', reject)
  } finally {
    address.release()
  }
}

/** Rejects with `SPILL_STOPPED` if the run ends before it answers. */
async function nextAnswer(answers: AsyncGenerator<string>): Promise<string> {
  const next = await answers.next().catch(() => undefined)
  if (next?.done === false) return next.value
  throw new SpillwayError(
    'SPILL_STOPPED',
    'the run ended before it answered, so the change was made or was not; look at its target before you ask again',
  )
}
