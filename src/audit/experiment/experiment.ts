/**
 * A history, decided again: what each alternative to the pipeline as it runs makes of the same decisions.
 *
 * Nothing is approximated. An alternative is a placement of groups, other arrivals, or other moments, and its features are the kernel's, by a replay of that history; models are trained anew by the
 * trainers of `spillway/training`.
 */
import { availableParallelism } from 'node:os'
import { limits } from '../../base/limits.ts'
import type { GroupRead } from '../../decision/reads.ts'
import type { Definitions, Scoring } from '../../decision/scoring.ts'
import type { ModelIR } from '../../define/ir.ts'
import { horizonOf } from '../../replay/label-horizon.ts'
import type { ReplayLog } from '../../replay/log.ts'
import type { Cases, Decided, RowRange } from '../cases.ts'
import { asItRuns, type Element, type Plan, type Setting } from '../element.ts'
import { Ahead } from './ahead/ahead.ts'
import { isSendable } from './ahead/sent-log.ts'
import { scoreInto, scoringOf, vectorsAlone } from './inputs.ts'
import { ladderOf, type LadderRung } from './ladder.ts'
import { lookedAtOf, type LookedAt } from './looked-at.ts'
import { casesOf, columnsBy, type Seen } from './made-cases.ts'
import { leavesOut } from './operators/inference.ts'
import { unsupported } from './operators/setting.ts'
import { fittings } from './operators/training.ts'
import { Refits } from './refit/refits.ts'
import { Replays, settingOf, type Replayed } from './replays.ts'
import { ScoreCache } from './score-cache.ts'
import { scoredOf, whereMade } from './scored.ts'
import { togetherOf } from './together.ts'
import type { Traces } from './traces.ts'
import type { Decides } from './world.ts'

/** `frozen`: the model as it is. `refit`: trained anew on what the alternative would have given it. */
export type Arm = 'frozen' | 'refit'

export interface ExperimentOptions extends Seen {
  /** How old groups were at decisions that ran (`tracesOf`): what the setting `trace` replays. */
  readonly traces?: Traces | undefined
  /** How long before the block `test` others matter to what its decisions are worth, ms (`lookBackOf`): what stands before them and before the block `tune` has no scores then. Infinity, so that all have, unless given. */
  readonly lookBack?: number | undefined
}

export class Experiment {
  readonly cases: Cases
  /** Those that have scores. */
  readonly scored: RowRange
  /** What can be made older, in the order in which an event meets it. */
  readonly elements: readonly Element[]
  readonly #lookedAt: LookedAt | undefined
  readonly #decides: Decides
  readonly #replays: Replays
  readonly #scoring: Scoring
  readonly #refits: Refits
  readonly #scores = new ScoreCache()
  readonly #given: { readonly log: ReplayLog; readonly traces: Traces | undefined }
  #ahead: Ahead | undefined

  /** Throws as `decide` and `label` do, and `SPILL_INPUT` for a history that is too short to be judged. */
  constructor(
    definitions: Definitions,
    model: ModelIR,
    log: ReplayLog,
    { traces, isCensored, chanceOf, lookBack = Infinity }: ExperimentOptions = {},
  ) {
    this.#decides = { ir: definitions.ir, model }
    this.#given = { log, traces }
    this.#replays = new Replays(this.#decides, log, traces)
    this.#scoring = scoringOf(definitions, model, log.strings)
    this.#refits = new Refits(definitions, model, log.strings)
    const { rows, reads } = this.#replays
    const column = columnsBy(this.#decides, rows, () => this.#replays.under(asItRuns).inputs, vectorsAlone(definitions, model, log.strings))
    this.cases = casesOf(this.#decides, log, rows, column, { isCensored, chanceOf })
    this.scored = scoredOf(this.cases, lookBack)
    this.#lookedAt = lookedAtOf(this.cases.length, this.#refits.learntFrom(this.cases, this.cases.blocks.train).cases, this.scored)
    this.elements = elementsOf(reads)
  }

  /** Why an arm cannot be taken, whatever the plan; nothing if it can. */
  why(arm: Arm): string | undefined {
    const { name, score } = this.#decides.model
    if (arm === 'refit') return this.#refits.why
    return score.kind === 'none'
      ? `model '${name}' has no score until a version of it is promoted; only the arm 'refit' has one`
      : undefined
  }

  /** Whether another seed gives another model to the arm `refit`. */
  get isRandom(): boolean {
    return this.#refits.isRandom
  }

  /** In words, what a report should say of how models were trained anew, of those that were. */
  get notes(): readonly string[] {
    return this.#refits.notes
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
    const training = settingOf(plan, 'training')
    // Of models that are trained again and again nobody knows before what they learn from.
    const lookedAt = training.kind === 'now' ? this.#lookedAt : undefined
    if (lookedAt === this.#lookedAt) await this.#ahead?.bring(plan)
    const { id, inputs, made, acted, inline } = this.#replays.under(plan, lookedAt)
    const scored = arm === 'frozen' ? `${id}, frozen` : `${id}, ${JSON.stringify(training)} ${seed}`
    const score = await this.#scores.of(scored, () => this.#score({ id, inputs }, arm, { training, seed, rows: this.scored }))
    return { score: whereMade(score, made, this.scored), made, acted, inline }
  }

  /** Scores of all cases as the pipeline runs. Rejects as `decided` does. */
  async scoresOfAll(arm: Arm): Promise<Float64Array> {
    this.#check(asItRuns, arm)
    const rows = { from: 0, to: this.cases.length }
    return this.#score(this.#replays.under(asItRuns), arm, { training: { kind: 'now' }, seed: 0, rows })
  }

  /** Of those rows; NaN elsewhere. */
  async #score({ id, inputs }: Pick<Replayed, 'id' | 'inputs'>, arm: Arm, { training, seed, rows }: Scored): Promise<Float64Array> {
    const { cases } = this
    const score = new Float64Array(cases.length).fill(NaN, 0, rows.from).fill(NaN, rows.to)
    if (arm === 'frozen') scoreInto(score, this.#scoring, inputs, rows.from, rows.to)
    else
      for (const fitting of fittings(training, cases, horizonOf(this.#decides.model.label!))) {
        const { from, to } = fitting.scores
        const scoring = await this.#refits.scoring(id, inputs, cases, fitting, seed)
        scoreInto(score, scoring, inputs, Math.max(from, rows.from), Math.min(to, rows.to))
      }
    return score
  }

  /**
   * Lets other threads compute what these plans read before they are asked for, in this order, while this one scores, fits and waits. It changes no value. Threads are one less than the machine
   * runs unless given; `end` ends them. Worth its while from some hundred thousand decisions on.
   */
  prepare(plans: readonly Plan[], threads = Math.min(limits.AUDIT_THREADS_MAX, availableParallelism() - 1)): void {
    this.end()
    if (threads > 0 && isSendable(this.#decides.model))
      this.#ahead = new Ahead(this.#decides, { ...this.#given, lookedAt: this.#lookedAt }, this.#replays, plans, threads)
  }

  end(): void {
    this.#ahead?.end()
    this.#ahead = undefined
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

interface Scored {
  readonly training: Setting
  readonly seed: number
  readonly rows: RowRange
}

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
