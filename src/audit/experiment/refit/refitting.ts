/** How a model is trained anew: by the algorithm that it names, otherwise in the form that its score has. */
import type { Strings } from '../../../columns/strings.ts'
import type { ModelIR, ScoreIR } from '../../../define/ir/ir.ts'
import type { OnnxFile } from '../../../define/model/onnx-file.ts'
import { isList, type VectorColumn } from '../../../model/vector.ts'
import { checkScore, trainerOf, trainers, type Trained } from '../../../training/trainer.ts'
import { fitTerms } from './terms.ts'

/** Of cases, by input, with labels 0 and 1. */
export interface Examples {
  readonly vector: readonly VectorColumn[]
  readonly labels: Float64Array
}

export interface Refitting {
  /** Another seed may give another score. */
  readonly isRandom: boolean
  /** In words, what is not as whoever trained the model would have it. */
  readonly note?: string
  /** Rejects with `SPILL_TRAINING` where nothing can be fitted. */
  readonly fit: (examples: Examples, seed: number) => Promise<Refitted>
}

/** A score that was fitted. */
export interface Refitted {
  readonly score: ScoreIR
  /** The file of an ONNX graph. */
  readonly file?: OnnxFile | undefined
  readonly notes: readonly string[]
}

/** Why it cannot be. */
export interface NoRefitting {
  readonly why: string
}

export function refittingOf(model: ModelIR, strings: Strings): Refitting | NoRefitting {
  const { name, train, score, inputs } = model
  if (train) {
    const { algorithm, options } = train
    const names = inputs.map(input => input.name)
    const isExternal = typeof algorithm !== 'string'
    const { rowShare = 1, columnShare = 1, seed: own = 0 } = options as { readonly [option: string]: number }
    const isRandom = isExternal || (algorithm === 'trees' && (rowShare < 1 || columnShare < 1))
    return {
      isRandom,
      async fit(examples, seed) {
        const seeded = isRandom ? { ...options, seed: own + seed } : options
        return checked(await trainerOf(algorithm)(rowsOf(examples, model, names), seeded))
      },
    }
  }
  if (score.kind === 'logistic' || score.kind === 'linear')
    return {
      isRandom: false,
      fit: async ({ vector, labels }) => fitTerms(score, inputs, vector, labels, strings),
      ...(score.kind === 'linear' && {
        note: `model '${name}' has a linear score; it is trained anew as a logistic regression of the same terms`,
      }),
    }
  if (score.kind === 'trees')
    return {
      isRandom: false,
      fit: async examples => checked(await trainers.trees(rowsOf(examples, model, score.inputs), {})),
      note: `model '${name}' does not say how its trees were trained; anew they are with the options that train has unless given`,
    }
  return { why: `model '${name}' has ${wordsOf(score)}, which cannot be trained anew; say how it is trained (train: …)` }
}

const wordsOf = ({ kind }: ScoreIR): string =>
  kind === 'rules' ? 'rules' : kind === 'function' ? 'a score function of its own' : kind === 'onnx' ? 'a graph of ONNX' : 'no score'

function checked({ score, file, notes }: Trained): Refitted {
  checkScore(score)
  return { score, file, notes }
}

/** By the name of each input, NaN for NULL. */
function rowsOf({ vector, labels }: Examples, { inputs }: ModelIR, names: readonly string[]) {
  const columns = names.map(name => {
    const column = vector[inputs.findIndex(input => input.name === name)]
    const values = isList(column) ? undefined : column
    return [
      name,
      Float64Array.from({ length: labels.length }, (_, row) => (values?.nulls?.[row] ? NaN : (values?.values[row] ?? NaN))),
    ] as const
  })
  return { columns: Object.fromEntries(columns), labels }
}
