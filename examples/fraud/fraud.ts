/**
 * Decides on request whether a payment is fraud, from the last minutes of the card and the terminal, and from the usual payments of the
 * card.
 *
 *     npm run spillway -- replay examples/fraud/fraud.ts --source payments=payments.ndjson
 */
import {
  action,
  answer,
  count,
  entity,
  features,
  labelFrom,
  logistic,
  model,
  money,
  on,
  pipeline,
  source,
  stream,
  t,
  worth,
} from 'spillway'
import fitted from './fitted.json' with { type: 'json' }

const card = entity('card', t.string())
const terminal = entity('terminal', t.string())

export const payments = source('payments', {
  schema: { id: t.string(), card, terminal, amount: t.decimal(2, { min: 0 }), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})

/** Outcomes: each fraud is reported seven days after its payment. No decision reads them. */
export const chargebacks = source('chargebacks', {
  schema: { payment: t.string(), terminal, fraud: t.bool(), at: t.timestamp() },
  key: 'payment',
  time: 'at',
})

// The windows exclude the current payment (`before`): it is an input of its own, and the age of a window must not decide whether it is
// included.
const before = true

export const cardNow = features('card_now', {
  from: payments,
  entity: card,
  place: stream,
  values: p => ({
    n1m: count('1m', { before }),
    n10m: count('10m', { before }),
    n60m: count('60m', { before }),
    sum1m: p.amount.sum('1m', { before }),
    sum10m: p.amount.sum('10m', { before }),
    sum60m: p.amount.sum('60m', { before }),
    small10m: count('10m', p.amount.lt(5), { before }),
  }),
})

export const cardUsual = features('card_usual', {
  from: payments,
  entity: card,
  place: stream,
  values: p => ({ mean30d: p.amount.mean('30d', { before }), n30d: count('30d', { before }) }),
})

export const terminalNow = features('terminal_now', {
  from: payments,
  entity: terminal,
  place: stream,
  values: p => ({ n10m: count('10m', { before }), n1h: count('1h', { before }), small10m: count('10m', p.amount.lt(5), { before }) }),
})

export const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => {
    const usual = cardUsual.of(p.card)
    return {
      amount: p.amount,
      card: cardNow.of(p.card),
      usual,
      terminal: terminalNow.of(p.terminal),
      ratio: p.amount.dividedBy(usual.mean30d), // NULL without history
    }
  },
  score: logistic(fitted.coefficients), // fitted by fit.ts on another city
  label: labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '7d' }),
})

/** The score from which a payment is declined and its card blocked: the threshold with the greatest savings on the city of the fit. */
export const { declineFrom } = fitted

// A customer is waiting: without a decision in time the payment is approved.
export const decline = action('decline', {
  when: fraud.score.gte(declineFrom),
  deadline: '100ms',
  reply: 'inline',
  do: answer({ approved: false }, { otherwise: { approved: true } }),
})

/**
 * Value of `decline` for the audit: a declined fraud saves its amount; a declined genuine payment costs $10. Afterwards the card is blocked
 * for a day.
 */
export const saved = worth(fraud, money({ saves: 'amount', wrong: 10, blocks: '24h' }))

export default pipeline('fraud', [decline, saved])
