/** In a process of a bench: a run that serves, as `spillway run --listen` does, and tells what it has done in a while. */
import type { EffectRoute } from '../../src/action/effect-dispatcher.ts'
import type { Pipeline } from '../../src/index.ts'
import { letHeapGrow } from '../../src/base/heap.ts'
import { openDataFolder } from '../../src/log/sqlite/data-folder.ts'
import type { SqliteStoreOptions } from '../../src/log/sqlite/sqlite-store.ts'
import { LiveRun, type LiveRunOptions } from '../../src/run/loop/live-run.ts'
import { CommitFeed } from '../../src/serve/events/commit-feed.ts'
import { startServer } from '../../src/serve/listen.ts'
import { answering } from './forked.ts'
import { watching } from './watching.ts'

export interface Served {
  readonly pipeline: Pipeline
  readonly data: string
  readonly sendings?: readonly EffectRoute[]
  readonly disk?: SqliteStoreOptions
  readonly clock?: NonNullable<LiveRunOptions['clock']>
  /** To what else it is asked. */
  readonly answers?: Parameters<typeof answering>[0]
}

/** Serves on a free port, and from then on answers what the bench asks. */
export async function serveAndAnswer({ pipeline, data, sendings = [], disk, clock, answers }: Served): Promise<void> {
  letHeapGrow()
  const folder = await openDataFolder(data, disk)
  const feed = new CommitFeed()
  const reports: string[] = []
  const onReport = (report: string): void => void reports.push(report)
  const running = await LiveRun.inFolder(folder, pipeline, { sendings, onRecorded: feed.notify, onReport, ...(clock && { clock }) })
  const { run } = running
  const server = await startServer({ port: 0, run, pipeline, data, feed, onError: error => reports.push(String(error)) })
  const counted = () => ({ events: run.counts.accepted, decisions: run.counts.decisions, fsyncs: folder.store.transactions })
  answering({
    ...answers,
    url: () => server.url,
    ...watching(counted, () => running.whenIdle()),
    /** What it reported that should not have been. */
    end: async (): Promise<readonly string[]> => {
      await server.close()
      await running.stop()
      return reports
    },
  })
}
