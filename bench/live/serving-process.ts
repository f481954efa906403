/** The process of a bench that serves: a run over a folder with a server around it, driven as the command line drives one. Argument: the folder. */
import { every, wallClock } from '../../src/base/clock.ts'
import { limits } from '../../src/base/limits.ts'
import { batchOf } from '../../src/intake/batch.ts'
import { openFolder } from '../../src/log/sqlite/data-folder.ts'
import { Run } from '../../src/run/run.ts'
import { Feed } from '../../src/serve/feed.ts'
import { listen, type Listening } from '../../src/serve/listen.ts'
import { answerAsks } from './child.ts'
import { TICK_EVERY_MS } from './open-loop.ts'
import { wide, wideEvents } from './wide.ts'

/** What is to be served: features of so many keys. */
export interface ServeWide {
  readonly keys: number
}

export interface ServedAt {
  readonly port: number
}

const BLOCK = 1000
const [folder] = process.argv.slice(2)

async function serveWide({ keys }: ServeWide): Promise<ServedAt> {
  const data = await openFolder(folder)
  const feed = new Feed()
  const now = wallClock()
  const events = wideEvents(keys, now)
  let clock = () => events[0].at
  const run = new Run(wide, { store: data.store, clock: () => clock(), onDecisions: feed.tell })
  for (let at = 0; at < events.length; at += BLOCK) {
    const block = events.slice(at, at + BLOCK)
    const arrival = block.at(-1)!.at
    clock = () => arrival
    await run.submit('events', batchOf(block))
  }
  clock = wallClock
  const timers = [every(TICK_EVERY_MS, () => run.tick()), every(limits.CHECKPOINT_ROUND_MS, () => run.checkpoint())]
  const server = await listen({ run, pipeline: wide, data: folder, feed, port: 0 })
  stopWith(server, async () => {
    for (const timer of timers) timer.stop()
    await run.stop()
    data.release()
  })
  return { port: server.port }
}

function stopWith(server: Listening, stop: () => Promise<void>): void {
  process.once('disconnect', () => void server.close().then(stop))
}

answerAsks(serveWide)
