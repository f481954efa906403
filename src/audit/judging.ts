/**
 * What an alternative is worth, decision by decision, in three ways: the model as it is at the threshold that it has, the model as it is at the threshold that makes as many act, and a model that
 * was trained on features as old, at that.
 *
 * Each is held against what runs, judged in the same way, so that an alternative that changes nothing differs in nothing: what training anew is worth by itself is in no difference.
 */
import { SpillwayError } from '../base/errors.ts'
import type { ModelIR, PipelineIR } from '../define/ir.ts'
import type { Cases, Decided } from './cases.ts'
import { asItRuns, type Plan } from './element.ts'
import type { Arm, Experiment } from './experiment/experiment.ts'
import type { Performance } from './report/audit-report.ts'
import type { Sparse } from './sparse.ts'
import { horizonOf } from '../replay/label-horizon.ts'
import {
  actingAt,
  actingOf,
  alertsAt,
  countAtOrAbove,
  aWeek,
  boundsOf,
  decisionsAWeek,
  performanceOf,
  thresholdForCount,
  thresholdForPart,
  totalOf,
  type Given,
  type Utility,
} from './worth/index.ts'

export type Way = 'frozen' | 'frozenAtBudget' | 'refit'

export interface Judged {
  /** Of the rows of the block `test`. */
  readonly worth: Sparse
  readonly performance: Performance
}

export interface JudgingOptions {
  readonly ir: PipelineIR
  readonly model: ModelIR
  readonly utility: Utility
  /** The part of decisions that may act, where no action says from which score on. */
  readonly budget: number | undefined
  readonly decisionsAWeek: number | undefined
}

/** How many act, and what said so. */
export interface Acts {
  readonly threshold: number
  readonly from: string
  /** Of the scored decisions of the block `tune`, those that act, and their part. */
  readonly count: number
  readonly part: number
  readonly cooldown: number
}

/** What runs in a week, if every label that is not known were true, and if every one were false. */
export interface SupposedWeeks {
  readonly ifTrue: number
  readonly ifFalse: number
}

export class Judging {
  readonly acts: Acts
  /** Of a week that the block has, or that the user says; NaN where all are at one instant. */
  readonly week: number
  readonly #experiment: Experiment
  readonly #utility: Utility
  readonly #horizon: number
  readonly #now = new Map<Way, Judged>()

  private constructor(experiment: Experiment, options: JudgingOptions, acts: Acts) {
    this.#experiment = experiment
    this.#utility = options.utility
    this.#horizon = options.model.label ? horizonOf(options.model.label) : 0
    this.acts = acts
    const { decisionsAWeek: given } = options
    this.week = decisionsAWeek(experiment.cases, experiment.cases.blocks.test, given === undefined ? {} : { decisionsAWeek: given }) ?? NaN
  }

  static async of(experiment: Experiment, options: JudgingOptions): Promise<Judging> {
    const decided = await learnt(options.model, () => experiment.decided(asItRuns, runningArm(experiment)))
    return new Judging(experiment, options, actsOf(experiment.cases, decided, options))
  }

  /** What runs is judged in this way: as it is, or, where no version scores yet, as it would be trained. */
  get runs(): Arm {
    return runningArm(this.#experiment)
  }

  get cases(): Cases {
    return this.#experiment.cases
  }

  /** Why there is no such way, whatever the plan. */
  why(way: Way): string | undefined {
    return this.#experiment.why(armOf(way))
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

  /** Of a plan, a value for each row of the block `test`; NaN where what came of it is not known. */
  async values(plan: Plan, way: Way): Promise<Float64Array> {
    return this.#utility.values(this.#given(await this.#experiment.decided(plan, armOf(way)), way))
  }

  judged(decided: Decided, way: Way): Judged {
    const { cases } = this
    const given = this.#given(decided, way)
    const worth = this.#utility.sparse(given)
    return { worth, performance: performanceOf(given, { worth, outcomes: this.#utility.outcomes(cases), decisionsAWeek: this.week }) }
  }

  /** Who acts. At the budget as many of the block `tune` do as do now, or fewer where scores are equal. */
  #given(decided: Decided, way: Way): Given {
    const { cases } = this
    const { score } = decided
    const { test: rows, tune } = cases.blocks
    const { threshold: own, count, cooldown } = this.acts
    const { scored } = this.#experiment
    const threshold = way === 'frozen' ? own : thresholdForCount(score, tune, count).threshold
    let alert: Uint8Array | undefined
    return {
      cases,
      decided,
      rows,
      // Of most utilities nobody asks for it.
      get alert() {
        return (alert ??= alertsAt(cases, score, { threshold, cooldown, rows: scored }))
      },
      ...(cooldown === 0 && { acting: actingAt(score, rows, threshold) }),
    }
  }
}

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

function actsOf({ blocks: { tune } }: Cases, { score }: Decided, { ir, model, budget }: JudgingOptions): Acts {
  const acting = actingOf(ir, model.name)
  const cooldown = acting?.cooldown ?? 0
  if (acting && budget === undefined) {
    const [acts, scored] = [acting.threshold, -Infinity].map(from => countAtOrAbove(score, tune, from))
    return { threshold: acting.threshold, from: `the action '${acting.action}'`, count: acts, part: acts / Math.max(1, scored), cooldown }
  }
  const { threshold, acts, scored } = thresholdForPart(score, tune, budget ?? 0)
  return {
    threshold,
    from: `at most ${percent(budget ?? 0)} of decisions act, on the block before those that are judged`,
    count: acts,
    part: acts / Math.max(1, scored),
    cooldown,
  }
}

const percent = (part: number): string => `${Number((part * 100).toPrecision(3))} %`
