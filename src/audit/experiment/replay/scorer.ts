/** Scores of cases from any inputs, without or with retraining; the same in the main thread and in a worker. */
import type { ScoringDefinitions, ModelScorer } from '../../../decision/index.ts'
import type { ModelIR, ScoreIR } from '../../../define/ir/index.ts'
import type { OnnxFile } from '../../../define/model/index.ts'
import { sharedFloats, type Strings } from '../../../columns/index.ts'
import { labelHorizon } from '../../../replay/index.ts'
import { RecentResults } from '../../domain/caches.ts'
import type { RowRange } from '../../domain/cases.ts'
import type { ElementSetting } from '../../domain/element.ts'
import { storedHead, scoreInto, scoringOf, type CaseInputs, type ModelRange } from '../timeline/case-inputs.ts'
import type { CaseSelection } from '../timeline/case-selection.ts'
import { modelFits } from '../settings/training-setting.ts'
import { RetrainedModels, type LabelledCases } from '../retraining/retrained-models.ts'
import type { Replayed } from './replays.ts'

/** The model of a plan. `withoutRetraining`: without retraining. `withRetraining`: retrained on the features of the plan. */
export type Arm = 'withoutRetraining' | 'withRetraining'

/** A model's score for a range of cases, without retraining. */
export interface RunningScore extends RowRange {
  readonly score: ScoreIR
  /** The file of an ONNX graph. */
  readonly file?: OnnxFile | undefined
}

export interface ScoreOptions {
  readonly training: ElementSetting
  readonly rows: RowRange
}

export interface PlanScoreOptions extends Pick<ScoreOptions, 'rows'> {
  readonly selection: CaseSelection | undefined
  /** True if features stay in memory for plans that read them again. */
  readonly keepsColumns: boolean
}

export class Scorer {
  readonly retrained: RetrainedModels
  readonly #model: ModelIR
  readonly #definitions: ScoringDefinitions
  readonly #strings: Strings
  /** The models that score the arm `withoutRetraining`, in the order of their cases. */
  #withoutRetraining: readonly (RowRange & { readonly scoring: ModelScorer })[]

  constructor(definitions: ScoringDefinitions, model: ModelIR, strings: Strings) {
    this.#model = model
    this.#definitions = definitions
    this.#strings = strings
    this.#withoutRetraining = [{ from: 0, to: Infinity, scoring: scoringOf(definitions, model, strings) }]
    this.retrained = new RetrainedModels(definitions, model, strings)
  }

  /** Sets the models that score the arm `withoutRetraining`, each its own cases. */
  setRunningModels(models: readonly RunningScore[]): void {
    this.#withoutRetraining = models.map(({ from, to, score, file }) => ({
      from,
      to,
      scoring: scoringOf(this.#definitions, { ...this.#model, score }, this.#strings, file),
    }))
  }

  /** The scores of `rows` by arm, NaN elsewhere, in shared memory. Rejects with `SPILL_TRAINING` where there is nothing to learn from. */
  async scores(
    { id, inputs }: Pick<Replayed, 'id'> & { readonly inputs: CaseInputs },
    cases: LabelledCases,
    arms: readonly Arm[],
    { training, rows }: ScoreOptions,
  ): Promise<Float64Array[]> {
    const scores = arms.map(() => noScores(cases.length, rows))
    const models: ModelRange[] = []
    for (const [i, arm] of arms.entries()) {
      const into = scores[i]
      if (arm === 'withoutRetraining')
        for (const { from, to, scoring } of this.#withoutRetraining)
          models.push({ from: Math.max(from, rows.from), to: Math.min(to, rows.to), into, scoring })
      else
        for (const fitting of modelFits(training, cases, labelHorizon(this.#model.label!))) {
          const { from, to } = fitting.scores
          const { scoring } = await this.retrained.fitted(id, inputs, cases, fitting.trainingRange)
          models.push({ from: Math.max(from, rows.from), to: Math.min(to, rows.to), into, scoring })
        }
    }
    scoreInto(models, inputs, rows)
    return scores
  }

  /** The scores of a plan that leaves training unchanged, from kept or streamed features. */
  planScores(
    replayed: Replayed,
    cases: LabelledCases,
    arms: readonly Arm[],
    { rows, selection, keepsColumns }: PlanScoreOptions,
  ): Promise<Float64Array[]> {
    const options: ScoreOptions = { training: { kind: 'now' }, rows }
    if (keepsColumns || !selection) return this.scores(replayed, cases, arms, options)
    const trainingRows = arms.includes('withRetraining') ? this.retrained.learntFrom(cases, cases.blocks.train).cases : new Uint32Array(0)
    const inputs = replayed.passing(storedHead(selection, trainingRows, rows))
    return this.scores({ id: replayed.id, inputs }, cases, arms, options)
  }
}

/** An array with NaN outside the rows, which the caller fills. */
function noScores(length: number, { from, to }: RowRange): Float64Array {
  const score = sharedFloats(length)
  for (let row = 0; row < from; row++) score[row] = NaN
  for (let row = to; row < length; row++) score[row] = NaN
  return score
}

/** Time columns without NaN, which many scores share. */
const complete = new WeakSet<Float64Array>()

/** The scores with NaN where no decision is made; the same array if there is a decision everywhere in the rows. */
export function maskUndecided(score: Float64Array, times: Float64Array, { from, to }: RowRange): Float64Array {
  if (complete.has(times)) return score
  let masked: Float64Array | undefined
  for (let row = from; row < to; row++) if (Number.isNaN(times[row])) (masked ??= score.slice())[row] = NaN
  if (!masked) complete.add(times)
  return masked ?? score
}

/** Cached scores; 8 bytes a case each. */
const SCORES_CACHED = 4

/** A cache of the last scores. Plans that differ only in the times of scores or actions share them. */
export class ScoreCache {
  readonly #recent = new RecentResults<Promise<Float64Array>>(SCORES_CACHED)
  /** They stay until their first use. */
  readonly #precomputed = new Map<string, Float64Array>()

  addPrecomputed(id: string, scores: Float64Array): void {
    this.#precomputed.set(id, scores)
  }

  /** The scores of an id, computed if missing. A rejection is not cached. */
  getOrCompute(id: string, compute: () => Promise<Float64Array>): Promise<Float64Array> {
    const precomputed = this.#precomputed.get(id)
    this.#precomputed.delete(id)
    const scores = this.#recent.getOrCompute(id, () => (precomputed ? Promise.resolve(precomputed) : compute()))
    scores.catch(() => this.#recent.delete(id))
    return scores
  }
}
