/**
 * The pipeline of processes over tables of PostgreSQL that are killed: an outbox, a table whose changes are followed, decisions on both,
 * and webhooks. Rows have no ids, so a row that is read twice counts twice.
 */
import { action, count, entity, env, features, linear, model, on, pipeline, source, stream, t, webhook } from 'spillway'
import { HOOK, TIMEOUT_MS } from './alerts.ts'

const who = entity('who', t.string())
const shape = { schema: { who, n: t.int(), at: t.timestamp() }, key: 'who', time: 'at' } as const
const orders = source('orders', shape)
const moves = source('moves', shape)
const ordered = features('ordered', { from: orders, entity: who, place: stream, values: () => ({ count: count('1h') }) })
const moved = features('moved', { from: moves, entity: who, place: stream, values: o => ({ count: count('1h'), most: o.n.max('1h') }) })
const score = linear({ intercept: 0, weights: { count: 1 } })

// The number of the row makes every effect different.
const onOrder = model('on_order', {
  decide: on(orders),
  inputs: o => ({ n: o.n, count: ordered.of(o.who).count, moved: moved.of(o.who).count }),
  score,
})
const onMove = model('on_move', {
  decide: on(moves),
  inputs: m => ({ n: m.n, count: moved.of(m.who).count, most: moved.of(m.who).most }),
  score,
})

const hook = () => webhook(env(HOOK), { allowPrivate: true, timeout: `${TIMEOUT_MS}ms`, attempts: 100, concurrency: 8 })
const tell = action('tell', { when: onOrder.score.gte(4), cooldown: '40ms', do: hook() })
const note = action('note', { when: onMove.score.gte(4), cooldown: '40ms', do: hook() })

export const tables = pipeline('tables', [tell, note])

/** The file, beside that of the decisions, with the number of rows of the copied table that were read. */
export const copiedRowsFile = (decisionFile: string): string => `${decisionFile}.copied`
