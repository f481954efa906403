/**
 * The value of an alternative, decision by decision, in three ways: the model as it is at the threshold that it has (`frozen`), the model as it is at the volume of alerts of what runs (`frozenAtBudget`), and a model that
 * was trained on features as old, at that volume (`refit`).
 *
 * Each is held against what runs, judged in the same way, so that an alternative that changes nothing differs in nothing: what training anew is worth by itself is in no difference. Equal volume is held on each judged block itself,
 * since scores drift between blocks and a count of alerts from another one would compare volumes and not skill. Decisions that are not eligible act in no way.
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

export type Way = 'frozen' | 'frozenAtBudget' | 'refit'

export interface Judged {
  /** Of the rows of the block `test`. */
  readonly worth: Sparse
  /** The same less what wrong actions cost by default: at the fixed threshold, where the worth does not say. */
  readonly charged?: Sparse
  readonly performance: Performance
  /** The scores and times that it is of. */
  readonly decided: Decided
}

/** Do both have the same scores at the same times, so that they are the same whatever the history? */
export const isSameByScores = ({ decided: one }: Judged, { decided: other }: Judged, { from, to }: RowRange): boolean =>
  (['score', 'acted'] as const).every(name => {
    const [a, b] = [one[name], other[name]]
    if (a === b) return true
    for (let row = from; row < to; row++) if (!Object.is(a[row], b[row])) return false
    return true
  })

/** Decision by decision, how much more a level is worth than now. Wrong actions are charged where it acts clearly more often: fewer of them are no gain that anybody stated. */
export function differenceOf(level: Judged, now: Judged): Sparse {
  const isOftener = level.performance.actionsAWeek > (1 + SAME_VOLUME) * now.performance.actionsAWeek
  return isOftener && level.charged && now.charged ? less(level.charged, now.charged) : less(level.worth, now.worth)
}

/** Two volumes of alerts that differ by at most this part count as the same. */
export const SAME_VOLUME = 0.1

export interface JudgingOptions {
  readonly ir: PipelineIR
  readonly model: ModelIR
  readonly utility: Utility
  /** The part of decisions that may act, where no action says from which score on. */
  readonly budget: number | undefined
  readonly decisionsAWeek: number | undefined
}

/** What runs in a week, if every label that is not known were true, and if every one were false. */
export interface SupposedWeeks {
  readonly ifTrue: number
  readonly ifFalse: number
}

/**
 * A model trained anew on fresh features has to reach this part of what runs, at the same volume. One that is further below loses more by being trained anew than what counts as hardly anything, so that nobody would put it in
 * the place of what runs, and what stale features take from it says nothing of what they take from that.
 */
const COMPARABLE_PART = 1 - KNEE_PART

export class Judging {
  readonly acts: Acts
  /** Eligible decisions of a week that the block has, or that the user says; NaN where all are at one instant. */
  readonly week: number
  /** The default cost of a wrong action at the fixed threshold, units; 0 where the worth states one. */
  readonly charge: number
  /** Of the actions of what runs, the part that nothing is said of. */
  readonly unjudged: number
  readonly #experiment: Experiment
  readonly #utility: Utility
  readonly #horizon: number
  readonly #volumes: readonly BlockVolume[]
  readonly #now = new Map<Way, Judged>()
  #noRefit: string | undefined

  private constructor(experiment: Experiment, options: JudgingOptions, decided: Decided) {
    const { cases, scored } = experiment
    this.#experiment = experiment
    this.#utility = options.utility
    this.#horizon = options.model.label ? horizonOf(options.model.label) : 0
    const { decisionsAWeek: given } = options
    this.week = decisionsAWeek(cases, cases.blocks.test, given === undefined ? {} : { decisionsAWeek: given }) ?? NaN
    this.acts = actsOf(cases, decided, options)
    this.charge = options.utility.charged ? defaultCharge({ cases, decided }, this.acts, options.utility) : 0
    this.unjudged = unjudgedPart(cases, decided, this.acts, scored)
    this.#volumes = volumesOf(cases, eligibleScores(cases, decided.score), actingRows(this.#atThreshold(decided)), this.acts)
    this.#noRefit = experiment.why('refit')
  }

  static async of(experiment: Experiment, options: JudgingOptions): Promise<Judging> {
    const decided = await learnt(options.model, () => experiment.decided(asItRuns, runningArm(experiment)))
    const judging = new Judging(experiment, options, decided)
    judging.#noRefit ??= await judging.#incomparable()
    return judging
  }

  /** What runs is judged in this way: as it is, or, where no version scores yet, as it would be trained. */
  get runs(): Arm {
    return runningArm(this.#experiment)
  }

  /** The way in which a planned change is judged: the model trained for it; where that cannot be, or is no model to compare with, as it is. */
  get planned(): Way {
    return this.why('refit') === undefined ? 'refit' : 'frozenAtBudget'
  }

  get cases(): Cases {
    return this.#experiment.cases
  }

  /** Why there is no such way, whatever the plan. */
  why(way: Way): string | undefined {
    return way === 'refit' ? this.#noRefit : this.#experiment.why(armOf(way))
  }

  /** What runs, judged in this way. */
  async now(way: Way): Promise<Judged> {
    const known = this.#now.get(way) ?? this.judged(await this.#experiment.decided(asItRuns, armOf(way)), way)
    this.#now.set(way, known)
    return known
  }

  async of(plan: Plan, way: Way): Promise<Judged> {
    return this.judged(await this.#experiment.decided(plan, armOf(way)), way)
  }

  /** Both ways of the model as it is, decided once. */
  async asItIs(plan: Plan): Promise<readonly [frozen: Judged, atBudget: Judged]> {
    const decided = await this.#experiment.decided(plan, 'frozen')
    return [this.judged(decided, 'frozen'), this.judged(decided, 'frozenAtBudget')]
  }

  /** Between the two is what runs, whatever became of the decisions of which that is not known; later than the label's horizon nothing becomes of any. */
  async bounds(way: Way): Promise<SupposedWeeks> {
    const { week } = this
    const given = this.#given(await this.#experiment.decided(asItRuns, armOf(way)), way)
    const { ifTrue, ifFalse } = boundsOf(this.#utility.values, given, this.#horizon)
    return { ifTrue: aWeek(totalOf(ifTrue), week), ifFalse: aWeek(totalOf(ifFalse), week) }
  }

  /** The most that one decision of what runs is worth, of rows of the block `test`: by so much one may be another. */
  async atStake(way: Way): Promise<number> {
    const { by } = (await this.now(way)).worth
    return by.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  }

  /** Of a plan, a value for each row of the block `test`; NaN where what came of it is not known. */
  async values(plan: Plan, way: Way): Promise<Float64Array> {
    return this.#utility.values(this.#given(await this.#experiment.decided(plan, armOf(way)), way))
  }

  judged(decided: Decided, way: Way): Judged {
    const { cases } = this
    const given = this.#given(decided, way)
    const { sparse, charged, outcomes } = this.#utility
    const worth = sparse(given)
    return {
      decided,
      worth,
      ...(way === 'frozen' && charged && this.charge > 0 && { charged: charged(given, this.charge) }),
      performance: performanceOf(given, { worth, outcomes: outcomes(cases), decisionsAWeek: this.week }),
    }
  }

  #given(decided: Decided, way: Way): Given {
    return way === 'frozen' ? this.#atThreshold(decided) : this.#atVolume(decided)
  }

  /** Alerts at the threshold of what runs. */
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
      // Of most utilities nobody asks for it.
      get alert() {
        return (alert ??= alertsAt(cases, score, { ...acts, rows: scored }))
      },
      ...(acts.cooldown === 0 && { acting: actingAt(score, rows, acts.threshold) }),
    }
  }

  /** Alerts at the volume of what runs, of the decisions that a slower cadence leaves. */
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

  /** Why a model trained anew says nothing of the one that runs, if on the same fresh features it is far below it. */
  async #incomparable(): Promise<string | undefined> {
    // A model that the pipeline trains is refit by the same algorithm. It may have learnt from more rows, and loses alike.
    if (this.why('frozen') !== undefined || this.#experiment.running) return undefined
    try {
      const [runs, anew] = [await this.now('frozenAtBudget'), await this.now('refit')].map(({ performance }) => performance.aWeek)
      if (!(runs > 0) || anew >= COMPARABLE_PART * runs) return undefined
      return `a model trained anew on fresh features is worth ${percentText(Math.max(0, anew) / runs)} of the one that runs, at as many alerts: under ${percentText(COMPARABLE_PART)} its losses say nothing of those of the one that runs`
    } catch (error) {
      const why = refusalOf(error)
      if (why === undefined) throw error
      return why
    }
  }
}

const percentText = (part: number): string => `${Math.round(part * 100)} %`

/** A model without a score of its own decides nothing where it can learn nothing, and then there is nothing to judge. */
async function learnt({ name, score }: ModelIR, decide: () => Promise<Decided>): Promise<Decided> {
  try {
    return await decide()
  } catch (error) {
    if (!(error instanceof SpillwayError) || error.code !== 'SPILL_TRAINING' || score.kind !== 'none') throw error
    throw new SpillwayError(
      'SPILL_INPUT',
      `nothing can be said of this history: model '${name}' has no score of its own and cannot be trained on the first part of it, since ${error.message}. Look at what its label says, or give a longer history`,
      { cause: error },
    )
  }
}

const runningArm = (experiment: Experiment): Arm => (experiment.why('frozen') === undefined ? 'frozen' : 'refit')

const armOf = (way: Way): Arm => (way === 'refit' ? 'refit' : 'frozen')
