/** Payments, a decision on each of them, and an effect of each decision in a topic. */
import { action, entity, kafka, linear, model, on, pipeline, source, t } from 'spillway'
import { runTopicOf } from './run-settings.ts'

interface PaymentOptions {
  /** The column that tells duplicates, of a source that compares it. */
  readonly id?: 'id'
  readonly amountMax?: number
}

export function paymentNotes({ amountMax, ...identified }: PaymentOptions) {
  const card = entity('card', t.string())
  const payments = source('payments', {
    schema: { id: t.string(), card, amount: t.int({ min: 0, ...(amountMax !== undefined && { max: amountMax }) }), at: t.timestamp() },
    key: 'card',
    time: 'at',
    ...identified,
  })
  const noted = model('noted', {
    decide: on(payments),
    inputs: payment => ({ id: payment.id, amount: payment.amount }),
    score: linear({ intercept: 0, weights: { amount: 1 } }),
  })
  return pipeline('payment_notes', [action('note', { when: noted.score.gte(0), do: kafka(runTopicOf('effects')) })])
}
