import { WEEK_MS } from '../../base/index.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blockOf } from '../../../test/property/engines/block.ts'
import { Strings } from '../../columns/strings.ts'
import type { LoggedEvent } from '../../define/source/source.ts'
import { action, count, entity, features, logistic, model, on, pipeline, source, stdout, stream, t } from '../../index.ts'
import { replayLog } from '../../replay/log.ts'
import type { SourceHistory } from '../../intake/history-builder.ts'
import type { Cases } from '../domain/cases.ts'
import type { ElementSetting } from '../domain/element.ts'
import type { Performance } from '../domain/element-report.ts'
import { isInconclusive } from '../domain/plan-types.ts'
import { presetPeople } from '../cost/people.ts'
import { examplePrices } from '../cost/prices.ts'
import { costingOf } from './costing.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const recent = features('recent', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ recent: recent.of(p.card) }),
  score: logistic({ intercept: 0, weights: { 'recent.n': { weight: 1, ifNull: 0 } } }),
})
const costed = pipeline('costed', [fraud, action('block', { when: fraud.score.gte(0.9), do: stdout() })])
const [definition] = costed.ir.models
const [paymentSource] = costed.ir.sources

/** Two weeks with a payment every hour. */
const DECISIONS = 337
const HOUR = 3_600_000
const times = Float64Array.from({ length: DECISIONS }, (_, row) => Date.UTC(2026, 0, 1) + row * HOUR)
const strings = new Strings()
const events = Array.from(times, (time, offset): LoggedEvent => {
  const row = { id: `p${offset}`, card: `c${offset % 9}`, at: time }
  return { source: 'payments', partition: 0, offset, time, arrival: time, row }
})
const log = replayLog(
  costed.ir,
  new Map([['payments', { source: paymentSource, block: blockOf(paymentSource, events, strings) } as SourceHistory]]),
  strings,
)
const ACTIONS_A_WEEK = 70
const decisionsAWeek = (DECISIONS * WEEK_MS) / (times[DECISIONS - 1] - times[0])

/** Costs if the value function states `factor` times the decisions of the history; by default it states no number. */
function costing(factor?: number) {
  let seconds = 0
  const stated = factor !== undefined && { decisionsPerWeek: factor * decisionsAWeek }
  return costingOf(costed, log, {
    model: definition,
    worth: { ir: { model: 'fraud', utility: { kind: 'caught', budget: 0.1, unit: 'frauds' }, ...stated } },
    prices: examplePrices,
    people: presetPeople,
    seconds: () => seconds++,
    experiment: { cases: { t: times, length: DECISIONS } as Cases },
    now: { performance: { actionsPerWeek: (factor ?? 1) * ACTIONS_A_WEEK } as Performance },
    dollars: 1,
  })
}

function costPart(factor?: number) {
  const part = costing(factor).part(new Map(), { why: 'not measured' })
  return isInconclusive(part) ? assert.fail(part.why) : part
}

test('events, state and actions are those of the stated decisions a week', () => {
  const { now: own, prices } = costPart()
  const quantities = own.lines.filter(({ of }) => ['storage', 'state', 'requests', 'egress'].includes(of))
  assert.deepEqual(
    quantities.map(({ title }) => title),
    ['the log', 'events in', 'events to workers', 'recent: state', 'actions'],
  )
  assert.doesNotMatch(prices, /times those of the history/)
  for (const factor of [0.5, 1, 100]) {
    const stated = costPart(factor)
    for (const { title, range } of quantities) {
      const line = stated.now.lines.find(candidate => candidate.title === title)!
      for (const scenario of ['low', 'base', 'high'] as const)
        assert.ok(
          Math.abs(line.range[scenario] - factor * range[scenario]) <= 1e-9 * range[scenario],
          `${title}, ${scenario}: ${line.range[scenario]} is not ${factor} × ${range[scenario]}`,
        )
    }
  }
  assert.match(costPart(100).prices, / Events, decisions and state: 100 times those of the history, as decisionsPerWeek states\.$/)
})

test('a setting without a cost has the reason, and other plans have their costs', () => {
  const leapDay: ElementSetting = { kind: 'batch', schedule: { kind: 'cron', cron: '0 0 29 2 *', zone: 'UTC' }, lasts: HOUR }
  const plan = new Map([['group/recent', leapDay]])
  const costs = costing()
  const why = "the cron '0 0 29 2 *' is due less than twice a year, so it has no monthly cost; give a more frequent schedule"
  assert.deepEqual(costs.costOf(plan), { why })
  assert.deepEqual(costs.part(plan, { why: 'not measured' }), { why })
  assert.ok(!isInconclusive(costs.costOf(new Map())))
  assert.ok(!isInconclusive(costs.part(new Map(), { why: 'not measured' })))
})
