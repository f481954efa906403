/** The retraining method of a model: the algorithm that it names, otherwise the form of its score. */
import type { Strings } from '../../../columns/index.ts'
import type { ModelIR, ScoreIR } from '../../../define/ir/index.ts'
import { isListColumn, type VectorColumn } from '../../../model/index.ts'
import { checkScore, type InputRows, trainerOf, trainers, type TrainedScore } from '../../../training/index.ts'
import type { Inconclusive } from '../../domain/plan-types.ts'
import { fitTerms } from './linear-retraining.ts'

/** Training examples: columns by input, and labels 0 and 1. */
export interface TrainingExamples {
  readonly vector: readonly VectorColumn[]
  readonly labels: Float64Array
}

export interface RetrainingMethod {
  /** The difference from the original training, in words. */
  readonly note?: string
  /** Fits a score. Rejects with `SPILL_TRAINING` where there is nothing to fit. */
  readonly fit: (examples: TrainingExamples) => Promise<RetrainedScore>
}

/** A fitted score. `file` is that of an ONNX graph. */
type RetrainedScore = Pick<TrainedScore, 'score' | 'file' | 'notes'>

/** The retraining method of a model, or the reason why it cannot be retrained. */
export function retrainingMethod(model: ModelIR, strings: Strings): RetrainingMethod | Inconclusive {
  const { name, train, score, inputs } = model
  if (train) {
    const { algorithm, options } = train
    const names = inputs.map(input => input.name)
    return { fit: async examples => validated(await trainerOf(algorithm)(rowsOf(examples, model, names, strings), options)) }
  }
  if (score.kind === 'logistic' || score.kind === 'linear')
    return {
      fit: async ({ vector, labels }) => fitTerms(score, inputs, vector, labels, strings),
      ...(score.kind === 'linear' && {
        note: `model '${name}' has a linear score; it is retrained as a logistic regression of the same terms`,
      }),
    }
  if (score.kind === 'trees')
    return {
      fit: async examples => validated(await trainers.trees(rowsOf(examples, model, score.inputs, strings), {})),
      note: `model '${name}' does not say how its trees were trained; they are retrained with the default options of train`,
    }
  return { why: `model '${name}' has ${otherScores[score.kind]}, which cannot be retrained; state how it is trained (train: …)` }
}

const otherScores: Readonly<Record<Exclude<ScoreIR['kind'], 'logistic' | 'linear' | 'trees'>, string>> = {
  rules: 'rules',
  function: 'a score function of its own',
  onnx: 'a graph of ONNX',
  runtime: 'a runtime of its own',
  none: 'no score',
}

function validated(trained: TrainedScore): RetrainedScore {
  checkScore(trained.score)
  return trained
}

/** The columns by input name, NaN for NULL, a string by its id. */
function rowsOf({ vector, labels }: TrainingExamples, { inputs }: ModelIR, names: readonly string[], strings: Strings): InputRows {
  const columns = names.map(name => {
    const column = vector[inputs.findIndex(input => input.name === name)]
    const values = isListColumn(column) ? undefined : column
    return [
      name,
      Float64Array.from({ length: labels.length }, (_, row) => (values?.nulls?.[row] ? NaN : (values?.values[row] ?? NaN))),
    ] as const
  })
  const texts = names.filter(name => inputs.find(input => input.name === name)?.expr.type === 'string')
  return { columns: Object.fromEntries(columns), labels, texts: { names: texts, strings } }
}
