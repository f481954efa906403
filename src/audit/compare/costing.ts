/** Costs of plans, modelled from the measured processing and the arrivals of the history. */
import type { ScoringDefinitions } from '../../decision/index.ts'
import type { ReplayLog } from '../../replay/index.ts'
import { SpillwayError } from '../../base/index.ts'
import type { AuditOptions } from './audit-options.ts'
import { CostModel } from '../cost/cost-model.ts'
import { buildCostPart } from '../cost/cost-part.ts'
import { currentPlan } from '../cost/current-plan.ts'
import { arrivalTraceOf, measure } from '../cost/measure.ts'
import type { Plan } from '../domain/element.ts'
import type { Experiment } from '../experiment/experiment.ts'
import type { ValuedPlan } from './valuation.ts'
import type { AuditReport, Range } from '../domain/audit-report.ts'
import type { Estimate } from '../domain/element-report.ts'
import type { Inconclusive } from '../domain/plan-types.ts'
import { WEEK_MS } from '../domain/units.ts'

/** Costs of plans over one history. */
export interface Costing {
  /** Dollars a month in a steady year. */
  costOf(plan: Plan): Range | Inconclusive
  /** Cost part of the report. `lost` is the weekly value lost by staleness, units. */
  part(proposed: Plan, lost: Estimate | Inconclusive): AuditReport['costs']
}

interface CostingInputs extends Pick<AuditOptions, 'model' | 'prices' | 'people' | 'intakeSeconds' | 'seconds'> {
  readonly experiment: Experiment
  /** Value of the current pipeline. */
  readonly now: ValuedPlan
  /** Dollars a unit of value. */
  readonly dollars: number | undefined
}

/** If the history does not allow a cost model, `costOf` and `part` return the reason. */
export function costingOf(pipeline: ScoringDefinitions, log: ReplayLog, options: CostingInputs): Costing {
  const { model, prices, people, intakeSeconds, seconds, experiment, dollars } = options
  const { t, length } = experiment.cases
  try {
    const actions = (options.now.performance.actionsPerWeek * (t[length - 1] - t[0])) / WEEK_MS
    const measured = measure(pipeline, model, log, { ...(intakeSeconds && { intakeSeconds }), ...(seconds && { seconds }), actions })
    const now = currentPlan(pipeline.ir, model)
    const costModel = new CostModel({ measured, trace: arrivalTraceOf(log, t), prices, people }, now)
    return {
      costOf: plan => costModel.costOf(plan).steadyYear,
      part: (proposed, lost) => buildCostPart({ prices, people, model: costModel, now, proposed, lost, dollarsPerUnit: dollars }),
    }
  } catch (error) {
    if (!(error instanceof SpillwayError)) throw error
    const why = { why: error.message }
    return { costOf: () => why, part: () => why }
  }
}
