import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entity, features, labelFrom, logistic, model, on, pipeline, source, stream, t } from '../../index.ts'
import { historyReachCaveats } from './history-reach.ts'

const DAY = 86_400_000
const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.double(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const backs = source('backs', { schema: { of: t.string(), fraud: t.bool(), at: t.timestamp() }, key: 'of', time: 'at' })
const group = (name: string, window: '1h' | '8d' | 'lifetime') =>
  features(name, {
    from: payments,
    entity: card,
    place: stream,
    values: p => ({ mean: p.amount.mean(window), short: p.amount.mean('1m') }),
  })
const [recent, usual, ever] = [group('recent', '1h'), group('usual', '8d'), group('ever', 'lifetime')]
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ recent: recent.of(p.card), usual: usual.of(p.card), ever: ever.of(p.card) }),
  score: logistic({ intercept: 0, weights: {} }),
  label: labelFrom(backs, { join: 'of', value: b => b.fraud, negativeAfter: '1d' }),
})
const { ir } = pipeline('cards', [fraud])

/** One decision a day from day `first` of the history on; the last ten are judged. */
const caveats = (first: number, ages: readonly number[] = []) =>
  historyReachCaveats({
    ir,
    model: ir.models[0],
    ages,
    first: 0,
    cases: {
      t: Float64Array.from({ length: 10 }, (_, i) => (first + i) * DAY),
      blocks: { test: { from: 0, to: 10 } } as never,
    },
  })

test('reports a window that began before the history, with the share of decisions', () => {
  assert.deepEqual(caveats(4), [{ kind: 'long window', group: 'usual', about: 'usual', size: 8 * DAY, history: 13 * DAY, part: 0.4 }])
})

test('reports no window that was full for nearly all decisions', () => {
  assert.deepEqual(caveats(8), [])
  assert.equal(caveats(7).length, 1)
})

test('reports an age that is longer than the judged block', () => {
  assert.deepEqual(caveats(20, [DAY, 9 * DAY, 10 * DAY]), [{ kind: 'long age', size: 10 * DAY, judged: 9 * DAY }])
})
