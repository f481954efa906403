import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rejects } from '../../../test/rejects.ts'
import { action, type ActionOptions } from './action.ts'
import { changesBetween } from '../ir/pipeline-changes.ts'
import { answer, appendTo, stdout, webhook, type Effect } from './effect.ts'
import { entity } from '../source/entity.ts'
import { count } from '../expression/event-aggregates.ts'
import { every } from '../model/every.ts'
import { features } from '../feature/features.ts'
import { model } from '../model/model.ts'
import { pipeline } from '../pipeline.ts'
import { stream } from '../feature/placement.ts'
import { linear } from '../model/score.ts'
import { env, secretFile } from './setting.ts'
import { source } from '../source/source.ts'
import { t } from '../source/t.ts'
import { on } from '../model/trigger.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const named = (name: string) =>
  model(name, { decide: on(payments), inputs: p => ({ n: now.of(p.card).n }), score: linear({ intercept: 0, weights: { n: 1 } }) })
const fraud = named('fraud')
const when = fraud.score.gte(0.9)
const of = (name: string, more: Partial<ActionOptions> = {}) => action(name, { when, do: stdout(), ...more })

test('an action has its model, its condition over the score, and its effect', () => {
  const block = action('block-card', {
    when,
    deadline: '100ms',
    cooldown: '1d',
    do: webhook(env('HOOK'), { secret: secretFile('/s') }),
    owner: 'risk',
  })
  assert.deepEqual(block.ir, {
    name: 'block-card',
    model: 'fraud',
    when: {
      op: 'gte',
      left: { op: 'column', name: 'score', type: 'double' },
      right: { op: 'literal', value: 0.9, type: 'double' },
      type: 'bool',
    },
    deadline: 100,
    cooldown: 86_400_000,
    do: { kind: 'webhook', url: { kind: 'env', name: 'HOOK' }, secret: { kind: 'file', name: '/s' } },
    owner: 'risk',
  })
})

test('a pipeline made of an action has its model, group and source, and the function that the action runs', () => {
  const run = () => {}
  const { ir, effects, fingerprint } = pipeline('p', [of('a', { do: run }), of('b')])
  assert.deepEqual([ir.models.map(({ name }) => name), ir.groups.length, ir.sources.length], [['fraud'], 1, 1])
  assert.deepEqual(
    ir.actions!.map(item => [item.name, item.do.kind]),
    [
      ['a', 'function'],
      ['b', 'stdout'],
    ],
  )
  assert.deepEqual([...effects], [['a', run]])
  assert.notEqual(pipeline('p', [of('a')]).fingerprint, fingerprint)
  assert.equal(pipeline('p', [of('a', { owner: 'x' })]).fingerprint, pipeline('p', [of('a')]).fingerprint)
  assert.equal('actions' in pipeline('p', [fraud]).ir, false)
})

test('effects are plain IR without secrets', () => {
  const irOf = (effect: Effect) => of('a', { do: effect }).ir.do
  assert.deepEqual(
    irOf(webhook('https://example.test/x', { timeout: '2s', attempts: 3, concurrency: 4, allowPrivate: true, headers: { 'X-A': 'b' } })),
    {
      kind: 'webhook',
      url: { kind: 'value', value: 'https://example.test/x' },
      headers: { 'x-a': { kind: 'value', value: 'b' } },
      timeout: 2000,
      attempts: 3,
      concurrency: 4,
      allowPrivate: true,
    },
  )
  assert.deepEqual(irOf(appendTo('alerts.ndjson')), { kind: 'file', path: { kind: 'value', value: 'alerts.ndjson' } })
  assert.deepEqual(irOf(answer({ approved: false }, { otherwise: { approved: true } })), {
    kind: 'answer',
    answer: { approved: false },
    otherwise: { approved: true },
  })
})

test('wrong actions are rejected with the fix', () => {
  rejects(() => of('a b'), /action 'a_b'|is no name/)
  rejects(() => of('a--b'), /is no name/)
  rejects(
    () => action('a', { do: stdout() } as never),
    /needs a condition over the score of a model: when: hypo\.score\.gte\(0\.8\), got undefined/,
  )
  rejects(() => of('a', { when: fraud.score as never }), /condition over the score/)
  rejects(() => of('a', { do: undefined as never }), /does nothing; write do: webhook/)
  rejects(() => of('a', { do: 'x' as never }), /got 'x'/)
  rejects(() => of('a', { deadline: 'soon' as never }), /deadline: 'soon' is no duration/)
  rejects(() => of('a', { reply: 'inline' }), /which needs do: answer/)
  rejects(() => of('a', { do: answer(true), cooldown: '1h' }), /leave cooldown out/)
  rejects(() => of('a', { whenn: 1 } as never), /no option 'whenn'/)
  rejects(() => webhook('ftp://x.test'), /needs an address/)
  rejects(() => webhook('https://me:pass@x.test'), /a password must not be in the file/)
  rejects(() => webhook('https://x.test', { secret: 'whsec_x' as never }), /a secret must not be in the file/)
  rejects(() => webhook('https://x.test', { attempts: 0 }), /attempts is a number from 1/)
  rejects(() => webhook('https://x.test', { headers: { 'a b': 'x' } }), /is no name of a header/)
  rejects(() => env(''), /needs the name of a variable/)
  rejects(() => pipeline('p', [of('a'), action('A', { when: named('other').score.gt(1), do: stdout() })]), /has the name of another/)
  rejects(
    () => pipeline('p', [of('a'), action('b', { when: named('fraud').score.gt(1), do: stdout() })]),
    /model 'fraud' has the name of another/,
  )
})

test('an answer can explore a share of its decisions; a share of 0 is no exploration', () => {
  const answering = (explore?: unknown) => of('a', { do: answer(false, { explored: true }), explore } as never).ir
  assert.equal(answering(0.01).explore, 0.01)
  assert.deepEqual(answering(0.01).do, { kind: 'answer', answer: false, explored: true })
  assert.equal(answering(0.5).explore, 0.5)
  assert.deepEqual(answering(0), answering())
  assert.equal('explore' in answering(0), false)
  const fingerprintOf = (explore: number) => pipeline('p', [of('a', { do: answer(false), explore })]).fingerprint
  assert.equal(fingerprintOf(0), pipeline('p', [of('a', { do: answer(false) })]).fingerprint)
  assert.notEqual(fingerprintOf(0.01), fingerprintOf(0))
  for (const not of [-0.1, 0.51, 1, NaN, Infinity, '0.01', null])
    rejects(() => answering(not), /explore is the share of decisions that meet 'when' and do not act, above 0 and at most 0\.5, got/)
  rejects(() => of('a', { explore: 0.01 }), /only an answer can stop the event: write do: answer\(\{ … \}\), or leave explore out/)
  const ticking = model('ticking', {
    decide: every('1m', card, { live: '1h' }),
    inputs: ({ card: c }) => ({ n: now.of(c).n }),
    score: linear({ intercept: 0, weights: { n: 1 } }),
  })
  rejects(
    () => action('a', { when: ticking.score.gte(1), do: answer(false), explore: 0.1 }),
    /model 'ticking' decides at ticks, where nobody waits for an answer/,
  )
  const [before, after] = [0, 0.01].map(explore => pipeline('p', [of('a', { do: answer(false), explore })]).ir)
  assert.deepEqual(changesBetween(before, after), [{ of: 'action', name: 'a', kind: 'changed', details: ['explore: none → 0.01'] }])
})

test('conditions of two models do not mix', () => {
  const other = named('other')
  rejects(() => of('a', { when: fraud.score.gte(other.score) }), /mixes the score of model 'fraud' with the score of model 'other'/)
})

test('changes of an action are shown', () => {
  const before = pipeline('p', [of('a', { deadline: '1s' })]).ir
  const after = pipeline('p', [of('a', { when: fraud.score.gte(0.8), do: webhook('https://x.test') }), of('b')]).ir
  assert.deepEqual(changesBetween(before, after), [
    {
      of: 'action',
      name: 'a',
      kind: 'changed',
      details: ['when (score ≥ 0.9) → (score ≥ 0.8)', 'does stdout → webhook', 'deadline: 1 s → none'],
    },
    { of: 'action', name: 'b', kind: 'added', details: [] },
  ])
})
