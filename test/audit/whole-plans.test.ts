/**
 * Plans through the parts of an audit: an experiment over a generated history, the value of its decisions, costs of plans, intervals, and the
 * verdict.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planIntervals } from '../../src/audit/compare/clusters.ts'
import { planElements } from '../../src/audit/plans/choices.ts'
import { recommendPlan } from '../../src/audit/plans/recommend.ts'
import { CostModel } from '../../src/audit/cost/cost-model.ts'
import { currentPlan } from '../../src/audit/cost/current-plan.ts'
import { arrivalTraceOf, measure } from '../../src/audit/cost/measure.ts'
import { presetPeople } from '../../src/audit/cost/people.ts'
import { examplePrices } from '../../src/audit/cost/prices.ts'
import type { RowRange } from '../../src/audit/domain/cases.ts'
import { asItRuns, type Plan } from '../../src/audit/domain/element.ts'
import { Experiment } from '../../src/audit/experiment/experiment.ts'
import { alertsAt, decisionsPerWeek, utilityOf } from '../../src/audit/value/index.ts'
import { random } from '../../src/base/random.ts'
import { Strings } from '../../src/columns/strings.ts'
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { Value } from '../../src/define/ir/ir.ts'
import { count, entity, features, labelFrom, logistic, model, on, pipeline, source, stream, t } from '../../src/index.ts'
import type { SourceHistory } from '../../src/intake/history-builder.ts'
import { replayLog } from '../../src/replay/log.ts'
import { blockOf } from '../property/engines/block.ts'

const card = entity('card', t.string())
const shop = entity('shop', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, shop, at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const alarms = source('alarms', { schema: { payment: t.string(), shop, fraud: t.bool(), at: t.timestamp() }, key: 'payment', time: 'at' })
/** Shop reports of the last half hour: they tell which shops are being robbed now. */
const reported = features('reported', { from: alarms, entity: shop, place: stream, values: () => ({ n: count('30m') }) })
/** The model reads how often a card is used, but this never changes the outcome. */
const usual = features('usual', { from: payments, entity: card, place: stream, values: () => ({ n: count('1d') }) })
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ reported: reported.of(p.shop).n, usual: usual.of(p.card).n }),
  score: logistic({ intercept: -2, weights: { reported: 1, usual: 0.01 } }),
  label: labelFrom(alarms, { join: 'payment', value: a => a.fraud, negativeAfter: '30m' }),
})
const { ir, scores } = pipeline('robbed', [fraud])

const MINUTE = 60_000
const DAY = 1440 * MINUTE
const DAYS = 120
const SHOPS = 60
const PAYMENTS_A_DAY = 150
/** One report is enough to act, and nothing else is. */
const THRESHOLD = 1 / (1 + Math.exp(1.5))

/** Each hour three other shops are robbed; nine in ten payments there are reported two minutes later. */
function history(): Map<string, LoggedEvent[]> {
  const chance = random(3)
  const logs = new Map<string, LoggedEvent[]>([
    ['payments', []],
    ['alarms', []],
  ])
  const add = (source: string, time: number, row: Record<string, Value>): void => {
    const log = logs.get(source)!
    log.push({ source, partition: 0, offset: log.length, time, arrival: time, row: { ...row, at: time } })
  }
  for (let i = 0; i < DAYS * PAYMENTS_A_DAY; i++) {
    const time = DAY + Math.floor((i * DAY) / PAYMENTS_A_DAY)
    const robbed = (Math.floor(time / (60 * MINUTE)) * 7) % SHOPS
    // Half of the payments are in robbed shops.
    const at = chance() < 0.5 ? (robbed + Math.floor(chance() * 3)) % SHOPS : Math.floor(chance() * SHOPS)
    add('payments', time, { id: `p${i}`, card: `c${Math.floor(chance() * 200)}`, shop: `s${at}` })
    const isRobbed = (at - robbed + SHOPS) % SHOPS < 3
    if (isRobbed && chance() < 0.9) add('alarms', time + 2 * MINUTE, { payment: `p${i}`, shop: `s${at}`, fraud: true })
  }
  return logs
}

test('of two streams the one is worth its cost and the other is not, and what the plan saves is what they cost apart', async () => {
  const strings = new Strings()
  const logs = history()
  const histories = new Map(
    ir.sources.map(source => [source.name, { source, block: blockOf(source, logs.get(source.name)!, strings) } as SourceHistory]),
  )
  const log = replayLog(ir, histories, strings)
  const [definition] = ir.models
  const experiment = new Experiment({ ir, scores }, definition, log)
  const { cases } = experiment
  const { values, unit } = utilityOf({ utility: { kind: 'money', saves: 30, wrong: 1 } }, definition)
  const worth = async (plan: Plan, rows: RowRange): Promise<Float64Array> => {
    const decided = await experiment.decisionsUnder(plan, 'withoutRetraining')
    return values({ cases, decided, alert: alertsAt(cases, decided.score, { threshold: THRESHOLD }), rows })
  }
  const running = currentPlan(ir, definition)
  const costs = new CostModel(
    {
      measured: measure({ ir, scores }, definition, log, { seconds: () => 0 }),
      trace: arrivalTraceOf(log, cases.t),
      prices: examplePrices,
      people: presetPeople,
    },
    running,
  )
  const judged = await recommendPlan(
    {
      elements: planElements(ir, definition),
      select: cases.blocks.select,
      report: cases.blocks.report,
      decisionsPerMonth: (decisionsPerWeek(cases, cases.blocks.test)! * 730) / 168,
      price: 1,
      unit,
      smallLoss: 0,
      weeks: DAYS / 7,
    },
    {
      valueOf: async (plan, rows) => {
        const before = await worth(asItRuns, rows)
        return (await worth(plan, rows)).map((value, i) => value - before[i])
      },
      costOf: plan => costs.costOf(plan).steadyYear,
      intervals: planIntervals(cases, { horizon: 30 * MINUTE, window: 30 * MINUTE }, { seed: 1, draws: 2000 }),
    },
  )
  const { part, verdicts, proposed } = judged
  assert.equal(verdicts.get('group/reported')!.choice, 'stream', JSON.stringify([...verdicts], null, 1))
  assert.equal(verdicts.get('group/usual')!.choice, 'batch 1 day', JSON.stringify([...verdicts], null, 1))
  assert.equal(verdicts.get('action')!.choice, 'not observable in this history')
  assert.equal(proposed.get('group/usual')?.kind, 'batch')
  assert.equal(proposed.get('group/reported'), undefined)
  assert.equal(part.decision, 'change')
  // With low prices an additional streaming group costs nothing.
  const saved = [asItRuns, proposed].map(plan => costs.costOf(plan).steadyYear.base)
  assert.ok(part.net!.low >= 0 && Math.abs(part.net!.value - (saved[0] - saved[1])) < 0.01)
})
