/**
 * One file, however many actions append to it: those of a process that name the same have one `fileDestination`, whose writes come one after the other.
 *
 * With a handle each, a write that the system takes in parts would have others' lines between its parts, and half a line of one would be ended by nobody
 * before the other goes on.
 */
import { realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { limits } from '../base/limits.ts'
import type { Destination, Outcome } from './destination.ts'
import { fileDestination, type Appending } from './file-destination.ts'

interface Shared {
  readonly file: Destination
  users: number
}

/** By where they are. Those that have been sent to, and are not closed by all who did. */
const open = new Map<string, Shared>()

/** As a `fileDestination`, closed once the last that shares it is. */
export function sharedFile(path: string, openFile?: (path: string) => Promise<Appending>): Destination {
  const place = placeOf(path)
  const underWay = new Set<Promise<Outcome>>()
  let shared: Shared | undefined

  function take(): Shared {
    let one = open.get(place)
    if (!one) open.set(place, (one = { file: fileDestination(path, openFile), users: 0 }))
    one.users++
    return one
  }

  return {
    concurrency: limits.FILE_DELIVERIES_AT_ONCE,
    deliver: delivery => {
      shared ??= take()
      const outcome = shared.file.deliver(delivery).finally(() => underWay.delete(outcome))
      underWay.add(outcome)
      return outcome
    },
    close: async () => {
      while (underWay.size > 0) await Promise.all(underWay)
      const left = shared
      shared = undefined
      if (!left || --left.users > 0) return
      // Nothing of it is being written any more: who comes now may open it anew.
      open.delete(place)
      await left.file.close()
    },
  }
}

/** The same for all names of a file by way of its folder, which need not be there yet. */
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
