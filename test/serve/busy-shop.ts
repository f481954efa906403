/** The smallest run with a server over a data folder, for tests of jobs: payments of cards, a count, and a model on each payment. */
import fastify, { type FastifyInstance } from 'fastify'
import { count, entity, features, linear, model, on, pipeline, source, stream, t } from '../../src/index.ts'
import { openDataFolder, type DataFolder } from '../../src/log/sqlite/data-folder.ts'
import { LiveRun } from '../../src/run/loop/live-run.ts'
import { servePlugin } from '../../src/serve/plugin.ts'
import { scratchFolder } from '../scratch.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const busy = model('busy', { decide: on(payments), inputs: p => now.of(p.card), score: linear({ intercept: 0, weights: { n: 1 } }) })
export const busyShop = pipeline('shop', [busy])

/** A run of `busyShop` that is served. */
export interface BusyShopRun {
  readonly data: string
  readonly run: LiveRun['run']
  readonly folder: DataFolder
  readonly app: FastifyInstance
  /** Lines of `/metrics` that begin with a name. */
  readonly metric: (name: string) => Promise<string[]>
  readonly close: () => Promise<void>
}

/** Starts a run in an empty folder. */
export async function openBusyShop(folderName: string): Promise<BusyShopRun> {
  const data = scratchFolder(folderName)
  const folder = await openDataFolder(data)
  const running = await LiveRun.inFolder(folder, busyShop)
  const app = fastify()
  await app.register(servePlugin, { run: running.run, pipeline: busyShop, data })
  return {
    data,
    run: running.run,
    folder,
    app,
    metric: async name => (await app.inject('/metrics')).body.split('\n').filter(line => line.startsWith(name)),
    close: async () => {
      await app.close()
      await running.stop()
    },
  }
}
