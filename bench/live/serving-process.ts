/** The process of a bench that serves: a run over a folder with a server around it, driven as the command line drives one. Argument: the folder. */
import { every, wallClock } from '../../src/base/clock.ts'
import { batchOf } from '../../src/intake/batch.ts'
import { openFolder } from '../../src/log/sqlite/data-folder.ts'
import { Run } from '../../src/run/loop/run.ts'
import { saveRounds } from '../../src/run/loop/save-rounds.ts'
import { Feed } from '../../src/serve/events/run-feed.ts'
import { listen } from '../../src/serve/listen.ts'
import { answerAsks } from './child.ts'
import { fresh } from './fresh.ts'
import { TICK_EVERY_MS } from './open-loop.ts'
import { wide, wideEvents } from './wide.ts'

/** What is to be served: the wide features of so many keys, or readings that are still to come. */
export type ServeAsk = { readonly kind: 'wide'; readonly keys: number } | { readonly kind: 'fresh' }

export interface ServedAt {
  readonly port: number
}

const BLOCK = 1000
const [folder] = process.argv.slice(2)

async function serveAsked(ask: ServeAsk): Promise<ServedAt> {
  const pipeline = ask.kind === 'wide' ? wide : fresh
  const data = await openFolder(folder)
  const feed = new Feed()
  let clock = wallClock
  const run = new Run(pipeline, { store: data.store, clock: () => clock(), onRecorded: feed.tell })
  if (ask.kind === 'wide') await fill(run, ask.keys, arrival => (clock = () => arrival))
  clock = wallClock
  const timers = [every(TICK_EVERY_MS, () => run.tick()), saveRounds(run)]
  const server = await listen({ run, pipeline, data: folder, feed, port: 0 })
  process.once('disconnect', async () => {
    await server.close()
    await run.stop()
    for (const timer of timers) timer.stop()
    data.release()
  })
  return { port: server.port }
}

/** History, by a clock that runs ahead through it. */
async function fill(run: Run, keys: number, setClock: (arrival: number) => void): Promise<void> {
  const events = wideEvents(keys, wallClock())
  for (let at = 0; at < events.length; at += BLOCK) {
    const block = events.slice(at, at + BLOCK)
    setClock(block.at(-1)!.at)
    await run.submit('events', batchOf(block))
  }
}

answerAsks(serveAsked)
