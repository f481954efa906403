/** Reports the work of a process of a bench with a run. */
import { stopwatch } from '../../src/base/clock.ts'
import { watchLoop, type Stalls } from './loop.ts'

export interface WorkCounts {
  readonly events: number
  readonly decisions: number
  /** Transactions, each one fsync of the WAL. */
  readonly fsyncs: number
}

/** Work of a process within a period. */
export interface ProcessWork extends WorkCounts {
  readonly stalls: Stalls
  /** Of all of its threads. */
  readonly cpuMs: number
  readonly seconds: number
  readonly rssMb: number
}

/** `idle` resolves when everything accepted is durable, and everything that followed has been sent. */
export function measureWork(
  counted: () => WorkCounts,
  idle: () => Promise<void>,
): { watch: () => Promise<void>; done: () => Promise<ProcessWork> } {
  const all = () => {
    const { user, system } = process.cpuUsage()
    return { ...counted(), cpuMs: (user + system) / 1000, at: stopwatch() }
  }
  let loop: Awaited<ReturnType<typeof watchLoop>>
  let before = all()
  return {
    watch: async () => {
      loop = await watchLoop()
      before = all()
    },
    /** Since watching began. */
    done: async () => {
      const stalls = await loop.stop()
      const { fsyncs, cpuMs, at } = all()
      await idle()
      const { events, decisions } = counted()
      return {
        events: events - before.events,
        decisions: decisions - before.decisions,
        fsyncs: fsyncs - before.fsyncs,
        stalls,
        cpuMs: cpuMs - before.cpuMs,
        seconds: (at - before.at) / 1000,
        rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
      }
    },
  }
}
