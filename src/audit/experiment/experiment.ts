/**
 * A history, decided again: what each alternative to the pipeline as it runs makes of the same decisions.
 *
 * Nothing is approximated. An alternative is a placement of groups, other arrivals, or other moments, and its features are the kernel's, by a replay of that history; models are trained anew by the
 * trainers of `spillway/training`.
 */
import { availableParallelism } from 'node:os'
import { limits } from '../../base/limits.ts'
import type { GroupRead } from '../../decision/reads.ts'
import type { Definitions } from '../../decision/scoring.ts'
import type { ModelIR, TrainIR } from '../../define/ir/ir.ts'
import type { ReplayLog } from '../../replay/log.ts'
import type { Cases, Decided, RowRange } from '../domain/cases.ts'
import { asItRuns, type Element, type Plan, type Setting } from '../domain/element.ts'
import { Ahead, mostAhead, type Here, type ThreadWork } from './parallel/ahead.ts'
import { Threads } from './parallel/threads.ts'
import { isScoredByDefinition } from './parallel/shared-log.ts'
import { vectorsAlone } from './timeline/inputs.ts'
import { rememberAuc } from '../value/index.ts'
import { ladderOf, type LadderRung } from './ladder.ts'
import { lookedAtOf, type LookedAt } from './timeline/judged-range.ts'
import { casesOf, columnsBy, type Seen } from './made-cases.ts'
import { leavesOut } from './operators/inference.ts'
import { unsupported } from './operators/setting.ts'
import { horizonOf } from '../../replay/label-horizon.ts'
import type { PromotedChampion } from '../../operate/promoted-champion.ts'
import { Replays, settingOf } from './replay/replays.ts'
import { runningModelOf, type RunningModel } from './running-model.ts'
import { ScoreCache } from './replay/score-cache.ts'
import { Scorer, type Arm } from './replay/scorer.ts'
import { scoredOf, whereMade } from './replay/scored.ts'
import { togetherOf } from './replay/element-sets.ts'
import type { Traces } from './timeline/traces.ts'
import type { Decides } from './timeline/world.ts'

export type { Arm } from './replay/scorer.ts'

export interface ExperimentOptions extends Seen {
  /** How old groups were at decisions that ran (`tracesOf`): what the setting `trace` replays. */
  readonly traces?: Traces | undefined
  /** How long before the block `test` others matter to what its decisions are worth, ms (`lookBackOf`): what stands before them and before the block `tune` has no scores then. Infinity, so that all have, unless given. */
  readonly lookBack?: number | undefined
  /** Threads that make ahead what plans are judged by, once those are prepared: they read the history meanwhile. None unless given, and none for what they cannot be given. `end` ends them. */
  readonly threads?: number | undefined
  /** Gets the work of the threads as they end. With it they compute all plans that are prepared, however long they take to start: for tests that compare their results with those of no thread. */
  readonly onThreads?: ((work: ThreadWork) => void) | undefined
  /** The version that scores in the run, of a model that the pipeline trains; or why there is none, in words. */
  readonly champion?: PromotedChampion | { readonly why: string } | undefined
}

/** As many as there are cores beside the one that judges. */
export const threadsAhead = (): number => Math.min(limits.AUDIT_THREADS_MAX, availableParallelism() - 1)

export class Experiment {
  readonly cases: Cases
  /** Those that have scores. */
  readonly scored: RowRange
  /** What can be made older, in the order in which an event meets it. */
  readonly elements: readonly Element[]
  readonly #lookedAt: LookedAt | undefined
  readonly #decides: Decides
  readonly #replays: Replays
  readonly #scorer: Scorer
  readonly #scores = new ScoreCache()
  readonly #threads: Threads | undefined
  readonly #onThreads: ExperimentOptions['onThreads']
  readonly #champion: PromotedChampion | undefined
  #ahead: Ahead | undefined
  #running: RunningModel | undefined
  #runningMade: Promise<void> | undefined

  /** Throws as `decide` and `label` do, and `SPILL_INPUT` for a history that is too short to be judged. */
  constructor(
    definitions: Definitions,
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
    this.#threads = threads > 0 ? new Threads({ ...this.#decides, log, traces }, threads) : undefined
    try {
      const column = columnsBy(
        this.#decides,
        rows,
        () => this.#replays.under(asItRuns).inputs,
        vectorsAlone(definitions, model, log.strings),
      )
      this.cases = casesOf(this.#decides, log, rows, column, { isCensored, chanceOf })
      this.scored = scoredOf(this.cases, lookBack)
      this.#lookedAt = lookedAtOf(this.cases.length, this.#scorer.refits.learntFrom(this.cases, this.cases.blocks.train).cases, this.scored)
    } catch (error) {
      this.#threads?.end()
      throw error
    }
    this.elements = elementsOf(reads)
  }

  /** Why an arm cannot be taken, whatever the plan; nothing if it can. */
  why(arm: Arm): string | undefined {
    return arm === 'refit' ? this.#scorer.refits.why : undefined
  }

  /** The models that score the arm `frozen`, once it was asked for; absent where the definition's own score does. */
  get running(): RunningModel | undefined {
    return this.#running
  }

  /** Of a model that the pipeline trains: lets the champion, and models fitted as of each time, score the arm `frozen`. Rejects with `SPILL_TRAINING` where there is none. */
  #runAsTrained(): Promise<void> | undefined {
    const { score, train } = this.#decides.model
    if (!train || (score.kind !== 'none' && !this.#champion)) return undefined
    return (this.#runningMade ??= this.#makeRunning(train))
  }

  async #makeRunning({ every }: TrainIR): Promise<void> {
    const { id, inputs } = this.#replays.under(asItRuns)
    this.#running = await runningModelOf({
      cases: this.cases,
      every,
      champion: this.#champion,
      horizon: horizonOf(this.#decides.model.label!),
      fit: learns => this.#scorer.refits.fitted(id, inputs, this.cases, { learns }, 0),
    })
    this.#scorer.runBy(this.#running.scores)
  }

  /** Whether another seed gives another model to the arm `refit`. */
  get isRandom(): boolean {
    return this.#scorer.refits.isRandom
  }

  /** In words, what a report should say of how models were trained anew, of those that were. */
  get notes(): readonly string[] {
    return this.#scorer.refits.notes
  }

  /** What is to be said of a plan beside its figures, in words. */
  caveats(plan: Plan): string[] {
    const isOnEvents = this.#decides.model.decide.kind !== 'every'
    return settingOf(plan, 'inference').kind === 'every' && isOnEvents && leavesOut(this.#decides)
      ? ['scores that are made later are of what was known when each event came, since a feature leaves its own event out']
      : []
  }

  /**
   * The same cases as a plan would have decided them. Rejects with `SPILL_UNSUPPORTED`, in words, for what this history cannot show, and `SPILL_TRAINING` where the arm `refit` has
   * nothing to learn from. `seed` is of what a trainer draws.
   */
  async decided(plan: Plan, arm: Arm, seed = 0): Promise<Decided> {
    this.#check(plan, arm)
    if (arm === 'frozen') await this.#runAsTrained()
    // Of models that are trained again and again nobody knows before what they learn from.
    const training = settingOf(plan, 'training')
    const isNow = training.kind === 'now'
    const lookedAt = isNow ? this.#lookedAt : undefined
    if (isNow) await this.#ahead?.bring(this.#replays.idOf(plan, lookedAt))
    const replayed = this.#replays.under(plan, lookedAt)
    const { made, own, acted, inline } = replayed
    const score = await this.#scores.of(scoresId(replayed.id, arm, training, seed), async () => {
      const [one] = await this.#scorer.scores(replayed, this.cases, [arm], { training, seed, rows: this.scored })
      return one
    })
    const ranked = own && whereMade(score, own, this.scored)
    return { score: whereMade(score, made, this.scored), ...(ranked && { ranked }), made, acted, inline }
  }

  /** Scores of all cases as the pipeline runs. Rejects as `decided` does. */
  async scoresOfAll(arm: Arm): Promise<Float64Array> {
    this.#check(asItRuns, arm)
    if (arm === 'frozen') await this.#runAsTrained()
    const rows = { from: 0, to: this.cases.length }
    const [score] = await this.#scorer.scores(this.#replays.under(asItRuns), this.cases, [arm], {
      training: { kind: 'now' },
      seed: 0,
      rows,
    })
    return score
  }

  /**
   * Lets the experiment's threads make what these plans are judged by before they are asked for, in this order, while this one judges and waits. It changes no value. Worth its while from some hundred thousand
   * decisions on.
   */
  async prepare(plans: readonly Plan[]): Promise<void> {
    if (!this.#threads) return
    // The caller that asks for a score gets the reason why there is none.
    await this.#runAsTrained()?.catch(() => {})
    this.#prepare(this.#threads, plans)
  }

  #prepare(threads: Threads, plans: readonly Plan[]): void {
    const [replays, lookedAt, { cases }] = [this.#replays, this.#lookedAt, this]
    const arms = (['frozen', 'refit'] as const).filter(arm => this.why(arm) === undefined)
    const isRanked = cases.standing === undefined
    const running = this.#running?.scores
    const isSent = isScoredByDefinition(this.#decides.model) && !running?.some(({ file }) => file)
    const scored = isSent ? { cases, rows: this.scored, arms, isRanked, running } : undefined
    const idOf = (plan: Plan, arm: Arm): string => scoresId(replays.idOf(plan, lookedAt), arm, { kind: 'now' }, 0)
    const asked = this.#inputsOf(plans)
    const { length } = lookedAt?.cases ?? cases
    // Scores are all that is asked of columns of which there is no room for all: whatever plan reads them once more computes them.
    const isKept = !scored || replays.bytesOf(asked.values(), length) <= limits.AUDIT_COLUMN_BYTES
    const here: Here = {
      make: async plan => {
        const replayed = replays.under(plan, lookedAt)
        if (!scored) return replayed.inputs
        const scores = await this.#scorer.ofPlan(replayed, cases, arms, { rows: this.scored, lookedAt, isKept })
        for (const [i, arm] of arms.entries()) this.#scores.take(idOf(plan, arm), scores[i])
      },
      take: (plan, { columns, scores, said }) => {
        if (columns) replays.take(plan, columns, lookedAt)
        for (const { arm, score, auc } of scores) {
          if (auc !== undefined) rememberAuc(cases, score, cases.blocks.test, auc)
          this.#scores.take(idOf(plan, arm), score)
        }
        this.#scorer.refits.add(said)
      },
    }
    // Of what is not kept a plan that waits has its scores alone.
    const waiting = isKept ? replays.bytesOf([asItRuns], length) : arms.length * cases.length * Float64Array.BYTES_PER_ELEMENT
    const ahead = { most: mostAhead(waiting), isPatient: this.#onThreads !== undefined }
    this.#ahead = new Ahead(threads, { lookedAt, scored, isKept }, asked, here, ahead)
  }

  /** By what names their inputs, those that have some, each once. */
  #inputsOf(plans: readonly Plan[]): Map<string, Plan> {
    const found = new Map<string, Plan>()
    for (const plan of plans) {
      if (settingOf(plan, 'training').kind !== 'now') continue
      try {
        const id = this.#replays.idOf(plan, this.#lookedAt)
        if (!found.has(id)) found.set(id, plan)
      } catch {
        // Whoever asks for it is told why.
      }
    }
    return found
  }

  /** Ends the threads. What is asked for afterwards is made here. */
  end(): void {
    this.#threads?.end()
    if (this.#ahead) this.#onThreads?.(this.#ahead.work)
    this.#ahead = undefined
  }

  /** From an event's time to its arrival, of the event in the middle, ms. */
  get delay(): number {
    return this.#replays.delay
  }

  /** How old an element is made, from the freshest to the oldest; `ages` beside the ladder's own, ms. */
  ladder(element: Element, ages?: readonly number[]): LadderRung[] {
    const { t, blocks } = this.cases
    const span = t[blocks.test.to - 1] - t[blocks.test.from]
    const { delay } = this.#replays
    return ladderOf(element, this.#decides, { span, delay, isTrainable: this.why('refit') === undefined, ages })
  }

  #check(plan: Plan, arm: Arm): void {
    const why = this.why(arm)
    if (why !== undefined) unsupported(why)
    const { kind } = settingOf(plan, 'training')
    if (arm === 'frozen' && kind !== 'now')
      unsupported(`a model that stays as it is has no training to be set to '${kind}': its age is a planned change alone`)
  }
}

/** Names scores by the inputs that they are of, and by how the model came about. */
const scoresId = (inputs: string, arm: Arm, training: Setting, seed: number): string =>
  arm === 'frozen' ? `${inputs}, frozen` : `${inputs}, ${JSON.stringify(training)} ${seed}`

function elementsOf(reads: readonly GroupRead[]): Element[] {
  const groups = new Set(reads.map(({ group }) => group.name))
  const together = togetherOf(reads.map(({ group }) => group))
  return [
    { kind: 'ingestion' },
    ...[...groups].map((group): Element => ({ kind: 'group', group })),
    ...(together ? [together] : []),
    { kind: 'inference' },
    { kind: 'action' },
    { kind: 'training' },
  ]
}
