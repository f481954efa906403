/** Precomputed scores equal the main thread's: for both arms, with notes and AUC. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../../base/random.ts'
import type { LoggedEvent } from '../../../define/source/source.ts'
import type { Value } from '../../../define/ir/ir.ts'
import { count, entity, features, labelFrom, logistic, model, on, pipeline, source, stream, t } from '../../../index.ts'
import { logOf } from '../../../../test/property/engines/replay-order.ts'
import type { Plan } from '../../domain/element.ts'
import { aucOf } from '../../value/auc.ts'
import { Experiment } from '../experiment.ts'
import { Scorer } from '../replay/scorer.ts'
import { Replays } from '../replay/replays.ts'
import { caseSelection } from '../timeline/case-selection.ts'
import { trainingCases } from '../retraining/retrained-models.ts'
import { PlanThreads, PrecomputedPlans } from './precomputed-plans.ts'
import type { PlanResult } from './plans-thread.ts'

const MINUTE = 60_000
const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const refunds = source('refunds', { schema: { payment: t.string(), whole: t.bool(), at: t.timestamp() }, key: 'payment', time: 'at' })
const spending = features('spending', { from: payments, entity: card, place: stream, values: () => ({ n: count('10m') }) })
const refunded = model('refunded', {
  decide: on(payments),
  inputs: p => ({ n: spending.of(p.card).n }),
  score: logistic({ intercept: -1, weights: { n: 0.3 } }),
  label: labelFrom(refunds, { join: 'payment', value: r => r.whole, negativeAfter: '30m' }),
})
const shopping = pipeline('shopping', [refunded])

function history(): LoggedEvent[] {
  const next = random(5)
  const events: { source: string; time: number; row: Record<string, Value> }[] = []
  for (let i = 0; i < 1200; i++) {
    const time = 1_000_000 + i * 30_000
    events.push({ source: 'payments', time, row: { id: `p${i}`, card: `c${Math.floor(next() * next() * 10)}` } })
    if (next() < 0.3) events.push({ source: 'refunds', time: time + MINUTE, row: { payment: `p${i}`, whole: true } })
  }
  const offsets: Record<string, number> = { payments: 0, refunds: 0 }
  return events
    .toSorted((a, b) => a.time - b.time)
    .map(({ source, time, row }) => ({ source, partition: 0, offset: offsets[source]++, time, arrival: time, row: { ...row, at: time } }))
}

for (const keepsColumns of [true, false])
  test(`a thread's scores are bit-equal to the main thread's, by ${keepsColumns ? 'stored' : 'streamed'} features`, () =>
    scoredAhead(keepsColumns))

async function scoredAhead(keepsColumns: boolean): Promise<void> {
  const log = logOf(shopping.ir, history())
  const alone = new Experiment(shopping, refunded.ir, log, { lookBack: 0 })
  const { cases, scored } = alone
  const selection = caseSelection(cases.length, trainingCases(cases, cases.blocks.train).cases, scored)!
  const replays = new Replays({ ir: shopping.ir, model: refunded.ir }, log)
  const plans = [0, MINUTE, 7 * MINUTE].map((by): Plan => new Map([['group/spending', { kind: 'older', by }]]))
  const results: { plan: Plan; planResult: PlanResult }[] = []
  const threads = new PlanThreads({ ir: shopping.ir, model: refunded.ir, log }, 1)
  const ahead = new PrecomputedPlans(
    threads,
    { selection, scored: { cases, rows: scored, arms: ['withoutRetraining', 'withRetraining'], isRanked: true }, keepsColumns },
    new Map(plans.map(plan => [replays.idOf(plan, selection), plan])),
    { compute: async () => {}, store: (plan, planResult) => void results.push({ plan, planResult }) },
    { maxUnused: 3 },
  )
  try {
    await ahead.first
    for (const plan of plans) await ahead.ensureComputed(replays.idOf(plan, selection))
  } finally {
    threads.end()
  }
  assert.ok(results.length > 0)
  for (const { plan, planResult } of results) {
    const { inputs } = replays.under(plan, selection)
    assert.deepEqual(planResult.columns, keepsColumns ? [...inputs.features.values()].map(({ columns }) => columns.out) : undefined)
    for (const { arm, score, auc } of planResult.scores) {
      const expected = await alone.decisionsUnder(plan, arm)
      assert.deepEqual(score, expected.score)
      assert.equal(auc, aucOf(cases, expected.score, cases.blocks.test))
    }
    assert.deepEqual(
      planResult.scores.map(({ arm }) => arm),
      ['withoutRetraining', 'withRetraining'],
    )
  }
  const scorer = new Scorer(shopping, refunded.ir, log.strings)
  scorer.retrained.addNotes(results[0].planResult.retrainingNotes)
  assert.deepEqual(scorer.retrained.notes, alone.notes)
}
