/** In a process of a bench: a run with a server, like `spillway run --listen`, that reports its work. */
import type { ActionDestination } from '../../src/action/guarded-destination.ts'
import type { Pipeline } from '../../src/index.ts'
import { letHeapGrow } from '../../src/cli/command/heap.ts'
import { openDataFolder } from '../../src/log/sqlite/data-folder.ts'
import type { SqliteStoreOptions } from '../../src/log/sqlite/sqlite-store.ts'
import { LiveRun, type LiveRunOptions } from '../../src/run/loop/live-run.ts'
import { CommitFeed } from '../../src/serve/events/journal.ts'
import { startServer } from '../../src/serve/listen.ts'
import { answerNamedRequests } from './bench-process.ts'
import { measureWork } from './process-work.ts'

export interface ServingRun {
  readonly pipeline: Pipeline
  readonly data: string
  readonly sendings?: readonly ActionDestination[]
  readonly disk?: SqliteStoreOptions
  readonly clock?: NonNullable<LiveRunOptions['clock']>
  /** Answers to further requests. */
  readonly answers?: Parameters<typeof answerNamedRequests>[0]
}

/** Serves on a free port, and then answers the requests of the bench. */
export async function serveAndAnswer({ pipeline, data, sendings = [], disk, clock, answers }: ServingRun): Promise<void> {
  letHeapGrow()
  const folder = await openDataFolder(data, disk)
  const feed = new CommitFeed()
  const reports: string[] = []
  const onReport = (report: string): void => void reports.push(report)
  const running = await LiveRun.inFolder(folder, pipeline, { sendings, onRecorded: feed.notify, onReport, ...(clock && { clock }) })
  const { run } = running
  const server = await startServer({ port: 0, run, pipeline, data, feed, onError: error => reports.push(String(error)) })
  const counted = () => ({ events: run.counts.accepted, decisions: run.counts.decisions, fsyncs: folder.store.transactions })
  answerNamedRequests({
    ...answers,
    url: () => server.url,
    ...measureWork(counted, () => running.whenIdle()),
    /** Unexpected reports of the run. */
    end: async (): Promise<readonly string[]> => {
      await server.close()
      await running.stop()
      return reports
    },
  })
}
