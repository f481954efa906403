/** Retrained models, each fitted once: the same columns and cases give the same model. */
import type { ScoringDefinitions, ModelScorer } from '../../../decision/index.ts'
import type { ModelIR, ScoreIR } from '../../../define/ir/index.ts'
import type { OnnxFile } from '../../../define/model/index.ts'
import { type Strings, gatherArray, lowerBound } from '../../../columns/index.ts'
import { limits, random } from '../../../base/index.ts'
import { lastResults } from '../../domain/caches.ts'
import type { Cases, RowRange } from '../../domain/cases.ts'
import { scoringOf, vectorScoring, caseVectors, type CaseInputs } from '../timeline/case-inputs.ts'
import { throwUnsupported } from '../settings/setting-checks.ts'
import type { Inconclusive } from '../../domain/plan-types.ts'
import { retrainingMethod, type RetrainingMethod } from './retraining-method.ts'

export interface RetrainingNotes {
  readonly sampled: { readonly used: number; readonly labelled: number } | undefined
  readonly notes: readonly string[]
}

/** A fitted model: its score and the compiled scoring. */
export interface FittedModel {
  readonly score: ScoreIR
  readonly file: OnnxFile | undefined
  readonly scoring: ModelScorer
}

export class RetrainedModels {
  readonly #definitions: ScoringDefinitions
  readonly #model: ModelIR
  readonly #strings: Strings
  readonly #retraining: RetrainingMethod | Inconclusive
  readonly #vectors: ModelScorer
  readonly #models = new Map<string, Promise<FittedModel>>()
  /** Mostly the same range again. */
  readonly #lastTraining = lastResults<LabelledCases, TrainingCases>()
  readonly #notes = new Set<string>()
  /** The largest training set of which only a sample was used. */
  #sampled: RetrainingNotes['sampled']

  constructor(definitions: ScoringDefinitions, model: ModelIR, strings: Strings) {
    this.#definitions = definitions
    this.#model = model
    this.#strings = strings
    this.#retraining = retrainingMethod(model, strings)
    this.#vectors = vectorScoring(definitions, model, strings)
  }

  /** The reason why the model cannot be retrained. */
  get why(): string | undefined {
    return 'why' in this.#retraining ? this.#retraining.why : undefined
  }

  /** Notes for the report, in words. */
  get notes(): readonly string[] {
    if (!this.#sampled) return [...this.#notes]
    const [used, labelled] = [this.#sampled.used, this.#sampled.labelled].map(count => count.toLocaleString('en-US'))
    return [
      `models are retrained on ${used} of up to ${labelled} labelled decisions, a random sample that is the same for all`,
      ...this.#notes,
    ]
  }

  /** The notes as data, for another thread. */
  get noteData(): RetrainingNotes {
    return { sampled: this.#sampled, notes: [...this.#notes] }
  }

  /** Adds the notes of another thread. */
  addNotes({ sampled: drawn, notes }: RetrainingNotes): void {
    if (drawn && drawn.labelled > (this.#sampled?.labelled ?? 0)) this.#sampled = drawn
    for (const note of notes) this.#notes.add(note)
  }

  /**
   * The model fitted on the range `trainingRange`; `id` identifies the inputs. Rejects with `SPILL_TRAINING` where there is nothing to fit,
   * `SPILL_UNSUPPORTED` where the model cannot be retrained.
   */
  fitted(id: string, inputs: CaseInputs, cases: LabelledCases, trainingRange: RowRange): Promise<FittedModel> {
    const name = `${id} of ${trainingRange.from} to ${trainingRange.to}`
    let model = this.#models.get(name)
    if (!model) this.#models.set(name, (model = this.#fit(inputs, cases, trainingRange)))
    return model
  }

  learntFrom(cases: LabelledCases, { from, to }: RowRange): TrainingCases {
    return this.#lastTraining(cases, [from, to], () => trainingCases(cases, { from, to }, this.#model.train?.over))
  }

  async #fit(inputs: CaseInputs, cases: LabelledCases, trainingRange: RowRange): Promise<FittedModel> {
    const retraining = this.#retraining
    if ('why' in retraining) return throwUnsupported(retraining.why)
    const { cases: trainingRows, labelled } = this.learntFrom(cases, trainingRange)
    const all = caseVectors(this.#vectors, inputs, trainingRows)
    const scorable = all.rejected.size === 0 ? trainingRows : trainingRows.filter((_, i) => !all.rejected.has(i))
    const { vector } = scorable === trainingRows ? all : caseVectors(this.#vectors, inputs, scorable)
    const { score, file, notes } = await retraining.fit({ vector, labels: Float64Array.from(gatherArray(cases.label, scorable)) })
    this.addNotes({
      sampled: trainingRows.length < labelled ? { used: trainingRows.length, labelled } : undefined,
      notes: [...(retraining.note ? [retraining.note] : []), ...notes],
    })
    return { score, file, scoring: scoringOf(this.#definitions, { ...this.#model, score }, this.#strings, file) }
  }
}

/** The columns of the cases that training needs. */
export type LabelledCases = Pick<Cases, 'length' | 't' | 'label' | 'isLabelled' | 'eligible' | 'blocks'>

/** The seed of the training sample; the same for all plans, so that they differ in nothing else. */
const SAMPLE_SEED = 7

export interface TrainingCases {
  readonly cases: Uint32Array
  /** The labelled cases, of which `cases` is a sample if there are too many. */
  readonly labelled: number
}

/**
 * The labelled cases of a range, decided at most `over` ms before its last. A random sample of about AUDIT_TRAINING_ROWS, if there are
 * more.
 */
export function trainingCases(
  { isLabelled, eligible, t }: Pick<LabelledCases, 'isLabelled' | 'eligible' | 't'>,
  { from, to }: RowRange,
  over = Infinity,
  rowsMax: number = limits.AUDIT_TRAINING_ROWS,
): TrainingCases {
  const first = to > from && over < Infinity ? from + lowerBound(t.subarray(from, to), t[to - 1] - over) : from
  const rowsBuffer = new Uint32Array(Math.max(0, to - first))
  let labelled = 0
  for (let row = first; row < to; row++) if (isLabelled[row] === 1 && eligible[row] === 1) rowsBuffer[labelled++] = row
  const rows = rowsBuffer.subarray(0, labelled)
  if (labelled <= rowsMax) return { cases: rows, labelled }
  const next = random(SAMPLE_SEED)
  return { cases: rows.filter(() => next() < rowsMax / labelled), labelled }
}
