/**
 * Value of a plan, decision by decision, in three modes:
 * - `withoutRetraining`: without retraining, at the model's own threshold;
 * - `withoutRetrainingAtVolume`: without retraining, at the alert volume of the current pipeline;
 * - `withRetraining`: with retraining on equally old features, at that volume.
 *
 * The baseline is the current pipeline in the same mode, so a plan that changes nothing has difference 0, and no difference
 * contains the gain of retraining alone. Decisions that are not eligible never act.
 */
import { SpillwayError } from '../../base/index.ts'
import { labelHorizon } from '../../replay/index.ts'
import type { ModelIR } from '../../define/ir/index.ts'
import { TOLERATED_LOSS } from '../statistics/freshness-threshold.ts'
import { BaselineAlerts, type BaselineActions, type BaselineActionsInputs } from './baseline-actions.ts'
import type { Cases, PlanDecisions, RowRange } from '../domain/cases.ts'
import { asItRuns, type Plan } from '../domain/element.ts'
import { isInconclusive } from '../domain/plan-types.ts'
import type { Arm, Experiment } from '../experiment/experiment.ts'
import { orUnobservable } from '../plans/observable.ts'
import type { Performance } from '../domain/element-report.ts'
import { subtractSparse, type SparseValues } from '../value/sparse.ts'
import {
  weeklyValue,
  valueBounds,
  decisionsPerWeek,
  performanceFigures,
  sumOfKnown,
  type AlertEvaluation,
  type ValueFunction,
} from '../value/index.ts'

/** Valuation of a plan; see the top of this file. */
export type ValuationMode = 'withoutRetraining' | 'withoutRetrainingAtVolume' | 'withRetraining'

/** Scores of one plan and their value. */
export interface ValuedPlan {
  /** Value per decision, in units, of the rows of the block `test`. */
  readonly value: SparseValues
  /** The value less the default cost of wrong actions. Only at the fixed threshold, and only where the value function states no cost. */
  readonly charged?: SparseValues
  readonly performance: Performance
  /** The scores and times behind the value. */
  readonly decided: PlanDecisions
}

/** True if both plans have the same scores at the same times, so that they are equal on any history. */
export const hasSameScores = ({ decided: left }: ValuedPlan, { decided: right }: ValuedPlan, { from, to }: RowRange): boolean =>
  (['score', 'actedAt'] as const).every(name => {
    const [a, b] = [left[name], right[name]]
    if (a === b) return true
    for (let row = from; row < to; row++) if (!Object.is(a[row], b[row])) return false
    return true
  })

/**
 * Value of a level less the baseline, decision by decision. The cost of wrong actions counts only where the level acts clearly more often.
 * Fewer wrong actions are no gain, since the user stated no cost.
 */
export function valueDifference(level: ValuedPlan, now: ValuedPlan): SparseValues {
  const actsMoreOften = level.performance.actionsPerWeek > (1 + EQUAL_VOLUME_TOLERANCE) * now.performance.actionsPerWeek
  return actsMoreOften && level.charged && now.charged ? subtractSparse(level.charged, now.charged) : subtractSparse(level.value, now.value)
}

/** Alert volumes that differ by at most this share count as equal. */
export const EQUAL_VOLUME_TOLERANCE = 0.1

/** Inputs of the valuation. */
export interface ValuationOptions extends BaselineActionsInputs {
  readonly utility: ValueFunction
  readonly decisionsPerWeek: number | undefined
}

/** Weekly value of the current pipeline if all unknown labels were true, and if all were false. */
export interface LabelBounds {
  readonly ifTrue: number
  readonly ifFalse: number
}

/**
 * Smallest share of the current pipeline's value that a model retrained on fresh features must reach, at equal alert volume. Below it
 * the model loses more by retraining than a freshness threshold tolerates, so nobody would deploy it, and its losses say nothing about the
 * current model.
 */
const COMPARABLE_PART = 1 - TOLERATED_LOSS

/**
 * Values plans by an experiment's scores, in each mode, against the current pipeline.
 *
 * @example
 * const valuation = await PlanValuation.valueOf(experiment, { ir, model, utility, budget: undefined, decisionsPerWeek: undefined })
 * const { performance } = await valuation.of(planOf({ kind: 'ingestion' }, { kind: 'older', by: 60_000 }), 'withoutRetrainingAtVolume')
 */
export class PlanValuation {
  /** Eligible decisions a week: the user's number, or the rate of the block; NaN if all decisions share one instant. */
  readonly week: number
  /** Default cost of a wrong action at the fixed threshold, units; 0 where the value function states a cost. */
  readonly charge: number
  /** Share of the current pipeline's actions whose correctness is unknown. */
  readonly unjudged: number
  readonly #experiment: Experiment
  readonly #utility: ValueFunction
  readonly #horizon: number
  readonly #alerts: BaselineAlerts
  readonly #baselines = new Map<ValuationMode, ValuedPlan>()
  #noRetrainingReason: string | undefined

  private constructor(experiment: Experiment, options: ValuationOptions, decided: PlanDecisions) {
    const { cases, scored } = experiment
    const { utility, model } = options
    this.#experiment = experiment
    this.#utility = utility
    this.#horizon = model.label ? labelHorizon(model.label) : 0
    this.week = decisionsPerWeek(cases, cases.blocks.test, options.decisionsPerWeek) ?? NaN
    this.#alerts = new BaselineAlerts(cases, scored, decided, options)
    this.charge = utility.chargedSparse ? this.#alerts.defaultCharge(decided, utility) : 0
    this.unjudged = this.#alerts.unjudgedShare(decided)
    this.#noRetrainingReason = experiment.why('withRetraining')
  }

  /** Scores the current pipeline. Throws `SPILL_HISTORY` if it has neither a score nor a model that can be trained. */
  static async valueOf(experiment: Experiment, options: ValuationOptions): Promise<PlanValuation> {
    const decided = await decideOrExplain(options.model, () => experiment.decisionsUnder(asItRuns, runningArm(experiment)))
    const valuation = new PlanValuation(experiment, options, decided)
    valuation.#noRetrainingReason ??= await valuation.#incomparableReason()
    return valuation
  }

  /** Threshold and alert volume of the current pipeline. */
  get baselineActions(): BaselineActions {
    return this.#alerts.actions
  }

  /** Arm of the current pipeline: without retraining, or with it where no version scores yet. */
  get runningArm(): Arm {
    return runningArm(this.#experiment)
  }

  /** Mode in which plans are valued: with retraining. Without it where that is impossible or the retrained model is not comparable. */
  get planMode(): ValuationMode {
    return this.unavailableReason('withRetraining') === undefined ? 'withRetraining' : 'withoutRetrainingAtVolume'
  }

  get cases(): Cases {
    return this.#experiment.cases
  }

  /** Why a mode is unavailable for every plan; undefined if it is available. */
  unavailableReason(mode: ValuationMode): string | undefined {
    return mode === 'withRetraining' ? this.#noRetrainingReason : this.#experiment.why('withoutRetraining')
  }

  /** The current pipeline in this mode. */
  async baseline(mode: ValuationMode): Promise<ValuedPlan> {
    const baseline = this.#baselines.get(mode) ?? (await this.of(asItRuns, mode))
    this.#baselines.set(mode, baseline)
    return baseline
  }

  /** Values a plan. Throws as the experiment does. */
  async of(plan: Plan, mode: ValuationMode): Promise<ValuedPlan> {
    return this.#valued(await this.#decisionsUnder(plan, mode), mode)
  }

  /** Both modes without retraining, from one replay. */
  async withoutRetraining(plan: Plan): Promise<readonly [withoutRetraining: ValuedPlan, atBudget: ValuedPlan]> {
    const decided = await this.#decisionsUnder(plan, 'withoutRetraining')
    return [this.#valued(decided, 'withoutRetraining'), this.#valued(decided, 'withoutRetrainingAtVolume')]
  }

  /**
   * Bounds of the current pipeline's value over all outcomes of the decisions without a known label. No outcome is later than the label's
   * horizon.
   */
  async labelBounds(mode: ValuationMode): Promise<LabelBounds> {
    const { week } = this
    const evaluation = this.#evaluate(await this.#decisionsUnder(asItRuns, mode), mode)
    const { ifTrue, ifFalse } = valueBounds(this.#utility.values, evaluation, this.#horizon)
    return { ifTrue: weeklyValue(sumOfKnown(ifTrue), week), ifFalse: weeklyValue(sumOfKnown(ifFalse), week) }
  }

  /** Largest absolute value of one decision of the current pipeline in the block `test`: the most by which one decision can differ. */
  async largestDecisionValue(mode: ValuationMode): Promise<number> {
    const { by } = (await this.baseline(mode)).value
    return by.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  }

  /** Value of each row of the block `test` under a plan; NaN where the outcome is unknown. */
  async values(plan: Plan, mode: ValuationMode): Promise<Float64Array> {
    return this.#utility.values(this.#evaluate(await this.#decisionsUnder(plan, mode), mode))
  }

  #decisionsUnder(plan: Plan, mode: ValuationMode): Promise<PlanDecisions> {
    return this.#experiment.decisionsUnder(plan, mode === 'withRetraining' ? 'withRetraining' : 'withoutRetraining')
  }

  #evaluate(decided: PlanDecisions, mode: ValuationMode): AlertEvaluation {
    return mode === 'withoutRetraining' ? this.#alerts.atThreshold(decided) : this.#alerts.atVolume(decided)
  }

  #valued(decided: PlanDecisions, mode: ValuationMode): ValuedPlan {
    const evaluation = this.#evaluate(decided, mode)
    const { sparse, chargedSparse: charged, outcomes } = this.#utility
    const value = sparse(evaluation)
    return {
      decided,
      value,
      ...(mode === 'withoutRetraining' && charged && this.charge > 0 && { charged: charged(evaluation, this.charge) }),
      performance: performanceFigures(evaluation, { worth: value, outcomes: outcomes(this.cases), decisionsPerWeek: this.week }),
    }
  }

  /** Why a retrained model is not comparable: on the same fresh features it is far below the current model. */
  async #incomparableReason(): Promise<string | undefined> {
    // A model that the pipeline trains is retrained by the same algorithm. It may have learnt from more rows, and loses alike.
    if (this.unavailableReason('withoutRetraining') !== undefined || this.#experiment.running) return undefined
    const plans = await orUnobservable(async () => [
      await this.baseline('withoutRetrainingAtVolume'),
      await this.baseline('withRetraining'),
    ])
    if (isInconclusive(plans)) return plans.why
    const [runs, retrained] = plans.map(({ performance }) => performance.perWeek)
    if (!(runs > 0) || retrained >= COMPARABLE_PART * runs) return undefined
    return `a model retrained on fresh features has only ${percentText(Math.max(0, retrained) / runs)} of the value of the one that runs (${percentText(COMPARABLE_PART)} are needed to compare), at as many alerts`
  }
}

const percentText = (part: number): string => `${Math.round(part * 100)} %`

/** Explains a history on which nothing can be judged: the model has no score of its own and cannot be trained on the first part. */
async function decideOrExplain({ name, score }: ModelIR, decide: () => Promise<PlanDecisions>): Promise<PlanDecisions> {
  try {
    return await decide()
  } catch (error) {
    if (!(error instanceof SpillwayError) || error.code !== 'SPILL_TRAINING' || score.kind !== 'none') throw error
    throw new SpillwayError(
      'SPILL_HISTORY',
      `cannot judge this history: model '${name}' has no score and cannot be trained on the first part of the history, since ${error.message}. Check its label, or give a longer history`,
      { cause: error },
    )
  }
}

const runningArm = (experiment: Experiment): Arm =>
  experiment.why('withoutRetraining') === undefined ? 'withoutRetraining' : 'withRetraining'
