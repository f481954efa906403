/**
 * A file as a destination: a line of NDJSON an effect, appended and synchronised to the disk before it is acknowledged.
 *
 * A file that was moved or deleted is let go before the next write, which goes into a new one of the name: who rotates it, or ships it, says nothing to anybody.
 */
import { open, stat, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { limits } from '../base/limits.ts'
import { acknowledged, type Delivery, type Destination, type Outcome } from './destination.ts'
import { effectLine } from './effect-line.ts'

/** An open file. What tests replace. */
export interface Appending {
  /** Is it still what its path names? */
  isThere(): Promise<boolean>
  append(text: string): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

/** Lines that wait while others are written share the next write and fsync. After an error the file is opened anew for whoever comes next. */
export function fileDestination(path: string, openFile: (path: string) => Promise<Appending> = openAppending): Destination {
  let file: Appending | undefined
  let waiting: { readonly delivery: Delivery; readonly resolve: (outcome: Outcome) => void }[] = []
  let writing: Promise<void> | undefined

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const taken = waiting
      waiting = []
      const outcome = await written(taken.map(({ delivery }) => effectLine(delivery)).join(''))
      for (const { resolve } of taken) resolve(outcome)
    }
    writing = undefined
  }

  async function written(text: string): Promise<Outcome> {
    try {
      if (file && !(await file.isThere())) {
        const moved = file
        file = undefined
        await moved.close()
      }
      file ??= await openFile(path)
      await file.append(text)
      await file.sync()
      return acknowledged
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

/** Opens a file for lines behind what it has. Half a line, from a crash or a full disk, is ended first. */
export async function openAppending(path: string): Promise<Appending> {
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

/** By number, which no other file has as long as this one is open. */
async function isAt(path: string, handle: FileHandle): Promise<boolean> {
  const own = await handle.stat({ bigint: true })
  try {
    const there = await stat(path, { bigint: true })
    return there.ino === own.ino && there.dev === own.dev
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

async function endsLine(handle: FileHandle, size: number): Promise<boolean> {
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer[0] === 0x0a
}

/** So that a new file's name is on the disk as well. Windows opens no folders. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
