/**
 * A run that declines payments and leaves a part of them undone for exploration, and the audit of its log: its estimates of hidden outcomes
 * equal the true ones.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { audit, worthOf } from '../../src/audit/audit.ts'
import { presetPeople } from '../../src/audit/cost/people.ts'
import { examplePrices } from '../../src/audit/cost/prices.ts'
import type { AuditReport } from '../../src/audit/domain/audit-report.ts'
import { reportText } from '../../src/audit/report/terminal/text.ts'
import { Strings } from '../../src/columns/strings.ts'
import {
  action,
  answer,
  count,
  entity,
  features,
  labelFrom,
  linear,
  model,
  money,
  on,
  pipeline,
  stream,
  t,
  worth,
} from '../../src/index.ts'
import { censoredPositions } from '../../src/run/history/censoring.ts'
import { storedHistory } from '../../src/run/history/stored-history.ts'
import { decisionsOf, open, send, type TrainingRun } from '../training/training-run.ts'
import { chargebacks, payments } from '../training/fraud-pipeline.ts'

const card = entity('card', t.string())
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1d') }) })

function shopThat(explore: number) {
  const fraud = model('fraud', {
    decide: on(payments),
    inputs: p => ({ amount: p.amount, n: now.of(p.card).n }),
    score: linear({ intercept: 0, weights: { amount: { weight: 1, ifNull: 0 } } }),
    label: labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '2d', censoredBy: 'decline' }),
  })
  const decline = action('decline', { when: fraud.score.gt(50), reply: 'inline', explore, do: answer('no') })
  return pipeline('shop', [fraud, decline, worth(fraud, money({ saves: 50, wrong: 40 }))])
}

async function lived(explore: number): Promise<TrainingRun> {
  // The name of the log decides what is explored.
  const driven = open({ pipeline: shopThat(explore), disk: { commits: [{ put: [['log', 'log 2']] }], states: new Map() } })
  await send(driven, -1, 40 * 24)
  await driven.run.stop()
  return driven
}

/** `sees`: labels as the run has recorded them; otherwise every label is known. */
async function reported({ store }: TrainingRun, explore: number, sees: 'all' | 'hidden' | 'undone'): Promise<AuditReport> {
  const shop = shopThat(explore)
  const { ir, worths } = shop
  const [fraud] = ir.models
  const seen = censoredPositions(ir, fraud, store)!
  const { report } = await audit(shop, storedHistory(ir, ir, store, new Strings()), {
    model: fraud,
    worth: worthOf(worths, fraud),
    seed: 1,
    draws: 500,
    plansMax: 1,
    prices: examplePrices,
    people: presetPeople,
    stages: { why: 'none' },
    command: 'spillway audit shop.ts',
    ...(sees !== 'all' && { isCensored: (_: number, sourcePosition: number) => seen.hidden.has(sourcePosition) }),
    ...(sees === 'undone' && { chanceOf: (sourcePosition: number) => seen.chances.get(sourcePosition) }),
  })
  return report
}

test('decisions that were left undone stand for those that were not, and the report says so', async () => {
  const driven = await lived(0.5)
  const [truth, found] = [await reported(driven, 0.5, 'all'), await reported(driven, 0.5, 'undone')]
  const { undone, blocks } = found.history
  const judged = decisionsOf(driven).filter(({ t: at }) => at >= blocks.select.from && at <= blocks.report.until)
  const left = judged.filter(({ explored }) => explored !== undefined)
  assert.equal(undone!.count, left.length)
  assert.equal(undone!.hidden, judged.filter(({ score, explored }) => score !== null && score > 50 && explored === undefined).length)
  assert.deepEqual([undone!.isUsed, undone!.weight, Math.round(undone!.effective)], [true, [2, 2], left.length])
  const [week, expected] = [found, truth].map(({ utility }) => utility.now.perWeek)
  assert.ok(Math.abs(week - expected) < 0.15 * expected, `${week} a week, and ${expected}`)
  assert.ok(Math.abs(found.utility.now.precision! - truth.utility.now.precision!) < 0.1)
  assert.ok(
    found.caveats.some(text => text.startsWith(`${left.length} explored decisions, with weight 2, represent the ${undone!.hidden} whose`)),
  )
  assert.ok(!found.caveats.some(text => text.startsWith('if all unknown labels were true')))
  assert.ok(found.assumptions.some(text => text.startsWith('the current pipeline is judged as if it acted whenever')))
  assert.match(
    reportText(found).replaceAll(/\s+/g, ' '),
    new RegExp(`${left.length} judged decisions were explored: .*the inverse-propensity weight 2, for ${undone!.hidden} decisions whose`),
  )
})

test('without the chance there are bounds as before, and the truth is between them', async () => {
  const driven = await lived(0)
  const [truth, found] = [await reported(driven, 0, 'all'), await reported(driven, 0, 'undone')]
  const steady = ({ history, utility, elements, caveats, assumptions }: AuditReport) => ({
    history,
    utility,
    caveats,
    assumptions,
    levels: elements.map(({ levels, incidentThreshold }) => ({ levels, incidentThreshold })),
  })
  assert.deepEqual(steady(found), steady(await reported(driven, 0, 'hidden')))
  assert.equal(found.history.undone, undefined)
  assert.ok(found.history.censored > 100)
  const bounds = found.caveats.find(text => text.startsWith('if all unknown labels were true'))!
  const [ifTrue, ifFalse] = [...bounds.matchAll(/(-?[\d,]+) \$ a week|false, (-?[\d,]+)/g)].map(([, one, other]) =>
    Number((one ?? other).replaceAll(',', '')),
  )
  const { perWeek } = truth.utility.now
  assert.ok(ifFalse < perWeek && perWeek < ifTrue, `${perWeek} between ${ifFalse} and ${ifTrue}`)
})

test('too few stand for themselves alone, and bounds remain', async () => {
  const driven = await lived(0.05)
  const { history, caveats } = await reported(driven, 0.05, 'undone')
  assert.ok(history.undone!.count > 0 && history.undone!.count < 100 && !history.undone!.isUsed)
  assert.ok(caveats.some(text => text.includes('judged decisions were explored') && text.includes('they represent no other decisions')))
  assert.ok(caveats.some(text => text.startsWith('if all unknown labels were true')))
})
