/**
 * A run over a temporary folder with a server around it, for tests: payments of cards, a model on each, and one that decides on request.
 */
import type { FastifyInstance } from 'fastify'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { count, entity, features, model, on, pipeline, request, rules, source, stream, t } from '../../src/index.ts'
import { openDataFolder, type DataFolder } from '../../src/log/sqlite/data-folder.ts'
import type { RunControl } from '../../src/operate/control/run-control.ts'
import { openRunControl } from '../../src/operate/control/serve-control.ts'
import { Run } from '../../src/run/loop/run.ts'
import { CommitFeed } from '../../src/serve/events/journal.ts'
import { serve, type ServerOptions } from '../../src/serve/server.ts'

const card = entity('card', t.string())
export const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.decimal(2, { min: 0 }), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
export const hooks = source('hooks', {
  schema: { id: t.string(), card, at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
  mapVersion: '1',
  map: (hook: { id: string; data: { cards: string[]; at: number } }) =>
    hook.data.cards.map(card => ({ id: `${hook.id}/${card}`, card, at: hook.data.at })),
})
export const now = features('now', {
  from: payments,
  entity: card,
  place: stream,
  values: p => ({ n: count('1h'), sum: p.amount.sum('1h') }),
})
export const hooked = features('hooked', { from: hooks, entity: card, place: stream, values: () => ({ n: count('1h') }) })
export const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ amount: p.amount, now: now.of(p.card) }),
  score: v => rules([{ when: v.amount.gt(100), score: 0.9 }], 0.1),
})
export const check = model('check', {
  decide: request({ card, amount: t.decimal(2) }, { key: 'card' }),
  inputs: r => ({ amount: r.amount, n: now.of(r.card).n, hooked: hooked.of(r.card).n }),
  score: v => rules([{ when: v.n.gt(1), score: 1 }], 0),
})
export const shop = pipeline('shop', [fraud, check])

export const start = Date.parse('2026-01-01T00:00Z')
export const pay = (id: string | number, of = 'c', amount: number | string = '1.50') => ({ id: String(id), card: of, amount, at: start })

export interface Open {
  readonly folder: DataFolder
  readonly data: string
  readonly run: Run
  readonly app: FastifyInstance
  readonly control: RunControl
  /** Stops the server, then the run, and removes the folder. */
  close(): Promise<void>
}

export type OpenOptions = Partial<ServerOptions> & { readonly idsMax?: number; readonly fsyncMs?: number; readonly runClock?: () => number }

export async function open({ idsMax, fsyncMs, runClock = () => start, ...options }: OpenOptions = {}): Promise<Open> {
  const data = mkdtempSync(join(tmpdir(), 'spillway-serve-'))
  const folder = await openDataFolder(data, { fsyncMs })
  const feed = new CommitFeed()
  const run = new Run(shop, { store: folder.store, clock: runClock, onRecorded: feed.notify, ...(idsMax !== undefined && { idsMax }) })
  const control = openRunControl({ run, pipeline: shop, data })
  const app = serve({ run, pipeline: shop, data, feed, control, ...options })
  await app.ready()
  return {
    folder,
    data,
    run,
    app,
    control,
    close: async () => {
      await app.close()
      control.close()
      await run.stop().catch(() => {})
      folder.release()
      rmSync(data, { recursive: true, force: true })
    },
  }
}

/** JSON of a response. */
export const posted = (app: FastifyInstance, url: string, payload: unknown, headers: Readonly<Record<string, string>> = {}) =>
  app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', ...headers },
    payload: typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
  })
