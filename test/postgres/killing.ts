/** A reader that is killed at random times by a seed, again and again, and continues each time from its durable position. */
import { pause } from '../../src/base/clock.ts'
import type { Random } from '../../src/base/random.ts'
import type { FeedTarget } from '../../src/sources/reader/source-feed.ts'
import type { Disk } from '../crash/model-store.ts'
import { numbers, openNumbersRun } from './numbers-run.ts'

/** Kills it this many times, each after at most this many steps. Returns the disk. */
export async function killed(
  read: (run: FeedTarget, signal: AbortSignal) => Promise<void>,
  draw: Random,
  { times, moments }: { readonly times: number; readonly moments: number },
): Promise<Disk> {
  let disk: Disk = { commits: [] }
  for (let time = 0; time < times; time++) {
    const { store, run } = openNumbersRun(numbers, disk, false)
    const stop = new AbortController()
    const reading = read(run, stop.signal).catch(() => {})
    for (let left = Math.floor(draw() * moments); left >= 0; left--) {
      await pause(1)
      if (draw() < 0.7) store.sync(1)
    }
    disk = store.crash(Math.floor(draw() * (store.waiting + 1)))
    stop.abort()
    store.fail()
    run.ended.catch(() => {})
    await reading
  }
  return disk
}
