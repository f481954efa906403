/**
 * A slower cadence of a model's ticks never catches more, nor gives earlier notice: over random pipelines and histories, at the same
 * threshold, at the same volume of alerts, and with retraining.
 *
 * A slower cadence leaves decisions out and changes no input, model or score. The law holds for ticks without a cooldown and without a cost
 * of wrong actions; docs/reference/audit.md has the exceptions.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Plan } from '../../src/audit/domain/element.ts'
import { Experiment } from '../../src/audit/experiment/experiment.ts'
import { PlanValuation, type ValuedPlan, type ValuationMode } from '../../src/audit/compare/valuation.ts'
import { utilityOf } from '../../src/audit/value/index.ts'
import type { UtilityIR } from '../../src/define/ir/ir.ts'
import { threadCase } from '../threads/generate.ts'
import { logOf } from './engines/replay-order.ts'

const CASES = 24
/** Factors on the model's period; each is a multiple of the one before. */
const TIMES = [2, 4, 12] as const
const WAYS: readonly ValuationMode[] = ['withoutRetraining', 'withoutRetrainingAtVolume', 'withRetraining']

/** Rounding tolerance: a week's figure is a sum of minutes or outcomes times a factor. */
const ROUNDING = 1e-9

const planOf = (every: number): Plan => new Map([['inference', { kind: 'every', every }]])

test('a slower cadence of ticks never catches more, nor notices earlier', async () => {
  let [cases, caught, lost] = [0, 0, 0]
  for (let seed = 1; cases < CASES; seed++) {
    const { ir, log } = threadCase(seed)
    const [model] = ir.models
    const { decide } = model
    if (decide.kind !== 'every') continue
    cases++
    const experiment = new Experiment({ ir, scores: new Map() }, model, logOf(ir, log))
    for (const kind of ['caught', 'notice'] as const) {
      const worth: UtilityIR = { kind, unit: 'failures', budget: 0.2 }
      const valuation = await PlanValuation.valueOf(experiment, {
        ir,
        model,
        utility: utilityOf({ utility: worth }, model),
        budget: 0.2,
        decisionsPerWeek: 1000,
      })
      for (const way of WAYS.filter(way => valuation.unavailableReason(way) === undefined)) {
        let before = await valuation.baseline(way)
        for (const times of TIMES) {
          const then = await valuation.of(planOf(decide.every * times), way)
          assertNoMore(before, then, `seed ${seed}, ${kind}, ${way}, every ${times} ticks`)
          caught += then.performance.recall ?? 0
          if (then.performance.perWeek < before.performance.perWeek) lost++
          before = then
        }
      }
    }
  }
  assert.ok(caught > 10, `only ${caught} of the outcomes were caught`)
  assert.ok(lost > CASES, `only ${lost} cadences lost anything`)
})

function assertNoMore(before: ValuedPlan, { performance }: ValuedPlan, place: string): void {
  const most = before.performance
  if (Number.isNaN(most.perWeek)) return
  assert.ok(performance.perWeek <= most.perWeek * (1 + ROUNDING), `${place}: ${performance.perWeek} after ${most.perWeek}`)
  assert.ok((performance.recall ?? 0) <= (most.recall ?? 0), `${place}: recall ${performance.recall} after ${most.recall}`)
  assert.ok(
    performance.actionsPerWeek <= most.actionsPerWeek * (1 + ROUNDING),
    `${place}: ${performance.actionsPerWeek} actions after ${most.actionsPerWeek}`,
  )
}
