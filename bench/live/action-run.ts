/** The run of `bench action`, in a process of its own as `spillway run --listen` is one. Arguments: its data folder, and where effects go. */
import { sendingsOf } from '../../src/action/sendings.ts'
import { stopwatch } from '../../src/base/clock.ts'
import { openFolder } from '../../src/log/sqlite/data-folder.ts'
import { Running } from '../../src/run/running.ts'
import { Feed } from '../../src/serve/feed.ts'
import { listen, type Listening } from '../../src/serve/listen.ts'
import { alarms, HOOK } from './alarms.ts'
import { answering } from './forked.ts'
import { watchLoop, type Stalls } from './loop.ts'

const [data, hook] = process.argv.slice(2)
const folder = await openFolder(data)
const feed = new Feed()
const reports: string[] = []
const running = await Running.in(folder, alarms, {
  sendings: await sendingsOf(alarms, { [HOOK]: hook }),
  onRecorded: feed.tell,
  onReport: report => reports.push(report),
})
const { run } = running
const server: Listening = await listen({ port: 0, run, pipeline: alarms, data, feed, onError: error => reports.push(String(error)) })

/** What a run has done in a while. */
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

const counted = () => {
  const { user, system } = process.cpuUsage()
  const { accepted, decisions } = run.counts
  return { accepted, decisions, fsyncs: folder.store.transactions, cpuMs: (user + system) / 1000, at: stopwatch() }
}

let loop: Awaited<ReturnType<typeof watchLoop>>
let before = counted()

answering({
  url: () => server.url,
  watch: async () => {
    loop = await watchLoop()
    before = counted()
  },
  /** Since it was told to watch, once everything that followed has been sent. */
  done: async (): Promise<Done> => {
    const stalls = await loop.stop()
    const { accepted, decisions, fsyncs, cpuMs, at } = counted()
    await running.idle()
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
