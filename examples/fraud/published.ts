/**
 * The handbook's model for the city of its simulator: fifteen inputs, most of them slow, and chargebacks that come a week late. It learns
 * from those alone, as a team would.
 *
 *     node published-table.ts --payments payments.ndjson --chargebacks chargebacks.ndjson
 */
import { count, entity, features, labelFrom, lag, logistic, model, on, pipeline, source, stream, t } from 'spillway'
import coefficients from './published.json' with { type: 'json' }

const card = entity('card', t.string())
const terminal = entity('terminal', t.string())

interface Payment {
  readonly id: string
  readonly card: string
  readonly terminal: string
  readonly amount: number
  /** ISO 8601, UTC. */
  readonly at: string
}

/** Weekend: Saturdays and Sundays. Night: hours 0 to 6. */
const calendar = (at: Date) => ({ weekend: Number(at.getUTCDay() % 6 === 0), night: Number(at.getUTCHours() <= 6) })

export const payments = source('payments', {
  schema: {
    id: t.string(),
    card,
    terminal,
    amount: t.decimal(2, { min: 0 }),
    weekend: t.int({ min: 0, max: 1 }),
    night: t.int({ min: 0, max: 1 }),
    at: t.timestamp(),
  },
  key: 'card',
  time: 'at',
  id: 'id',
  map: (payment: Payment) => ({ ...payment, ...calendar(new Date(payment.at)) }),
  mapVersion: '1',
})

/** Reported seven days after the payment that they name. */
export const chargebacks = source('chargebacks', {
  schema: { payment: t.string(), terminal, fraud: t.bool(), at: t.timestamp() },
  key: 'payment',
  time: 'at',
})

/** Includes the current payment, as published. */
const cardUsual = features('card_usual', {
  from: payments,
  entity: card,
  place: stream,
  values: p => ({
    n1d: count('1d'),
    n7d: count('7d'),
    n30d: count('30d'),
    mean1d: p.amount.mean('1d'),
    mean7d: p.amount.mean('7d'),
    mean30d: p.amount.mean('30d'),
  }),
})

/** Payments at the terminal on days whose chargebacks are all known: the as-of time of the group is a week ago. */
const terminalBefore = features('terminal_before', {
  from: payments,
  entity: terminal,
  place: lag('7d'),
  values: () => ({ n1d: count('1d'), n7d: count('7d'), n30d: count('30d') }),
})

/** Chargebacks within a window belong to payments a week earlier, which `terminal_before` counts. */
const terminalFrauds = features('terminal_frauds', {
  from: chargebacks,
  entity: terminal,
  place: stream,
  values: c => ({ n1d: count('1d', c.fraud), n7d: count('7d', c.fraud), n30d: count('30d', c.fraud) }),
})

export const published = model('published', {
  decide: on(payments),
  inputs: p => {
    const before = terminalBefore.of(p.terminal)
    const frauds = terminalFrauds.of(p.terminal)
    return {
      amount: p.amount,
      weekend: p.weekend,
      night: p.night,
      card: cardUsual.of(p.card),
      terminal: before,
      risk1d: frauds.n1d.dividedBy(before.n1d), // NULL without payments
      risk7d: frauds.n7d.dividedBy(before.n7d),
      risk30d: frauds.n30d.dividedBy(before.n30d),
    }
  },
  label: labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '7d' }),
  score: logistic(coefficients), // fitted by published-table.ts in the city of seed 1; decides until a version is promoted
  train: {
    algorithm: 'trees',
    rounds: 200,
    depth: 3,
    learningRate: 0.05,
    ridge: 1,
    every: 'week',
    over: '8w',
    holdout: '7d',
    promote: { metric: 'ap', atLeast: 0.3, betterBy: 0.01 },
  },
})

export default pipeline('published', [published])
