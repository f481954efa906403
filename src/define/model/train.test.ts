import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rejects } from '../../../test/rejects.ts'
import { count, entity, features, labelFrom, linear, model, on, pipeline, source, stream, t, type Train } from '../../index.ts'
import { changesBetween } from '../ir/pipeline-changes.ts'
import { external } from './train.ts'
import type { ExternalIR } from '../ir/train-ir.ts'

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, kind: t.enum(['chip', 'web']), amount: t.decimal(2), ok: t.bool(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const backs = source('backs', { schema: { payment: t.string(), fraud: t.bool(), at: t.timestamp() }, key: 'payment', time: 'at' })
const now = features('now', {
  from: payments,
  entity: card,
  place: stream,
  values: p => ({ n: count('1h'), kinds: p.kind.lastK(2, '1h') }),
})
const label = labelFrom(backs, { join: 'payment', value: b => b.fraud, negativeAfter: '7d' })
const trained = (train: Train) =>
  model('m', {
    decide: on(payments),
    inputs: p => ({ amount: p.amount, ok: p.ok, n: now.of(p.card).n, web: p.kind.eq('web') }),
    label,
    train,
  })

const DAY = 86_400_000

test('train becomes its IR, and a trained model needs no score', () => {
  const { ir } = trained({
    algorithm: 'trees',
    every: 'week',
    zone: 'Europe/Zurich',
    over: '90d',
    holdout: '2w',
    rounds: 40,
    promote: { metric: 'auc', atLeast: 0.7, betterBy: 0.01, shadow: '7d' },
  })
  assert.deepEqual(ir.score, { kind: 'none' })
  assert.deepEqual(ir.train, {
    algorithm: 'trees',
    options: { rounds: 40 },
    every: { kind: 'cron', cron: '0 0 * * 1', zone: 'Europe/Zurich' },
    over: 90 * DAY,
    holdout: 14 * DAY,
    promote: { kind: 'rule', metric: 'auc', bound: 0.7, betterBy: 0.01, shadow: 7 * DAY },
  })
  assert.deepEqual(trained({ algorithm: 'logistic', every: '12h', standardise: false }).ir.train, {
    algorithm: 'logistic',
    options: { standardise: false },
    every: { kind: 'interval', every: DAY / 2, phase: 0 },
    promote: { kind: 'hand' },
  })
  const loss = trained({ algorithm: 'linear', every: '0 3 * * 1', promote: { metric: 'rmse', atMost: 0.4 } }).ir.train!
  assert.deepEqual(loss.promote, { kind: 'rule', metric: 'rmse', bound: 0.4, betterBy: 0 })
  const score = linear({ intercept: 0, weights: { n: 1 } })
  const both = model('m', { decide: on(payments), inputs: p => ({ n: now.of(p.card).n }), label, score, train: { algorithm: 'logistic' } })
  assert.equal(both.ir.score.kind, 'linear')
})

test('a command can train a model', () => {
  const { ir } = trained({ algorithm: external({ command: 'python3', args: ['train.py'] }), seed: 7, every: 'day' })
  const { algorithm, options } = ir.train!
  assert.deepEqual(
    [algorithm, options],
    [{ kind: 'external', command: 'python3', args: ['train.py'], timeout: 3_600_000, env: {} }, { seed: 7 }],
  )
  const [before, after] = [
    pipeline('p', [trained({ algorithm: 'trees' })]),
    pipeline('p', [trained({ algorithm: algorithm as ExternalIR })]),
  ]
  assert.match(changesBetween(before.ir, after.ir)[0].details[0], /^train: trees, .* → external python3 train\.py, by command/)
  rejects(badly({ algorithm: external({ command: 'x' }), rounds: 3 }), /train has no option 'rounds'/)
})

const badly = (train: unknown) => () => trained(train as Train)

test('a mistake has its line and its fix', () => {
  rejects(badly({}), /model 'm': train: algorithm is undefined, none of 'logistic', 'linear', 'trees'/)
  rejects(badly({ algorithm: 'tree' }), /algorithm is 'tree', none of .*; did you mean 'trees'\?/)
  rejects(badly('week'), /model 'm': train needs options: \{ algorithm: 'logistic', every: 'week' \}, got 'week'/)
  rejects(badly({ algorithm: 'logistic', rounds: 3 }), /model 'm': train has no option 'rounds'/)
  rejects(badly({ algorithm: 'trees', rounds: '3' }), /rounds is a number, got '3'/)
  rejects(badly({ algorithm: 'trees', rounds: NaN }), /rounds is a number, got NaN/)
  rejects(badly({ algorithm: 'linear', standardise: 1 }), /standardise is true or false, got 1/)
  rejects(badly({ algorithm: 'trees', every: 7 }), /model 'm': train: every is 'day', 'week', a duration or a cron, got 7/)
  rejects(badly({ algorithm: 'trees', every: 'weekly' }), /'weekly' is no cron/)
  rejects(badly({ algorithm: 'trees', every: '0d' }), /every: '0d' is no duration/)
  rejects(badly({ algorithm: 'trees', every: '7d', zone: 'Europe/Zurich' }), /an interval has no zone/)
  rejects(badly({ algorithm: 'trees', zone: 'Europe/Zurich' }), /zone is of a schedule; add every: 'week'/)
  rejects(badly({ algorithm: 'trees', over: 'long' }), /over: 'long' is no duration/)
  rejects(badly({ algorithm: 'trees', promote: 'always' }), /promote is 'always'; write 'by hand', or a rule/)
  rejects(badly({ algorithm: 'trees', promote: { metric: 'acu' } }), /metric is 'acu', none of .*did you mean 'auc'\?/)
  rejects(badly({ algorithm: 'trees', promote: { metric: 'rmse', atLeast: 1 } }), /promote has no option 'atLeast'/)
  rejects(badly({ algorithm: 'trees', promote: { metric: 'auc', shadow: 7 } }), /promote: shadow: 7 is no duration/)
  rejects(badly({ algorithm: 'trees', promote: { metric: 'auc', betterBy: -1 } }), /betterBy is a number from 0, got -1/)
})

test('a schedule in the past is a mistake: what is one moment, and a cron that never runs', () => {
  rejects(badly({ algorithm: 'trees', every: '2020-01-01T00:00:00' }), /'2020-01-01T00:00:00' is of one date or year and ends/)
  rejects(badly({ algorithm: 'trees', every: '0 0 0 1 1 * 2020' }), /is of one date or year and ends/)
  rejects(badly({ algorithm: 'trees', every: '0 0 31 2 *' }), /the cron '0 0 31 2 \*' never runs/)
})

test('a string input can be trained on, with a greatest number of categories', () => {
  const of = (train: Train) => model('m', { decide: on(payments), inputs: p => ({ kind: p.kind }), label, train }).ir.train!.options
  assert.deepEqual(of({ algorithm: 'logistic' }), {})
  for (const algorithm of ['logistic', 'linear', 'trees'] as const) assert.deepEqual(of({ algorithm, categories: 8 }), { categories: 8 })
  rejects(badly({ algorithm: 'trees', categories: '8' }), /categories is a number, got '8'/)
  rejects(badly({ algorithm: external({ command: 'x' }), categories: 8 }), /train has no option 'categories'/)
})

test('a list input is rejected, a string for a program, and a model without a label', () => {
  const train = { algorithm: 'logistic' } as const
  const inputs = (of: 'kind' | 'kinds', by: Train) => () =>
    model('m', { decide: on(payments), inputs: p => ({ x: of === 'kind' ? p.kind : now.of(p.card).kinds }) as never, label, train: by })
  rejects(inputs('kinds', train), /model 'm': train: input 'x' is a list, and trainers take single values; take an aggregate that is one/)
  rejects(
    inputs('kind', { algorithm: external({ command: 'x' }) }),
    /model 'm': train: input 'x' is a string, and an external program takes numbers; take a condition, such as p\.kind\.eq\('web'\)/,
  )
  const bare = () => model('m', { decide: on(payments), inputs: p => ({ n: now.of(p.card).n }), train })
  rejects(bare, /model 'm': train needs a label: labelFrom/)
})

test('plan shows how training changes', () => {
  const before = pipeline('p', [trained({ algorithm: 'logistic' })])
  const after = pipeline('p', [
    trained({
      algorithm: 'trees',
      leaves: 8,
      every: 'day',
      over: '30d',
      holdout: '5d',
      promote: { metric: 'ap', atLeast: 0.5, shadow: '2d' },
    }),
  ])
  assert.notEqual(before.fingerprint, after.fingerprint)
  assert.deepEqual(changesBetween(before.ir, after.ir)[0].details, [
    'train: logistic, by command, promoted by hand → trees, leaves 8, 0 0 * * * UTC, over 30d, judged by 5d, promoted by ap 0.5, better by 0, shadowing for 2d',
  ])
})
