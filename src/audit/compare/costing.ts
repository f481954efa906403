/** What plans cost: what the history was measured to take, on its own arrivals. */
import type { Definitions } from '../../decision/scoring.ts'
import type { ReplayLog } from '../../replay/log.ts'
import { SpillwayError } from '../../base/errors.ts'
import type { AuditOptions } from './audit-options.ts'
import { CostModel } from '../cost/cost-model.ts'
import { costPart } from '../cost/cost-part.ts'
import { howItRuns } from '../cost/how-it-runs.ts'
import { measure } from '../cost/measure.ts'
import { traceOf } from '../cost/trace.ts'
import type { Plan } from '../domain/element.ts'
import type { Experiment } from '../experiment/experiment.ts'
import type { Judged } from './valuation.ts'
import type { AuditReport, Estimate, Range } from '../domain/audit-report.ts'
import { WEEK } from '../value/index.ts'

export interface Costing {
  /** Dollars a month in a steady year. */
  costOf(plan: Plan): Range | { readonly why: string }
  /** `lost`: what staleness takes in a week, utility. */
  part(proposed: Plan, lost: Estimate | { readonly why: string }): AuditReport['costs']
}

interface CostingGiven extends Pick<AuditOptions, 'model' | 'prices' | 'people' | 'intakeSeconds' | 'seconds'> {
  readonly experiment: Experiment
  /** What runs. */
  readonly now: Judged
  /** Of a unit of utility. */
  readonly dollars: number | undefined
}

/** Where nothing can be reckoned from the history, the reason in place of costs. */
export function costsOf(pipeline: Definitions, log: ReplayLog, given: CostingGiven): Costing {
  const { model, prices, people, intakeSeconds, seconds, experiment, now: runs, dollars } = given
  const { t, length } = experiment.cases
  try {
    const actions = (runs.performance.actionsAWeek * (t[length - 1] - t[0])) / WEEK
    const measured = measure(pipeline, model, log, { ...(intakeSeconds && { intakeSeconds }), ...(seconds && { seconds }), actions })
    const inputs = { measured, trace: traceOf(log, experiment.cases.t), prices, people }
    const now = howItRuns(pipeline.ir, model)
    const reckoned = new CostModel(inputs, now)
    return {
      costOf: plan => reckoned.costOf(plan).steadyYear,
      part: (proposed, lost) =>
        costPart({ given: inputs, now, proposed, lost, ...(dollars !== undefined && { dollarsAUnit: dollars }), model: reckoned }),
    }
  } catch (error) {
    if (!(error instanceof SpillwayError)) throw error
    const why = { why: error.message }
    return { costOf: () => why, part: () => why }
  }
}
