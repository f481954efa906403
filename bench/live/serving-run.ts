/** In a process of a bench: a run that serves, as `spillway run --listen` does, and tells what it has done in a while. */
import type { Sending } from '../../src/action/dispatcher.ts'
import { stopwatch } from '../../src/base/clock.ts'
import type { Pipeline } from '../../src/index.ts'
import { openFolder } from '../../src/log/sqlite/data-folder.ts'
import type { SqliteOptions } from '../../src/log/sqlite/sqlite-store.ts'
import { Running, type RunningOptions } from '../../src/run/running.ts'
import { Feed } from '../../src/serve/feed.ts'
import { listen } from '../../src/serve/listen.ts'
import { answering } from './forked.ts'
import { watchLoop, type Stalls } from './loop.ts'

export interface Done {
  readonly events: number
  readonly decisions: number
  /** Transactions of the store's writer, each one fsync of the WAL. */
  readonly fsyncs: number
  readonly stalls: Stalls
  /** Of all of its threads. */
  readonly cpuMs: number
  readonly seconds: number
  readonly rssMb: number
}

export interface Served {
  readonly pipeline: Pipeline
  readonly data: string
  readonly sendings?: readonly Sending[]
  readonly disk?: SqliteOptions
  readonly clock?: NonNullable<RunningOptions['clock']>
  /** To what else it is asked. */
  readonly answers?: Parameters<typeof answering>[0]
}

/** Serves on a free port, and from then on answers what the bench asks. */
export async function serveAndAnswer({ pipeline, data, sendings = [], disk, clock, answers }: Served): Promise<void> {
  const folder = await openFolder(data, disk)
  const feed = new Feed()
  const reports: string[] = []
  const onReport = (report: string): void => void reports.push(report)
  const running = await Running.in(folder, pipeline, { sendings, onRecorded: feed.tell, onReport, ...(clock && { clock }) })
  const { run } = running
  const server = await listen({ port: 0, run, pipeline, data, feed, onError: error => reports.push(String(error)) })
  const counted = () => {
    const { user, system } = process.cpuUsage()
    const { accepted, decisions } = run.counts
    return { accepted, decisions, fsyncs: folder.store.transactions, cpuMs: (user + system) / 1000, at: stopwatch() }
  }
  let loop: Awaited<ReturnType<typeof watchLoop>>
  let before = counted()
  answering({
    ...answers,
    url: () => server.url,
    watch: async () => {
      loop = await watchLoop()
      before = counted()
    },
    /** Since it was told to watch; answered once everything that was submitted is durable and everything that followed has been sent. */
    done: async (): Promise<Done> => {
      const stalls = await loop.stop()
      const { fsyncs, cpuMs, at } = counted()
      await running.idle()
      const { accepted, decisions } = run.counts
      return {
        events: accepted - before.accepted,
        decisions: decisions - before.decisions,
        fsyncs: fsyncs - before.fsyncs,
        stalls,
        cpuMs: cpuMs - before.cpuMs,
        seconds: (at - before.at) / 1000,
        rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
      }
    },
    /** What it reported that should not have been. */
    end: async (): Promise<readonly string[]> => {
      await server.close()
      await running.stop()
      return reports
    },
  })
}
