/**
 * A file as a destination: one line of NDJSON per effect, appended and fsynced before it is acknowledged.
 *
 * Before each write the file is checked. If it was moved or deleted, a new file of the same name is opened, so log rotation needs no
 * signal.
 */
import { open, stat, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { limits } from '../base/index.ts'
import { ACKNOWLEDGED, type Delivery, type Destination, type DeliveryOutcome } from '../define/action/index.ts'
import { effectLine } from './effect-line.ts'

/** An open file; a port for tests. */
export interface AppendableFile {
  /** Does the path still name this file? */
  isThere(): Promise<boolean>
  append(text: string): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

/** Lines that arrive during a write share the next write and fsync. After an error the next delivery opens the file anew. */
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
      return { kind: 'failed', why: `cannot append to '${path}' (${(error as NodeJS.ErrnoException).code ?? (error as Error).name})` }
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
