/** A server of the shop with tokens and webhooks, in a separate process; reports its port, and its peak memory. */
import { callEvery, wallClock } from '../../src/base/clock.ts'
import { openDataFolder } from '../../src/log/sqlite/data-folder.ts'
import { openRunControl } from '../../src/operate/control/serve-control.ts'
import { Run } from '../../src/run/loop/run.ts'
import { CommitFeed } from '../../src/serve/events/journal.ts'
import { startServer } from '../../src/serve/listen.ts'
import { shop } from '../serve/shop.ts'
import { answerOrders } from './forked-process.ts'

export const WEBHOOK_SECRET = 'whsec_of_the_hostile_suite'

const RSS_EVERY_MS = 20

export interface ServerFigures {
  readonly port: number
  /** Peak memory since the last order, bytes. */
  readonly rss: number
  /** Entries of the log. */
  readonly entries: number
}

/** Only as the main program: others import its secret. */
if (process.argv[1] === import.meta.filename) {
  const [data] = process.argv.slice(2)
  const folder = await openDataFolder(data)
  const feed = new CommitFeed()
  const run = new Run(shop, { store: folder.store, clock: wallClock, onRecorded: feed.notify })
  const control = openRunControl({ run, pipeline: shop, data })
  const onError = (error: unknown): void => console.error(error)
  const webhooks = { hooks: { style: 'stripe', secret: WEBHOOK_SECRET } } as const
  const { port } = await startServer({ run, pipeline: shop, data, feed, control, port: 0, webhooks, onError })
  let most = 0
  callEvery(RSS_EVERY_MS, () => (most = Math.max(most, process.memoryUsage.rss())))
  answerOrders(async (): Promise<ServerFigures> => {
    const rss = Math.max(most, process.memoryUsage.rss())
    most = 0
    return { port, rss, entries: run.end }
  })
}
