import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  action,
  answer,
  batch,
  corrected,
  count,
  entity,
  every,
  features,
  hybrid,
  lag,
  logistic,
  model,
  on,
  pipeline,
  request,
  source,
  stream,
  t,
  webhook,
} from '../../index.ts'
import { planElements } from './choices.ts'
import { PlanSpace } from './space.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, amount: t.double(), at: t.timestamp() }, key: 'card', time: 'at' })
const short = features('short', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const long = features('long', { from: payments, entity: card, place: stream, values: () => ({ n: count('30d') }) })
const own = features('own', {
  from: payments,
  entity: card,
  place: batch('30 4 * * *', { lasts: '1h', zone: 'Europe/Zurich' }),
  values: () => ({ n: count('7d') }),
})
const layers = features('layers', { from: payments, entity: card, place: hybrid('0 3 * * *'), values: () => ({ n: count('lifetime') }) })
const late = features('late', { from: payments, entity: card, place: lag('5m'), values: () => ({ n: count('1h') }) })
const after = features('after', { from: payments, entity: card, place: corrected, values: () => ({ n: count('1h') }) })

const inputsOf = (c: Parameters<typeof short.of>[0]) => ({
  short: short.of(c).n,
  long: long.of(c).n,
  own: own.of(c).n,
  layers: layers.of(c).n,
  late: late.of(c).n,
  after: after.of(c).n,
})
const score = logistic({ intercept: 0, weights: { short: 1 } })
const onEvent = model('m', { decide: on(payments), inputs: p => inputsOf(p.card), score })

const titles = (parts: Parameters<typeof pipeline>[1]) => {
  const { ir } = pipeline('p', parts)
  return Object.fromEntries(
    planElements(ir, ir.models[0]).map(({ title, choices, notObservable }) => [
      title,
      notObservable ?? choices.map(choice => choice.title),
    ]),
  )
}

test('each element has the current choice first, then the other choices of verdicts', () => {
  assert.deepEqual(titles([onEvent]), {
    ingestion: ['stream', 'micro-batch 15 min', 'batch 1 day'],
    short: ['stream', 'batch 1 day'],
    long: ['stream', 'hybrid', 'batch 1 day'],
    own: ['batch 1 day', 'stream', 'hybrid'],
    layers: ['hybrid', 'stream', 'batch 1 day'],
    late: ['lag 5 min', 'stream', 'batch 1 day'],
    after: 'it is as corrected later, which no decision saw',
    inference: ['on event', 'every hour', 'nightly'],
    action: 'no action follows from its decisions',
    training: 'the pipeline does not train the model',
  })
})

test('triggers and actions have their possible choices', () => {
  const onRequest = model('m', {
    decide: request({ card }),
    inputs: p => ({ n: short.of(p.card).n }),
    score: logistic({ intercept: 0, weights: { n: 1 } }),
  })
  const decline = action('decline', { when: onRequest.score.gte(0.9), do: answer({ approved: false }) })
  assert.deepEqual(titles([decline]), {
    ingestion: ['stream', 'micro-batch 15 min', 'batch 1 day'],
    short: ['stream', 'batch 1 day'],
    inference: ['on request', 'nightly'],
    action: ['inline', 'asynchronous', 'digest'],
    training: 'the pipeline does not train the model',
  })
  const ticks = model('m', {
    decide: every('5m', card),
    inputs: p => ({ n: short.of(p.card).n }),
    score: logistic({ intercept: 0, weights: { n: 1 } }),
  })
  const page = action('page', { when: ticks.score.gte(0.9), do: webhook('https://example.org/') })
  assert.deepEqual(titles([page]).inference, ['every 5 min', 'every hour', 'nightly'])
  assert.deepEqual(titles([page]).action, ['asynchronous', 'digest'])
  const onPayment = action('page', { when: onEvent.score.gte(0.9), do: webhook('https://example.org/') })
  assert.deepEqual(titles([onPayment]).action, ['asynchronous', 'inline', 'digest'])
})

test('a new job uses the schedule of another group, or a nightly one', () => {
  const jobOf = (parts: Parameters<typeof pipeline>[1]) => {
    const { ir } = pipeline('p', parts)
    return planElements(ir, ir.models[0])
      .find(({ title }) => title === 'short')!
      .choices.at(-1)!.setting
  }
  const own = { kind: 'cron', cron: '30 4 * * *', zone: 'Europe/Zurich' }
  assert.deepEqual(jobOf([onEvent]), { kind: 'batch', schedule: own, lasts: 7_200_000 })
  const streaming = model('m', {
    decide: on(payments),
    inputs: p => ({ n: short.of(p.card).n }),
    score: logistic({ intercept: 0, weights: { n: 1 } }),
  })
  const nightly = { kind: 'cron', cron: '0 2 * * *', zone: 'UTC' }
  assert.deepEqual(jobOf([streaming]), { kind: 'batch', schedule: nightly, lasts: 7_200_000 })
})

test('unobservable elements have no choices, and hybrid counts as no separate plan', () => {
  const { ir } = pipeline('p', [onEvent])
  const elements = planElements(ir, ir.models[0], new Map([['ingestion', 'no arrival']]))
  assert.equal(elements[0].notObservable, 'no arrival')
  // Short, long, own and layers have two values each, late three, inference three.
  assert.equal(new PlanSpace(elements).size, 2 ** 4 * 3 * 3)
})
