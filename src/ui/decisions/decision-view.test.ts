/** The logic of the decision pages: inputs with their origin, differences, stages, filters. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DecisionAnswer, PipelineAnswer, TraceAnswer } from '../core/answers.ts'
import { decisionFilter } from './decision-filter.ts'
import { decisionDifferences, decisionInputs } from './decision-inputs.ts'
import { waterfallOf, waterfallText } from './waterfall.ts'

const decision: DecisionAnswer = {
  model: 'fraud',
  t: 10_000,
  key: 'c1',
  entry: 7,
  vector: { amount: 5, now: { n: 3 } },
  score: 0.9,
  read: { 'card_now(card)': { visibleEvents: 4, asOf: 4000 } },
}
const input = (name: string, definition: string) => ({ name, type: 'int', definition })
const pipeline: PipelineAnswer = {
  name: 'p',
  sources: [],
  groups: ['card', 'card_now'].map(name => ({
    name,
    source: 's',
    key: [],
    entity: [],
    placement: { kind: 'stream', text: 'stream' },
    features: [],
  })),
  models: [
    {
      name: 'fraud',
      trigger: '',
      groups: [],
      score: 'rules',
      isTrained: false,
      inputs: [input('amount', 'amount'), input('now.n', 'card_now.n')],
    },
  ],
  actions: [],
  reports: [],
}

test('an input has its value, its origin, and the age of its group at the decision', () => {
  assert.deepEqual(decisionInputs(decision, pipeline), [
    { name: 'amount', value: 5, origin: 'amount' },
    { name: 'now.n', value: 3, origin: 'card_now.n', group: 'card_now', ageMs: 6000 },
  ])
  const unknown = decisionInputs({ ...decision, model: 'gone' }, pipeline)
  assert.deepEqual(
    unknown.map(({ name }) => name),
    ['amount', 'now.n'],
  )
})

test('two decisions differ where a value does, the score included', () => {
  const later = { ...decision, vector: { amount: 5, now: { n: 4 } }, score: 0.9 }
  const differing = decisionDifferences(decision, later).filter(({ isDifferent }) => isDifferent)
  assert.deepEqual(differing, [{ name: 'now.n', before: 3, after: 4, isDifferent: true }])
})

const trace: TraceAnswer = {
  decision,
  on: { kind: 'event', source: 's', time: 4000, arrival: 10_000, fields: {} },
  stages: { waited: 1, intake: 2, queued: 0, features: 3, inference: 1, durable: 4 },
  moments: { begun: 10_003, features: 10_006, scored: 10_007, durable: 10_011 },
  effects: [
    { number: 1, action: 'block', state: 'delivered', attempts: 2, decidedAt: 10_000, queueMs: 5, deliveryMs: 20, acknowledgementMs: 10 },
    { number: 2, action: 'note', state: 'pending', attempts: 1, decidedAt: 10_000, queueMs: 1, why: 'nothing listens' },
  ],
}

test('bars follow each other through the stages, and each effect begins when the decision was durable', () => {
  const { bars, total, delayMs } = waterfallOf(trace)
  assert.equal(delayMs, 6000)
  assert.equal(total, 11 + 35)
  assert.deepEqual(
    bars.map(({ stage, start, ms }) => `${stage} ${start}+${ms}`),
    [
      'ingestion 0+1',
      'ingestion 1+2',
      'ingestion 3+0',
      'features 3+3',
      'inference 6+1',
      'action 7+4',
      'action 11+5',
      'action 16+20',
      'action 36+10',
      'action 11+1',
      'action 12+0',
    ],
  )
  assert.equal(bars.at(-1)!.note, 'nothing listens')
  assert.match(waterfallText(waterfallOf(trace)), /arrived 6 s after its own time.*46 ms/)
})

test('a trace without stored stage times has no bars, and says the delay', () => {
  const { effects: _, stages: __, moments: ___, ...bare } = trace
  assert.deepEqual(waterfallOf({ ...bare, effects: [] }), { delayMs: 6000, bars: [], total: 0 })
})

test('filters by score and time; a malformed filter shows all and says why', () => {
  assert.equal(decisionFilter({ min: '0.8' }).filter(decision), true)
  assert.equal(decisionFilter({ min: '0.95' }).filter(decision), false)
  assert.equal(decisionFilter({ min: '0' }).filter({ ...decision, score: null }), false)
  assert.equal(decisionFilter({ until: '1970-01-01 00:00:09' }).filter(decision), false)
  assert.equal(decisionFilter({ until: '1970-01-01 00:01' }).filter(decision), true)
  const { filter, problem } = decisionFilter({ min: 'high' })
  assert.ok(filter(decision) && /no number/.test(problem!))
  assert.match(decisionFilter({ until: 'noon' }).problem!, /no time/)
})
