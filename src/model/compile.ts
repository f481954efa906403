/**
 * Compiles models for scoring over columns: a batch of decisions is scored in a few passes per input.
 *
 * The semantics are those of `InputIR`, `TermIR` and `ScoreIR` in `define/ir/ir.ts`. Only the user's own function gets objects.
 */
import { assert, unreachable } from '../base/assert.ts'
import type { ColumnData } from '../columns/block.ts'
import type { Strings } from '../columns/strings.ts'
import type { ModelIR } from '../define/ir/ir.ts'
import type { OnnxFile } from '../define/model/onnx-file.ts'
import { compileOnnxScore } from './onnx.ts'
import { compileUserScore, type UserScoreFunction } from './user-score.ts'
import { vectorRowReader } from './rows.ts'
import { compileRulesScore } from './rules.ts'
import { compileTreesScore } from './trees.ts'
import { compileInputs, type DeliveredLeaves, type VectorColumn } from './vector.ts'
import { compileWeightedScore, type Contribution } from './weighted.ts'

/** The vectors and scores of a batch of decisions. Read only, and overwritten by the next call. */
export interface ScoredVectors {
  /** One column per input, in order. */
  readonly vector: readonly VectorColumn[]
  /** Finite doubles, or NULL. */
  readonly score: ColumnData
  /** Why the user's own function, or ONNX, gave no score, by row. The score is NULL there. */
  readonly refused: ReadonlyMap<number, string>
}

/** A model that scores batches. */
export interface CompiledModel {
  /** Scores the first `length` decisions. `leaf` finds their trigger fields and features, as delivered. */
  readonly score: (leaf: DeliveredLeaves, length: number) => ScoredVectors
  /** The contribution of each term to the score of a row, in order; empty for rules, trees, ONNX and the user's own function. */
  readonly explain: (vector: readonly VectorColumn[], row: number) => readonly Contribution[]
}

/** The implementation of a score that the IR does not hold: the user's own function for the kind `function`, the file for `onnx`. */
export type ScoreImplementation = UserScoreFunction | OnnxFile

/** The context of a compiled model. */
export interface ModelContext {
  /** The texts of the ids in string columns. */
  readonly strings: Strings
  readonly compute?: ScoreImplementation | undefined
}

/** Compiles a model. Throws as `openOnnx` does for a graph of ONNX. */
export function compileModel(model: ModelIR, context: ModelContext): CompiledModel {
  const derive = compileInputs(model.inputs, context.strings)
  const { scores, explain } = scorerOf(model, context)
  return {
    score(leaf, length) {
      const vector = derive(leaf, length)
      return { vector, ...scores(vector, leaf, length) }
    },
    explain,
  }
}

interface Scorer {
  readonly scores: (vector: readonly VectorColumn[], leaf: DeliveredLeaves, length: number) => Omit<ScoredVectors, 'vector'>
  readonly explain: CompiledModel['explain']
}

const noRefusals: ReadonlyMap<number, string> = new Map()

const allNull = (length: number): ColumnData => ({ values: new Float64Array(length), nulls: new Uint8Array(length).fill(1) })

function scorerOf({ name, inputs, score }: ModelIR, { strings, compute }: ModelContext): Scorer {
  switch (score.kind) {
    case 'logistic':
    case 'linear': {
      const weighted = compileWeightedScore(score, inputs, strings)
      return {
        scores: (vector, _leaf, length) => ({ score: weighted.score(vector, length), refused: noRefusals }),
        explain: weighted.explain,
      }
    }
    case 'rules': {
      const rules = compileRulesScore(score, inputs, strings)
      return { scores: (vector, leaf, length) => ({ score: rules(vector, leaf, length), refused: noRefusals }), explain: () => [] }
    }
    case 'trees': {
      const scored = compileTreesScore(score, inputs)
      return { scores: (vector, _leaf, length) => ({ score: scored(vector, length), refused: noRefusals }), explain: () => [] }
    }
    case 'none':
      return { scores: (_vector, _leaf, length) => ({ score: allNull(length), refused: noRefusals }), explain: () => [] }
    case 'function': {
      assert(typeof compute === 'function', `the compute of model '${name}' is given with it`)
      const scoreRows = compileUserScore(compute, vectorRowReader(inputs, strings))
      return { scores: (vector, _leaf, length) => scoreRows(vector, length), explain: () => [] }
    }
    case 'onnx': {
      assert(typeof compute === 'object', `the ONNX file of model '${name}' is given with it`)
      const scored = compileOnnxScore(score, compute, inputs)
      return { scores: (vector, _leaf, length) => scored(vector, length), explain: () => [] }
    }
    default:
      return unreachable(score)
  }
}
