/**
 * Value of a plan, decision by decision, in three modes:
 * - `frozen`: without retraining, at the model's own threshold;
 * - `frozenAtBudget`: without retraining, at the alert volume of the current pipeline;
 * - `refit`: with retraining on equally old features, at that volume.
 *
 * The baseline is the current pipeline in the same mode, so an alternative that changes nothing has difference 0, and no difference
 * contains the gain of retraining alone. Each judged block has its own equal volume. Scores drift between blocks, so a count from another
 * block would compare volumes and not skill. Decisions that are not eligible never act.
 */
import { SpillwayError } from '../../base/errors.ts'
import { horizonOf } from '../../replay/label-horizon.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/ir.ts'
import { KNEE_PART } from '../statistics/knee.ts'
import { actsOf, defaultCharge, unjudgedPart, volumesOf, type Acts } from './baseline-actions.ts'
import type { Cases, Decided, RowRange } from '../domain/cases.ts'
import { asItRuns, type Plan } from '../domain/element.ts'
import type { Arm, Experiment } from '../experiment/experiment.ts'
import { refusalOf } from '../plans/observable.ts'
import type { Performance } from '../domain/audit-report.ts'
import { less, type Sparse } from '../value/sparse.ts'
import {
  actingAt,
  actingAtVolume,
  actingRows,
  alertsAt,
  alertsOf,
  aWeek,
  boundsOf,
  decisionsAWeek,
  eligibleScores,
  performanceOf,
  totalOf,
  type BlockVolume,
  type Given,
  type Utility,
} from '../value/index.ts'

/** How a plan is valued; see the top of this file. */
export type Way = 'frozen' | 'frozenAtBudget' | 'refit'

/** Scores of one plan and their value. */
export interface Judged {
  /** Value per decision, in units, of the rows of the block `test`. */
  readonly worth: Sparse
  /** The value less the default cost of wrong actions. Only at the fixed threshold, and only where the value function states no cost. */
  readonly charged?: Sparse
  readonly performance: Performance
  /** The scores and times behind the value. */
  readonly decided: Decided
}

/** True if both plans have the same scores at the same times, so that they are equal on any history. */
export const isSameByScores = ({ decided: left }: Judged, { decided: right }: Judged, { from, to }: RowRange): boolean =>
  (['score', 'acted'] as const).every(name => {
    const [a, b] = [left[name], right[name]]
    if (a === b) return true
    for (let row = from; row < to; row++) if (!Object.is(a[row], b[row])) return false
    return true
  })

/**
 * Value of a level less the baseline, decision by decision. The cost of wrong actions counts only where the level acts clearly more often.
 * Fewer wrong actions are no gain, since the user stated no cost.
 */
export function differenceOf(level: Judged, now: Judged): Sparse {
  const actsMoreOften = level.performance.actionsAWeek > (1 + SAME_VOLUME) * now.performance.actionsAWeek
  return actsMoreOften && level.charged && now.charged ? less(level.charged, now.charged) : less(level.worth, now.worth)
}

/** Alert volumes that differ by at most this share count as equal. */
export const SAME_VOLUME = 0.1

/** Inputs of the valuation. */
export interface JudgingOptions {
  readonly ir: PipelineIR
  readonly model: ModelIR
  readonly utility: Utility
  /** Share of decisions that may act, where no action has a threshold. */
  readonly budget: number | undefined
  readonly decisionsAWeek: number | undefined
}

/** Weekly value of the current pipeline if all unknown labels were true, and if all were false. */
export interface SupposedWeeks {
  readonly ifTrue: number
  readonly ifFalse: number
}

/**
 * Smallest share of the current pipeline's value that a model retrained on fresh features must reach, at equal alert volume. Below it the
 * model loses more by retraining than a knee is, so nobody would deploy it, and its losses say nothing about the current model.
 */
const COMPARABLE_PART = 1 - KNEE_PART

/**
 * Values plans by an experiment's scores, in each mode, against the current pipeline.
 *
 * @example
 * const judging = await Judging.of(experiment, { ir, model, utility, budget: undefined, decisionsAWeek: undefined })
 * const { performance } = await judging.of(planOf({ kind: 'ingestion' }, { kind: 'older', by: 60_000 }), 'frozenAtBudget')
 */
export class Judging {
  /** Threshold and alert volume of the current pipeline. */
  readonly acts: Acts
  /** Eligible decisions a week: the user's number, or the rate of the block; NaN if all decisions share one instant. */
  readonly week: number
  /** Default cost of a wrong action at the fixed threshold, units; 0 where the value function states a cost. */
  readonly charge: number
  /** Share of the current pipeline's actions whose correctness is unknown. */
  readonly unjudged: number
  readonly #experiment: Experiment
  readonly #utility: Utility
  readonly #horizon: number
  readonly #volumes: readonly BlockVolume[]
  readonly #baselines = new Map<Way, Judged>()
  #noRefitReason: string | undefined

  private constructor(experiment: Experiment, options: JudgingOptions, decided: Decided) {
    const { cases, scored } = experiment
    this.#experiment = experiment
    this.#utility = options.utility
    this.#horizon = options.model.label ? horizonOf(options.model.label) : 0
    const { decisionsAWeek: volume } = options
    this.week = decisionsAWeek(cases, cases.blocks.test, volume === undefined ? {} : { decisionsAWeek: volume }) ?? NaN
    this.acts = actsOf(cases, decided, options)
    this.charge = options.utility.charged ? defaultCharge({ cases, decided }, this.acts, options.utility) : 0
    this.unjudged = unjudgedPart(cases, decided, this.acts, scored)
    this.#volumes = volumesOf(cases, eligibleScores(cases, decided.score), actingRows(this.#atThreshold(decided)), this.acts)
    this.#noRefitReason = experiment.why('refit')
  }

  /** Scores the current pipeline. Throws `SPILL_INPUT` if it has neither a score nor a model that can be trained. */
  static async of(experiment: Experiment, options: JudgingOptions): Promise<Judging> {
    const decided = await decideOrExplain(options.model, () => experiment.decided(asItRuns, runningArm(experiment)))
    const judging = new Judging(experiment, options, decided)
    judging.#noRefitReason ??= await judging.#incomparableReason()
    return judging
  }

  /** Arm of the current pipeline: without retraining, or with it where no version scores yet. */
  get runs(): Arm {
    return runningArm(this.#experiment)
  }

  /** Mode in which plans are valued: with retraining. Without it where that is impossible or the retrained model is not comparable. */
  get planned(): Way {
    return this.why('refit') === undefined ? 'refit' : 'frozenAtBudget'
  }

  get cases(): Cases {
    return this.#experiment.cases
  }

  /** Why a mode is unavailable for every plan; undefined if it is available. */
  why(way: Way): string | undefined {
    return way === 'refit' ? this.#noRefitReason : this.#experiment.why(armOf(way))
  }

  /** The current pipeline in this mode. */
  async now(way: Way): Promise<Judged> {
    const baseline = this.#baselines.get(way) ?? this.judged(await this.#experiment.decided(asItRuns, armOf(way)), way)
    this.#baselines.set(way, baseline)
    return baseline
  }

  /** Values a plan. Throws as the experiment does. */
  async of(plan: Plan, way: Way): Promise<Judged> {
    return this.judged(await this.#experiment.decided(plan, armOf(way)), way)
  }

  /** Both modes without retraining, from one replay. */
  async asItIs(plan: Plan): Promise<readonly [frozen: Judged, atBudget: Judged]> {
    const decided = await this.#experiment.decided(plan, 'frozen')
    return [this.judged(decided, 'frozen'), this.judged(decided, 'frozenAtBudget')]
  }

  /**
   * Bounds of the current pipeline's value over all outcomes of the decisions without a known label. No outcome is later than the label's
   * horizon.
   */
  async bounds(way: Way): Promise<SupposedWeeks> {
    const { week } = this
    const inputs = this.#given(await this.#experiment.decided(asItRuns, armOf(way)), way)
    const { ifTrue, ifFalse } = boundsOf(this.#utility.values, inputs, this.#horizon)
    return { ifTrue: aWeek(totalOf(ifTrue), week), ifFalse: aWeek(totalOf(ifFalse), week) }
  }

  /** Largest absolute value of one decision of the current pipeline in the block `test`: the most by which one decision can differ. */
  async atStake(way: Way): Promise<number> {
    const { by } = (await this.now(way)).worth
    return by.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  }

  /** Value of each row of the block `test` under a plan; NaN where the outcome is unknown. */
  async values(plan: Plan, way: Way): Promise<Float64Array> {
    return this.#utility.values(this.#given(await this.#experiment.decided(plan, armOf(way)), way))
  }

  /** Values scores that were decided already. */
  judged(decided: Decided, way: Way): Judged {
    const { cases } = this
    const inputs = this.#given(decided, way)
    const { sparse, charged, outcomes } = this.#utility
    const worth = sparse(inputs)
    return {
      decided,
      worth,
      ...(way === 'frozen' && charged && this.charge > 0 && { charged: charged(inputs, this.charge) }),
      performance: performanceOf(inputs, { worth, outcomes: outcomes(cases), decisionsAWeek: this.week }),
    }
  }

  #given(decided: Decided, way: Way): Given {
    return way === 'frozen' ? this.#atThreshold(decided) : this.#atVolume(decided)
  }

  /** Alerts at the threshold of the current pipeline. */
  #atThreshold(decided: Decided): Given {
    const { cases, acts } = this
    const { test: rows } = cases.blocks
    const score = eligibleScores(cases, decided.score)
    const { scored } = this.#experiment
    let alert: Uint8Array | undefined
    return {
      cases,
      decided,
      rows,
      // Computed on demand, since most value functions do not read it.
      get alert() {
        return (alert ??= alertsAt(cases, score, { ...acts, rows: scored }))
      },
      ...(acts.cooldown === 0 && { acting: actingAt(score, rows, acts.threshold) }),
    }
  }

  /** Alerts at the volume of the current pipeline, among the decisions that a slower cadence leaves. */
  #atVolume(decided: Decided): Given {
    const { cases } = this
    const { cooldown } = this.acts
    const score = eligibleScores(cases, decided.score)
    const ranked = decided.ranked ? eligibleScores(cases, decided.ranked) : score
    const acting = actingAtVolume(cases, score, this.#volumes, cooldown, ranked)
    const { scored } = this.#experiment
    const [first] = this.#volumes
    let alert: Uint8Array | undefined
    return {
      cases,
      decided,
      rows: cases.blocks.test,
      get alert() {
        return (alert ??= alertsOf(cases, score, acting, { first: first.rows, scored, cooldown }))
      },
      acting,
    }
  }

  /** Why a retrained model is not comparable: on the same fresh features it is far below the current model. */
  async #incomparableReason(): Promise<string | undefined> {
    // A model that the pipeline trains is refit by the same algorithm. It may have learnt from more rows, and loses alike.
    if (this.why('frozen') !== undefined || this.#experiment.running) return undefined
    try {
      const [runs, retrained] = [await this.now('frozenAtBudget'), await this.now('refit')].map(({ performance }) => performance.aWeek)
      if (!(runs > 0) || retrained >= COMPARABLE_PART * runs) return undefined
      return `a model trained anew on fresh features is worth ${percentText(Math.max(0, retrained) / runs)} of the one that runs, at as many alerts: under ${percentText(COMPARABLE_PART)} its losses say nothing of those of the one that runs`
    } catch (error) {
      const why = refusalOf(error)
      if (why === undefined) throw error
      return why
    }
  }
}

const percentText = (part: number): string => `${Math.round(part * 100)} %`

/** Explains a history on which nothing can be judged: the model has no score of its own and cannot be trained on the first part. */
async function decideOrExplain({ name, score }: ModelIR, decide: () => Promise<Decided>): Promise<Decided> {
  try {
    return await decide()
  } catch (error) {
    if (!(error instanceof SpillwayError) || error.code !== 'SPILL_TRAINING' || score.kind !== 'none') throw error
    throw new SpillwayError(
      'SPILL_INPUT',
      `cannot judge this history: model '${name}' has no score and cannot be trained on the first part of the history, since ${error.message}. Check its label, or give a longer history`,
      { cause: error },
    )
  }
}

const runningArm = (experiment: Experiment): Arm => (experiment.why('frozen') === undefined ? 'frozen' : 'refit')

const armOf = (way: Way): Arm => (way === 'refit' ? 'refit' : 'frozen')
