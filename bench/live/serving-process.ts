/** The server process of a bench: a run over a folder with a server, driven as the command line drives one. Argument: the folder. */
import { callEvery, wallClock } from '../../src/base/clock.ts'
import { recordBatchOf } from '../../src/intake/record-batch.ts'
import { openDataFolder } from '../../src/log/sqlite/data-folder.ts'
import { Run } from '../../src/run/loop/run.ts'
import { scheduleCheckpoints } from '../../src/run/loop/live-run.ts'
import { CommitFeed } from '../../src/serve/events/journal.ts'
import { startServer } from '../../src/serve/listen.ts'
import { answerAsks } from './child.ts'
import { fresh } from './freshness-pipeline.ts'
import { TICK_EVERY_MS } from './open-loop.ts'
import { wide, wideEvents } from './wide-pipeline.ts'

/** The served data: wide features of this many keys, or future readings. */
export type ServeAsk = { readonly kind: 'wide'; readonly keys: number } | { readonly kind: 'fresh' }

export interface ServedAt {
  readonly port: number
}

const BLOCK = 1000
const [folder] = process.argv.slice(2)

async function serveAsked(ask: ServeAsk): Promise<ServedAt> {
  const pipeline = ask.kind === 'wide' ? wide : fresh
  const data = await openDataFolder(folder)
  const feed = new CommitFeed()
  let clock = wallClock
  const run = new Run(pipeline, { store: data.store, clock: () => clock(), onRecorded: feed.notify })
  if (ask.kind === 'wide') await fill(run, ask.keys, arrival => (clock = () => arrival))
  clock = wallClock
  const timers = [callEvery(TICK_EVERY_MS, () => run.tick()), scheduleCheckpoints(run)]
  const server = await startServer({ run, pipeline, data: folder, feed, port: 0 })
  process.once('disconnect', async () => {
    await server.close()
    await run.stop()
    for (const timer of timers) timer.stop()
    data.release()
  })
  return { port: server.port }
}

/** Appends history, by a clock that runs ahead through it. */
async function fill(run: Run, keys: number, setClock: (arrival: number) => void): Promise<void> {
  const events = wideEvents(keys, wallClock())
  for (let at = 0; at < events.length; at += BLOCK) {
    const block = events.slice(at, at + BLOCK)
    setClock(block.at(-1)!.at)
    await run.submit('events', recordBatchOf(block))
  }
}

answerAsks(serveAsked)
