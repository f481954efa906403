/** Labels that must compile, and labels that must not. */
import { begins, doesNotHappen, every, external, happens, labelFrom, logistic, model, on, request, source, t, table } from 'spillway'
import { card, cardNow, payments } from './payments.ts'

const score = logistic({ intercept: 0, weights: {} })
const decide = on(payments)

const backs = source('backs', {
  schema: { payment: t.string(), card, sum: t.decimal(2), fraud: t.bool().nullable(), at: t.timestamp() },
  key: 'payment',
  time: 'at',
})
const tiers = table('tiers', { schema: { who: card, row: t.string(), at: t.timestamp() }, key: 'who', time: 'at', id: 'row' })
const spans = { within: '30m', lasting: '15m', maxGap: '45m' } as const
const wasFraud = labelFrom(backs, { join: 'payment', value: b => b.fraud, negativeAfter: '7d' })
const spends = begins(payments, p => p.amount.gt(5), spans)
const read = (p: { readonly card: Parameters<typeof cardNow.of>[0] }) => ({ n: cardNow.of(p.card).n10m })
model('m', { decide, inputs: read, score, label: wasFraud })
model('m', { decide, inputs: read, score, label: spends })
model('m', { decide: every('5m', card), inputs: read, score, label: spends })
model('m', { decide: request({ card }), inputs: read, score, label: begins(backs, b => b.sum.gt(5), { ...spans, key: b => b.card }) })
const train = { algorithm: 'logistic', every: 'week' } as const
model('m', { decide, inputs: read, label: wasFraud, train })
model('m', {
  decide,
  inputs: read,
  label: wasFraud,
  score,
  train: { algorithm: 'trees', leaves: 8, promote: { metric: 'auc', atLeast: 0.8 } },
})
model('m', { decide, inputs: p => ({ ok: p.ok, deep: { tip: p.tip, stay: p.stay, at: p.at } }), label: wasFraud, train })
model('m', { decide, inputs: p => ({ kind: p.kind, deep: { kind: p.kind } }), label: wasFraud, train: { ...train, categories: 10 } })
const program = { algorithm: external({ command: 'train' }) } as const
model('m', { decide, inputs: p => ({ ok: p.ok }), label: wasFraud, train: program })
// @ts-expect-error a program gets no categories
model('m', { decide, inputs: p => ({ ok: p.ok }), label: wasFraud, train: { ...program, categories: 10 } })
// @ts-expect-error a list, of a nested input
model('m', { decide, inputs: p => ({ ok: p.ok, card: cardNow.of(p.card) }), label: wasFraud, train })
// @ts-expect-error there is no such algorithm
model('m', { decide, inputs: read, label: wasFraud, train: { algorithm: 'forest' } })
// @ts-expect-error a regression has no leaves
model('m', { decide, inputs: read, label: wasFraud, train: { algorithm: 'linear', leaves: 8 } })
// @ts-expect-error of a loss less is better
model('m', { decide, inputs: read, label: wasFraud, train: { algorithm: 'linear', promote: { metric: 'rmse', atLeast: 1 } } })
// @ts-expect-error neither a score nor how it is trained
model('m', { decide, inputs: read, label: wasFraud })
// @ts-expect-error a tick is no event that could be named
model('m', { decide: every('5m', card), inputs: read, score, label: wasFraud })
// @ts-expect-error nor is a request
model('m', { decide: request({ card }), inputs: read, score, label: wasFraud })
// @ts-expect-error a sum is not what the ids are
model('m', { decide, inputs: read, score, label: labelFrom(backs, { join: 'sum', value: b => b.fraud, negativeAfter: '7d' }) })
// @ts-expect-error its events have no ids
model('m', { decide: on(backs), inputs: b => ({ n: cardNow.of(b.card).n10m }), score, label: wasFraud })
model('m', { decide: on(tiers.source), inputs: b => ({ n: cardNow.of(b.who).n10m }), score, label: wasFraud })
// @ts-expect-error a condition is no label
model('m', { decide, inputs: read, score, label: (p: { readonly ok: boolean }) => p.ok })
// @ts-expect-error no such column
labelFrom(backs, { join: 'paymnt', value: b => b.fraud, negativeAfter: '7d' })
// @ts-expect-error a bool is no id
labelFrom(backs, { join: 'fraud', value: b => b.fraud, negativeAfter: '7d' })
// @ts-expect-error no such column
labelFrom(backs, { join: 'payment', value: b => b.frad, negativeAfter: '7d' })
// @ts-expect-error a sum is no condition
labelFrom(backs, { join: 'payment', value: b => b.sum, negativeAfter: '7d' })
// @ts-expect-error no duration
labelFrom(backs, { join: 'payment', value: b => b.fraud, negativeAfter: 'a week' })
// @ts-expect-error when it is false is not said
labelFrom(backs, { join: 'payment', value: b => b.fraud })
// @ts-expect-error a number is no condition
begins(payments, p => p.amount, spans)
// @ts-expect-error how long a gap may be is not said
begins(payments, p => p.amount.gt(5), { within: '30m', lasting: '15m' })
// @ts-expect-error what is computed is no column
begins(payments, p => p.amount.gt(5), { ...spans, key: p => p.amount.plus(1) })
const returns = happens(payments, { by: 'card', within: '1d', where: p => p.amount.gt(5), lateness: '1h' })
model('m', { decide, inputs: read, score, label: returns })
model('m', { decide: every('5m', card), inputs: read, score, label: doesNotHappen(payments, { by: 'card', within: '1d' }) })
model('m', { decide: request({ card }), inputs: read, score, label: returns })
// @ts-expect-error no such column
happens(payments, { by: 'crad', within: '1d' })
// @ts-expect-error by which column is not said
happens(payments, { within: '1d' })
// @ts-expect-error within which time is not said
doesNotHappen(payments, { by: 'card' })
// @ts-expect-error no duration
happens(payments, { by: 'card', within: '10min' })
// @ts-expect-error a number is no condition
happens(payments, { by: 'card', within: '1d', where: p => p.amount })
// @ts-expect-error no such option
happens(payments, { by: 'card', within: '1d', negativeAfter: '7d' })
