/**
 * Shares one open file among all actions of a process that append to it, so that their writes come one after the other.
 *
 * With a handle each, a write that the system splits would have lines of other actions between its parts, and a partial line would be
 * continued by the next write.
 */
import { realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { limits } from '../base/index.ts'
import type { Destination, DeliveryOutcome } from '../define/action/index.ts'
import { fileDestination, type AppendableFile } from './file-destination.ts'

interface Shared {
  readonly file: Destination
  users: number
}

/** Open files by canonical path: written to, and not yet closed by all users. */
const open = new Map<string, Shared>()

/** A `fileDestination` that closes with its last user. */
export function sharedFileDestination(path: string, openFile?: (path: string) => Promise<AppendableFile>): Destination {
  const place = placeOf(path)
  const underWay = new Set<Promise<DeliveryOutcome>>()
  let shared: Shared | undefined

  function acquire(): Shared {
    let entry = open.get(place)
    if (!entry) open.set(place, (entry = { file: fileDestination(path, openFile), users: 0 }))
    entry.users++
    return entry
  }

  return {
    concurrency: limits.FILE_DELIVERIES_AT_ONCE,
    deliver: delivery => {
      shared ??= acquire()
      const outcome = shared.file.deliver(delivery).finally(() => underWay.delete(outcome))
      underWay.add(outcome)
      return outcome
    },
    close: async () => {
      while (underWay.size > 0) await Promise.all(underWay)
      const released = shared
      shared = undefined
      if (!released || --released.users > 0) return
      // All writes have ended, so the next user may open the file anew.
      open.delete(place)
      await released.file.close()
    },
  }
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
