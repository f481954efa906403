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
import { isInconclusive, type Inconclusive } from '../domain/plan-types.ts'
import { weeksCovered } from '../value/index.ts'

/** Costs of plans over one history. */
export interface Costing {
  /** Dollars a month in a steady year. */
  costOf(plan: Plan): Range | Inconclusive
  /** Cost part of the report. `lost` is the weekly value lost by staleness, units. */
  part(proposed: Plan, lost: Estimate | Inconclusive): AuditReport['costs']
}

interface CostingInputs extends Pick<AuditOptions, 'model' | 'worth' | 'prices' | 'people' | 'intakeSeconds' | 'seconds'> {
  readonly experiment: Pick<Experiment, 'cases'>
  /** Value of the current pipeline. */
  readonly now: Pick<ValuedPlan, 'performance'>
  /** Dollars a unit of value. */
  readonly dollars: number | undefined
}

/**
 * The costs at the decisions a week that the value function states, or at those of the history. `costOf` and `part` return the reason if the
 * history allows no cost model, or if a plan has a setting without a cost.
 */
export function costingOf(pipeline: ScoringDefinitions, log: ReplayLog, options: CostingInputs): Costing {
  const { model, worth, prices, people, intakeSeconds, seconds, experiment, dollars } = options
  const { t, length } = experiment.cases
  const weeks = weeksCovered(experiment.cases)
  const { decisionsPerWeek } = worth.ir
  const volume = decisionsPerWeek === undefined ? 1 : (decisionsPerWeek * weeks) / length
  const now = currentPlan(pipeline.ir, model)
  const costModel = costOrReason(() => {
    // Weekly figures have the stated volume already. Measurements are of the history, and the cost model scales them.
    const actions = (options.now.performance.actionsPerWeek / volume) * weeks
    const measured = measure(pipeline, model, log, { ...(intakeSeconds && { intakeSeconds }), ...(seconds && { seconds }), actions })
    return new CostModel({ measured, trace: arrivalTraceOf(log, t), prices, people, volume }, now)
  })
  if (isInconclusive(costModel)) return { costOf: () => costModel, part: () => costModel }
  return {
    costOf: plan => costOrReason(() => costModel.costOf(plan).steadyYear),
    part: (proposed, lost) =>
      costOrReason(() => buildCostPart({ prices, people, volume, model: costModel, now, proposed, lost, dollarsPerUnit: dollars })),
  }
}

/** The result, or the reason why there is no cost. */
function costOrReason<T extends object>(compute: () => T): T | Inconclusive {
  try {
    return compute()
  } catch (error) {
    if (!(error instanceof SpillwayError)) throw error
    return { why: error.message }
  }
}
