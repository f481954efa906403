/** The pipeline of killed processes: two sources with ids, decisions on both and at ticks, and webhooks as actions. */
import { action, answer, count, entity, env, every, features, linear, model, on, pipeline, source, stream, t, webhook } from 'spillway'

/** The environment variable with the receiver's address. */
export const HOOK = 'ALERTS_HOOK'
export const TIMEOUT_MS = 300

const card = entity('card', t.string())
// A record that is resent after days is still a duplicate.
const ids = { id: 'id', dedupe: '40000d' } as const
const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.decimal(2, { min: 0 }), at: t.timestamp() },
  key: 'card',
  time: 'at',
  ...ids,
})
const logins = source('logins', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', ...ids })
const now = features('now', { from: payments, entity: card, place: stream, values: p => ({ n: count('1h'), most: p.amount.max('6h') }) })
const seen = features('seen', { from: logins, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const score = linear({ intercept: 0, weights: { n: 1 } })

// The id of the decided event makes every effect different.
const onPayment = model('on_payment', { decide: on(payments), inputs: p => ({ id: p.id, n: now.of(p.card).n }), score })
const onLogin = model('on_login', { decide: on(logins), inputs: l => ({ id: l.id, n: seen.of(l.card).n }), score })
const onTick = model('on_tick', { decide: every('1s', card, { live: '1h' }), inputs: ({ card: c }) => ({ n: now.of(c).n }), score })

const hook = () => webhook(env(HOOK), { allowPrivate: true, timeout: `${TIMEOUT_MS}ms`, attempts: 100, concurrency: 3 })
const warn = action('warn', { when: onPayment.score.gte(1), deadline: '1s', do: hook() })
const decline = action('decline', { when: onPayment.score.gte(1), explore: 0.3, reply: 'inline', do: answer({ approved: false }) })
const block = action('block', { when: onPayment.score.gte(2), cooldown: '200ms', do: hook() })
const greet = action('greet', { when: onLogin.score.gte(2), do: hook() })
const sum = action('sum', { when: onTick.score.gte(2), cooldown: '3s', do: hook() })

export const alerts = pipeline('alerts', [warn, decline, block, greet, sum])
