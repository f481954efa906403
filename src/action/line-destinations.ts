/** Destinations that write one line of NDJSON per effect: a file, fsynced before it acknowledges, and standard output. */
import { realpathSync } from 'node:fs'
import { open, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Writable } from 'node:stream'
import { limits } from '../base/index.ts'
import { ACKNOWLEDGED, type Delivery, type Destination, type DeliveryOutcome } from '../define/action/index.ts'
import { closingAfterDeliveries } from './guarded-destination.ts'

/**
 * `{"id":…,"action":…}` merged with the body, or the body under `body` if it is a decision, which has an `id` of its own, or no object.
 * `id` is always that of the delivery: readers deduplicate by it.
 */
export function effectLine({ id, action, body }: Delivery): string {
  const content: unknown = JSON.parse(body)
  const isMerged = action !== undefined && typeof content === 'object' && content !== null && !Array.isArray(content)
  return `${JSON.stringify({ id, action, ...(isMerged ? { ...content, id, action } : { body: content }) })}\n`
}

/** An open file; a port for tests. */
export interface AppendableFile {
  /** Does the path still name this file? */
  isThere(): Promise<boolean>
  append(text: string): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

/**
 * A file. Lines that arrive during a write share the next write and fsync. Each write checks the file: if it was moved or deleted, a new
 * file of the same name is opened, so log rotation needs no signal. After an error the next delivery opens the file anew.
 */
export function fileDestination(path: string, openFile: (path: string) => Promise<AppendableFile> = openAppendable): Destination {
  let file: AppendableFile | undefined
  let waiting: { readonly delivery: Delivery; readonly resolve: (outcome: DeliveryOutcome) => void }[] = []
  let writing: Promise<void> | undefined

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      const outcome = await appendDurably(batch.map(({ delivery }) => effectLine(delivery)).join(''))
      for (const { resolve } of batch) resolve(outcome)
    }
    writing = undefined
  }

  async function appendDurably(text: string): Promise<DeliveryOutcome> {
    try {
      if (file && !(await file.isThere())) {
        const moved = file
        file = undefined
        await moved.close()
      }
      file ??= await openFile(path)
      await file.append(text)
      await file.sync()
      return ACKNOWLEDGED
    } catch (error) {
      const broken = file
      file = undefined
      await broken?.close().catch(() => {})
      return { kind: 'failed', why: `cannot append to '${path}' (${codeOf(error as Error)})` }
    }
  }

  return {
    concurrency: limits.FILE_DELIVERIES_AT_ONCE,
    deliver: delivery =>
      new Promise(resolve => {
        waiting.push({ delivery, resolve })
        writing ??= writeAll()
      }),
    close: async () => {
      await writing
      await file?.close()
      file = undefined
    },
  }
}

/** Opens a file for appending. A partial last line, from a crash or a full disk, is ended first. */
export async function openAppendable(path: string): Promise<AppendableFile> {
  const handle = await open(path, 'a+')
  try {
    const { size } = await handle.stat()
    if (size === 0) await syncFolder(dirname(path))
    else if (!(await endsLine(handle, size))) await handle.appendFile('\n')
  } catch (error) {
    await handle.close()
    throw error
  }
  return {
    isThere: () => isAt(path, handle),
    append: text => handle.appendFile(text),
    sync: () => handle.datasync(),
    close: () => handle.close(),
  }
}

/** Compares device and inode, which stay unique while the file is open. */
async function isAt(path: string, handle: FileHandle): Promise<boolean> {
  const opened = await handle.stat({ bigint: true })
  try {
    const current = await stat(path, { bigint: true })
    return current.ino === opened.ino && current.dev === opened.dev
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

async function endsLine(handle: FileHandle, size: number): Promise<boolean> {
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer[0] === 0x0a
}

/** Makes the name of a new file durable. Windows cannot open folders. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

interface SharedFile {
  readonly file: Destination
  users: number
}

/** Open files by canonical path: written to, and not yet closed by all users. */
const openFiles = new Map<string, SharedFile>()

/**
 * A `fileDestination` that all actions of a process share if they append to one file; it closes with its last user. With a handle each, a
 * write that the system splits would have lines of other actions between its parts, and a partial line would be continued by the next write.
 */
export function sharedFileDestination(path: string, openFile?: (path: string) => Promise<AppendableFile>): Destination {
  const place = placeOf(path)
  let shared: SharedFile | undefined
  return closingAfterDeliveries({
    concurrency: limits.FILE_DELIVERIES_AT_ONCE,
    deliver: delivery => {
      if (!shared) {
        shared = openFiles.get(place) ?? { file: fileDestination(path, openFile), users: 0 }
        openFiles.set(place, shared)
        shared.users++
      }
      return shared.file.deliver(delivery)
    },
    close: async () => {
      const released = shared
      shared = undefined
      if (!released || --released.users > 0) return
      // All writes have ended, so the next user may open the file anew.
      openFiles.delete(place)
      await released.file.close()
    },
  })
}

/** The same path for all names of a file through its folder, which need not exist yet. */
function placeOf(path: string): string {
  const whole = resolve(path)
  const folder = dirname(whole)
  if (folder === whole) return whole
  try {
    return join(realpathSync.native(folder), basename(whole))
  } catch {
    return join(placeOf(folder), basename(whole))
  }
}

/**
 * Standard output: acknowledges once the system has accepted the write. A slow reader delays deliveries; a reader that has gone fails them.
 * The stream stays open.
 */
export function outputDestination(stream: Writable = process.stdout): Destination {
  // Each write reports its own error. Without this listener a closed pipe would end the process.
  const ignoreError = (): void => {}
  stream.on('error', ignoreError)
  return closingAfterDeliveries({
    concurrency: limits.DELIVERIES_AT_ONCE,
    deliver: async delivery => {
      const { promise, resolve } = Promise.withResolvers<Error | null | undefined>()
      stream.write(effectLine(delivery), resolve)
      const error = await promise
      return error ? { kind: 'failed', why: `standard output takes nothing more (${codeOf(error)})` } : ACKNOWLEDGED
    },
    close: async () => void stream.off('error', ignoreError),
  })
}

const codeOf = (error: Error & { readonly code?: string }): string => error.code ?? error.name
