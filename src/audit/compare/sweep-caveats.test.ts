import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entity, features, labelFrom, logistic, model, on, pipeline, source, stream, t } from '../../index.ts'
import { fraudReport } from '../../../test/audit/reports/fraud.ts'
import { worstCaveats } from '../domain/caveat.ts'
import { caveatText } from '../domain/caveat.ts'
import { historyReachCaveats, volumeCaveats } from './sweep-caveats.ts'

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

const [, cards] = fraudReport.elements
const acting = (threshold: number, volume: number, anew = volume) => ({
  ...cards,
  levels: cards.levels.slice(0, 1).map(level => ({
    ...level,
    withoutRetraining: { ...level.withoutRetraining, performance: { ...level.withoutRetraining.performance, actionsPerWeek: threshold } },
    withoutRetrainingAtVolume: {
      ...level.withoutRetrainingAtVolume,
      performance: { ...level.withoutRetrainingAtVolume.performance, actionsPerWeek: volume },
    },
    withRetraining:
      'why' in level.withRetraining
        ? level.withRetraining
        : { ...level.withRetraining, performance: { ...level.withRetraining.performance, actionsPerWeek: anew } },
  })),
})

test('reports a level whose number of actions differs by more than a tenth, at its threshold and at equal volume', () => {
  assert.deepEqual(volumeCaveats([acting(1_100, 1_000)], 1_000), [])
  const [more, ...others] = volumeCaveats([acting(9_304, 1_000)], 1_063)
  assert.deepEqual(others, [])
  assert.match(
    caveatText(more),
    /^at the same threshold, .*: 9,304 actions a week instead of 1,063, so part of that difference is due to alert volume; verdicts/,
  )
  const [less] = volumeCaveats([acting(1_000, 800)], 1_000)
  assert.match(caveatText(less), /^equal alert volume is not reached by .*: 800 actions a week instead of 1,000/)
})

test('reports the level of an element that differs most, for each volume; none if nothing acts now', () => {
  const two = [acting(2_000, 700), acting(200, 900)]
  assert.deepEqual(
    worstCaveats(volumeCaveats(two, 1_000)).map(caveat => [caveat.kind, 'actions' in caveat && caveat.actions]),
    [
      ['other volume', 200],
      ['other volume', 700],
    ],
  )
  assert.deepEqual(volumeCaveats(two, 0), [])
})
