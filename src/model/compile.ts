/**
 * Models over columns: compiled once; then a block of decisions is scored in a few passes an input.
 *
 * The semantics are those of `InputIR`, `TermIR` and `ScoreIR` in `define/ir/ir.ts`. Objects are made for the user's own function alone.
 */
import { assert, unreachable } from '../base/assert.ts'
import type { Column } from '../columns/block.ts'
import type { Strings } from '../columns/strings.ts'
import type { ModelIR } from '../define/ir/ir.ts'
import type { OnnxFile } from '../define/model/onnx-file.ts'
import { onnxScore } from './onnx.ts'
import { ownScore, type OwnScoreFunction } from './own-score.ts'
import { rowsOf } from './rows.ts'
import { rulesScore } from './rules.ts'
import { treesScore } from './trees.ts'
import { deriving, type DeliveredLeaves, type VectorColumn } from './vector.ts'
import { weightedScore, type Contribution } from './weighted.ts'

/** A block of decisions, scored. Derived inputs and scores are overwritten by the next call; as for expressions, read only. */
export interface Scored {
  /** A column an input, in their order. */
  readonly vector: readonly VectorColumn[]
  /** Finite doubles, or NULL. */
  readonly score: Column
  /** Why the user's own function, or ONNX, gave no score, by row. The score is NULL there. */
  readonly refused: ReadonlyMap<number, string>
}

export interface CompiledModel {
  /** Scores the first `length` decisions, whose trigger fields and features are found through `leaf`, as delivered. */
  readonly score: (leaf: DeliveredLeaves, length: number) => Scored
  /** What each term added to the score of a row, in their order; nothing for rules, trees, ONNX and the user's own function. */
  readonly explain: (vector: readonly VectorColumn[], row: number) => readonly Contribution[]
}

/** What a score needs that the IR does not hold: the user's own function for the kind `function`, the file for `onnx`. */
export type GivenScore = OwnScoreFunction | OnnxFile

export interface ModelContext {
  /** Where the ids of string columns come from. */
  readonly strings: Strings
  readonly compute?: GivenScore | undefined
}

export function compileModel(model: ModelIR, context: ModelContext): CompiledModel {
  const derive = deriving(model.inputs, context.strings)
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
  readonly scores: (vector: readonly VectorColumn[], leaf: DeliveredLeaves, length: number) => Omit<Scored, 'vector'>
  readonly explain: CompiledModel['explain']
}

const refusedNone: ReadonlyMap<number, string> = new Map()

const allNull = (length: number): Column => ({ values: new Float64Array(length), nulls: new Uint8Array(length).fill(1) })

function scorerOf({ name, inputs, score }: ModelIR, { strings, compute }: ModelContext): Scorer {
  switch (score.kind) {
    case 'logistic':
    case 'linear': {
      const weighted = weightedScore(score, inputs, strings)
      return {
        scores: (vector, _leaf, length) => ({ score: weighted.score(vector, length), refused: refusedNone }),
        explain: weighted.explain,
      }
    }
    case 'rules': {
      const rules = rulesScore(score, inputs, strings)
      return { scores: (vector, leaf, length) => ({ score: rules(vector, leaf, length), refused: refusedNone }), explain: () => [] }
    }
    case 'trees': {
      const scored = treesScore(score, inputs)
      return { scores: (vector, _leaf, length) => ({ score: scored(vector, length), refused: refusedNone }), explain: () => [] }
    }
    case 'none':
      return { scores: (_vector, _leaf, length) => ({ score: allNull(length), refused: refusedNone }), explain: () => [] }
    case 'function': {
      assert(typeof compute === 'function', `the compute of model '${name}' is given with it`)
      const own = ownScore(compute, rowsOf(inputs, strings))
      return { scores: (vector, _leaf, length) => own(vector, length), explain: () => [] }
    }
    case 'onnx': {
      assert(typeof compute === 'object', `the ONNX file of model '${name}' is given with it`)
      const scored = onnxScore(score, compute, inputs)
      return { scores: (vector, _leaf, length) => scored(vector, length), explain: () => [] }
    }
    default:
      return unreachable(score)
  }
}
