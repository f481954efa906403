/** Models that were trained anew, each once: on the same columns and the same cases it is the same model. */
import type { Definitions, Scoring } from '../../../decision/scoring.ts'
import type { ModelIR, ScoreIR } from '../../../define/ir/ir.ts'
import type { OnnxFile } from '../../../define/model/onnx-file.ts'
import type { Strings } from '../../../columns/strings.ts'
import { picked } from '../../../columns/gather.ts'
import type { RowRange } from '../../domain/cases.ts'
import { scoringOf, vectorsAlone, vectorsOf, type Inputs } from '../timeline/inputs.ts'
import { unsupported } from '../operators/setting.ts'
import type { Fitting } from '../operators/training.ts'
import { learntFrom, type Labelled, type Learnt } from './learnt.ts'
import { refittingOf, type NoRefitting, type Refitting } from './refitting.ts'

/** Of models that were trained anew. */
export interface RefitsSaid {
  readonly drawn: { readonly learnt: number; readonly labelled: number } | undefined
  readonly notes: readonly string[]
}

/** A model that was fitted: its score, and the score compiled. */
export interface FittedModel {
  readonly score: ScoreIR
  readonly file: OnnxFile | undefined
  readonly scoring: Scoring
}

export class Refits {
  readonly #definitions: Definitions
  readonly #model: ModelIR
  readonly #strings: Strings
  readonly #refitting: Refitting | NoRefitting
  readonly #vectors: Scoring
  readonly #made = new Map<string, Promise<FittedModel>>()
  /** Of the stretch that was learnt from last: mostly the same one again. */
  #learnt: { readonly cases: Labelled; readonly learns: RowRange; readonly found: Learnt } | undefined
  readonly #notes = new Set<string>()
  /** Of the model that had the most decisions to learn from, where only some were drawn. */
  #drawn: RefitsSaid['drawn']

  constructor(definitions: Definitions, model: ModelIR, strings: Strings) {
    this.#definitions = definitions
    this.#model = model
    this.#strings = strings
    this.#refitting = refittingOf(model, strings)
    this.#vectors = vectorsAlone(definitions, model, strings)
  }

  /** Why there are none. */
  get why(): string | undefined {
    return 'why' in this.#refitting ? this.#refitting.why : undefined
  }

  /** Whether another seed may give another model. */
  get isRandom(): boolean {
    return 'isRandom' in this.#refitting && this.#refitting.isRandom
  }

  /** In words, what a report should say of those that were made. */
  get notes(): readonly string[] {
    if (!this.#drawn) return [...this.#notes]
    const [learnt, labelled] = [this.#drawn.learnt, this.#drawn.labelled].map(count => count.toLocaleString('en-US'))
    return [
      `models are trained anew on ${learnt} of up to ${labelled} labelled decisions, drawn by chance and the same for all`,
      ...this.#notes,
    ]
  }

  /** The same, for whoever says it elsewhere. */
  get said(): RefitsSaid {
    return { drawn: this.#drawn, notes: [...this.#notes] }
  }

  /** What was said of others of these models. */
  add({ drawn, notes }: RefitsSaid): void {
    if (drawn && drawn.labelled > (this.#drawn?.labelled ?? 0)) this.#drawn = drawn
    for (const note of notes) this.#notes.add(note)
  }

  /** `id` names the inputs. Rejects with `SPILL_TRAINING` where nothing can be fitted, `SPILL_UNSUPPORTED` where the model cannot be. */
  fitted(id: string, inputs: Inputs, cases: Labelled, { learns }: Pick<Fitting, 'learns'>, seed: number): Promise<FittedModel> {
    const name = `${id} of ${learns.from} to ${learns.to}${this.isRandom ? `, seed ${seed}` : ''}`
    let made = this.#made.get(name)
    if (!made) this.#made.set(name, (made = this.#fit(inputs, cases, learns, seed)))
    return made
  }

  learntFrom(cases: Labelled, learns: RowRange): Learnt {
    const known = this.#learnt
    if (known && known.cases === cases && known.learns.from === learns.from && known.learns.to === learns.to) return known.found
    const found = learntFrom(cases, learns, this.#model.train?.over)
    this.#learnt = { cases, learns, found }
    return found
  }

  async #fit(inputs: Inputs, cases: Labelled, learns: Fitting['learns'], seed: number): Promise<FittedModel> {
    const refitting = this.#refitting
    if ('why' in refitting) return unsupported(refitting.why)
    const { cases: learnt, labelled } = this.learntFrom(cases, learns)
    const all = vectorsOf(this.#vectors, inputs, learnt)
    const kept = all.refused.size === 0 ? learnt : learnt.filter((_, i) => !all.refused.has(i))
    const { vector } = kept === learnt ? all : vectorsOf(this.#vectors, inputs, kept)
    const { score, file, notes } = await refitting.fit({ vector, labels: Float64Array.from(picked(cases.label, kept)) }, seed)
    this.add({
      drawn: learnt.length < labelled ? { learnt: learnt.length, labelled } : undefined,
      notes: [...(refitting.note ? [refitting.note] : []), ...notes],
    })
    return { score, file, scoring: scoringOf(this.#definitions, { ...this.#model, score }, this.#strings, file) }
  }
}
