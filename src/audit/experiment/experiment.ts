/**
 * An experiment over a history: the same decisions are made again under other plans than the current one.
 *
 * Nothing is approximated. A plan has other placements, arrival times or decision times. Its features come from a replay of the
 * history by the kernel, and its retrained models from the trainers of `spillway/training`.
 */
import { availableParallelism } from 'node:os'
import { limits } from '../../base/index.ts'
import type { ScoringDefinitions } from '../../decision/index.ts'
import type { ModelIR, TrainIR } from '../../define/ir/index.ts'
import { type ReplayLog, labelHorizon } from '../../replay/index.ts'
import type { Cases, PlanDecisions, RowRange } from '../domain/cases.ts'
import { asItRuns, type Element, type Plan, type ElementSetting } from '../domain/element.ts'
import { PlanThreads, PrecomputedPlans, maxUnusedResults, type PlanOwner, type ThreadWork } from './parallel/precomputed-plans.ts'
import { isScoredByDefinition } from './parallel/shared-memory.ts'
import { vectorScoring } from './timeline/case-inputs.ts'
import { cacheAuc } from '../value/index.ts'
import { auditElements, stalenessLevels, type StalenessLevel } from './staleness-levels.ts'
import { caseSelection, scoredRange, type CaseSelection } from './timeline/case-selection.ts'
import { buildDecisionCases, caseColumns, type OutcomeRecord } from './decision-cases.ts'
import { throwUnsupported } from './settings/setting-checks.ts'
import type { PromotedChampion } from '../../operate/index.ts'
import { Replays, planSetting } from './replay/replays.ts'
import { fitRunningModel, type RunningModel } from './running-model.ts'
import { maskUndecided, ScoreCache, Scorer, type Arm } from './replay/scorer.ts'
import type { AgeTraces } from './timeline/age-traces.ts'
import type { DecidingModel } from './timeline/timeline.ts'

export type { Arm } from './replay/scorer.ts'

/** Options of an experiment; all are optional. */
export interface ExperimentOptions extends OutcomeRecord {
  /** The recorded ages of feature groups (`ageTraces`), which the setting `trace` replays. */
  readonly traces?: AgeTraces | undefined
  /** The look-back before the block `test`, ms (`lookBackOf`): decisions before it and before `tune` get no scores. Default Infinity. */
  readonly lookBack?: number | undefined
  /** The number of threads that precompute inputs and scores of prepared plans, where possible; default 0. `end` ends them. */
  readonly threads?: number | undefined
  /** Called with the threads' work when they end. With it they compute all prepared plans: for tests that compare results. */
  readonly onThreads?: ((work: ThreadWork) => void) | undefined
  /** The promoted version of a model that the pipeline trains, or the reason why there is none. */
  readonly champion?: PromotedChampion | { readonly why: string } | undefined
}

/** The default number of threads: the cores beside the main thread's, at most AUDIT_THREADS_MAX. */
export const threadsAhead = (): number => Math.min(limits.AUDIT_THREADS_MAX, availableParallelism() - 1)

/** A history replayed under plans: scores and action times of the same decisions under each plan. */
export class Experiment {
  /** The decisions, with labels, clusters and blocks. */
  readonly cases: Cases
  /** The rows that get scores. */
  readonly scored: RowRange
  /** The elements whose age can vary, in the order of an event's path. */
  readonly elements: readonly Element[]
  readonly #selection: CaseSelection | undefined
  readonly #decides: DecidingModel
  readonly #replays: Replays
  readonly #scorer: Scorer
  readonly #scores = new ScoreCache()
  readonly #threads: PlanThreads | undefined
  readonly #onThreads: ExperimentOptions['onThreads']
  readonly #champion: PromotedChampion | undefined
  #precomputed: PrecomputedPlans | undefined
  #runningModel: RunningModel | undefined
  #runningPromise: Promise<void> | undefined

  /**
   * Replays the decisions of a model.
   *
   * @throws as `decide` and `label` do, and `SPILL_HISTORY` for a history too short for its blocks
   */
  constructor(
    definitions: ScoringDefinitions,
    model: ModelIR,
    log: ReplayLog,
    { traces, isCensored, chanceOf, lookBack = Infinity, threads = 0, champion, onThreads }: ExperimentOptions = {},
  ) {
    this.#decides = { ir: definitions.ir, model }
    this.#onThreads = onThreads
    this.#replays = new Replays(this.#decides, log, traces)
    this.#scorer = new Scorer(definitions, model, log.strings)
    this.#champion = champion && !('why' in champion) ? champion : undefined
    const { rows, reads } = this.#replays
    this.#threads = threads > 0 ? new PlanThreads({ ...this.#decides, log, traces }, threads) : undefined
    try {
      const column = caseColumns(
        this.#decides,
        rows,
        () => this.#replays.under(asItRuns).inputs,
        vectorScoring(definitions, model, log.strings),
      )
      this.cases = buildDecisionCases(this.#decides, log, rows, column, { isCensored, chanceOf })
      this.scored = scoredRange(this.cases, lookBack)
      this.#selection = caseSelection(
        this.cases.length,
        this.#scorer.retrained.learntFrom(this.cases, this.cases.blocks.train).cases,
        this.scored,
      )
    } catch (error) {
      this.#threads?.end()
      throw error
    }
    this.elements = auditElements(reads)
  }

  /** The reason why an arm is unavailable, for any plan; `undefined` if it is available. */
  why(arm: Arm): string | undefined {
    return arm === 'withRetraining' ? this.#scorer.retrained.why : undefined
  }

  /** The models that score the arm `withoutRetraining`, after the first request for it; absent where the definition's own score does. */
  get running(): RunningModel | undefined {
    return this.#runningModel
  }

  /** Lets the champion and models fitted as of each time score the arm `withoutRetraining`. Rejects with `SPILL_TRAINING` where neither exists. */
  #ensureRunningModel(): Promise<void> | undefined {
    const { score, train } = this.#decides.model
    if (!train || (score.kind !== 'none' && !this.#champion)) return undefined
    return (this.#runningPromise ??= this.#fitRunningModel(train))
  }

  async #fitRunningModel({ every }: TrainIR): Promise<void> {
    const { id, inputs } = this.#replays.under(asItRuns)
    this.#runningModel = await fitRunningModel({
      cases: this.cases,
      every,
      champion: this.#champion,
      horizon: labelHorizon(this.#decides.model.label!),
      fit: trainingRange => this.#scorer.retrained.fitted(id, inputs, this.cases, trainingRange),
    })
    this.#scorer.setRunningModels(this.#runningModel.scores)
  }

  /** Notes on the retraining, for the report. */
  get notes(): readonly string[] {
    return this.#scorer.retrained.notes
  }

  /**
   * The decisions of all cases under a plan.
   *
   * @throws `SPILL_UNSUPPORTED` for a setting that this history cannot show, `SPILL_TRAINING` where the arm `withRetraining` has nothing to learn
   * from; both as rejections
   */
  async decisionsUnder(plan: Plan, arm: Arm): Promise<PlanDecisions> {
    this.#validate(plan, arm)
    if (arm === 'withoutRetraining') await this.#ensureRunningModel()
    // The training data of scheduled training is not known in advance, so all cases are replayed.
    const training = planSetting(plan, 'training')
    const isNow = training.kind === 'now'
    const selection = isNow ? this.#selection : undefined
    if (isNow) await this.#precomputed?.ensureComputed(this.#replays.idOf(plan, selection))
    const replayed = this.#replays.under(plan, selection)
    const { scoredAt, ownCadence, actedAt, inline } = replayed
    const score = await this.#scores.getOrCompute(scoresId(replayed.id, arm, training), async () => {
      const [scores] = await this.#scorer.scores(replayed, this.cases, [arm], { training, rows: this.scored })
      return scores
    })
    const ranked = ownCadence && maskUndecided(score, ownCadence, this.scored)
    return { score: maskUndecided(score, scoredAt, this.scored), ...(ranked && { ranked }), scoredAt, actedAt, inline }
  }

  /** The scores of all cases as the pipeline runs now. Rejects as `decisionsUnder` does. */
  async scoresOfAll(arm: Arm): Promise<Float64Array> {
    this.#validate(asItRuns, arm)
    if (arm === 'withoutRetraining') await this.#ensureRunningModel()
    const rows = { from: 0, to: this.cases.length }
    const [score] = await this.#scorer.scores(this.#replays.under(asItRuns), this.cases, [arm], {
      training: { kind: 'now' },
      rows,
    })
    return score
  }

  /** Lets the threads precompute these plans, in this order. It changes no value; worthwhile from some hundred thousand decisions on. */
  async prepare(plans: readonly Plan[]): Promise<void> {
    if (!this.#threads) return
    // The request for a score reports the error.
    await this.#ensureRunningModel()?.catch(() => {})
    this.#prepare(this.#threads, plans)
  }

  #prepare(threads: PlanThreads, plans: readonly Plan[]): void {
    const [replays, selection, { cases }] = [this.#replays, this.#selection, this]
    const arms = (['withoutRetraining', 'withRetraining'] as const).filter(arm => this.why(arm) === undefined)
    const isRanked = cases.propensityWeights === undefined
    const running = this.#runningModel?.scores
    const isSent = isScoredByDefinition(this.#decides.model) && !running?.some(({ file }) => file)
    const scored = isSent ? { cases, rows: this.scored, arms, isRanked, running } : undefined
    const idOf = (plan: Plan, arm: Arm): string => scoresId(replays.idOf(plan, selection), arm, { kind: 'now' })
    const plansById = this.#inputsOf(plans)
    const { length } = selection?.cases ?? cases
    // Columns beyond the memory budget are not kept: only scores are needed, and a plan that reads such columns again recomputes them.
    const keepsColumns = !scored || replays.bytesOf(plansById.values(), length) <= limits.AUDIT_COLUMN_BYTES
    const host: PlanOwner = {
      compute: async plan => {
        const replayed = replays.under(plan, selection)
        if (!scored) return replayed.inputs
        const scores = await this.#scorer.planScores(replayed, cases, arms, { rows: this.scored, selection, keepsColumns })
        for (const [i, arm] of arms.entries()) this.#scores.addPrecomputed(idOf(plan, arm), scores[i])
      },
      store: (plan, { columns, scores, retrainingNotes }) => {
        if (columns) replays.storeColumns(plan, columns, selection)
        for (const { arm, score, auc } of scores) {
          if (auc !== undefined) cacheAuc(cases, score, cases.blocks.test, auc)
          this.#scores.addPrecomputed(idOf(plan, arm), score)
        }
        this.#scorer.retrained.addNotes(retrainingNotes)
      },
    }
    // Where columns are not kept, a waiting plan holds its scores alone.
    const bytesPerPlan = keepsColumns ? replays.bytesOf([asItRuns], length) : arms.length * cases.length * Float64Array.BYTES_PER_ELEMENT
    this.#precomputed = new PrecomputedPlans(threads, { selection, scored, keepsColumns }, plansById, host, {
      maxUnused: maxUnusedResults(bytesPerPlan),
      isPatient: this.#onThreads !== undefined,
    })
  }

  /** The plans with valid inputs by the id of the inputs, each once. */
  #inputsOf(plans: readonly Plan[]): Map<string, Plan> {
    const plansById = new Map<string, Plan>()
    for (const plan of plans) {
      if (planSetting(plan, 'training').kind !== 'now') continue
      try {
        const id = this.#replays.idOf(plan, this.#selection)
        if (!plansById.has(id)) plansById.set(id, plan)
      } catch {
        // The request for the plan reports the error.
      }
    }
    return plansById
  }

  /** Ends the threads. Later requests are computed in this thread. */
  end(): void {
    this.#threads?.end()
    if (this.#precomputed) this.#onThreads?.(this.#precomputed.work)
    this.#precomputed = undefined
  }

  /** The median ingestion delay, from an event's time to its arrival, ms. */
  get delay(): number {
    return this.#replays.delay
  }

  /** The staleness levels of an element, freshest first, with `ages` (ms) in addition to the standard ones. */
  levelsOf(element: Element, ages?: readonly number[]): StalenessLevel[] {
    const { t, blocks } = this.cases
    const span = t[blocks.test.to - 1] - t[blocks.test.from]
    const { delay } = this.#replays
    return stalenessLevels(element, this.#decides, { span, delay, isTrainable: this.why('withRetraining') === undefined, ages })
  }

  #validate(plan: Plan, arm: Arm): void {
    const why = this.why(arm)
    if (why !== undefined) throwUnsupported(why)
    const { kind } = planSetting(plan, 'training')
    if (arm === 'withoutRetraining' && kind !== 'now')
      throwUnsupported(`without retraining, 'training' cannot be set to '${kind}': the age of a model is a planned change alone`)
  }
}

/** The id of scores: the inputs, and the training of the model. */
const scoresId = (inputs: string, arm: Arm, training: ElementSetting): string =>
  `${inputs}, ${arm === 'withoutRetraining' ? 'withoutRetraining' : JSON.stringify(training)}`
