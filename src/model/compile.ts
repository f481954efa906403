/**
 * Compiles models for scoring over columns: a batch of decisions is scored in a few passes per input.
 *
 * The semantics are those of `InputIR`, `TermIR` and `ScoreIR` in `define/ir/ir.ts`. Only the user's own function gets objects.
 */
import type { ColumnData, Strings } from '../columns/index.ts'
import type { ModelIR } from '../define/ir/index.ts'
import type { Contribution } from '../define/model/index.ts'
import { nullIfOutside, Scratch } from '../expression/index.ts'
import { loadScore, type ScoreImplementation } from './load-score.ts'
import { compileInputs, type DeliveredLeaves, type VectorColumn } from './vector.ts'

/** The vectors and scores of a batch of decisions. Read only, and overwritten by the next call. */
export interface ScoredVectors {
  /** One column per input, in order. */
  readonly vector: readonly VectorColumn[]
  /** Finite doubles, or NULL. */
  readonly score: ColumnData
  /** Why the runtime gave no score, by row. The score is NULL there. */
  readonly rejected: ReadonlyMap<number, string>
}

/** A model that scores batches. */
export interface CompiledModel {
  /** Scores the first `length` decisions. `leaf` finds their trigger fields and features, as delivered. */
  readonly score: (leaf: DeliveredLeaves, length: number) => ScoredVectors
  /** The contribution of each term to the score of a row, in order; empty for a runtime that does not explain. */
  readonly explain: (vector: readonly VectorColumn[], row: number) => readonly Contribution[]
  /** Releases what the runtime holds. */
  readonly close: () => void
}

/** The context of a compiled model. */
export interface ModelContext {
  /** The texts of the ids in string columns. */
  readonly strings: Strings
  readonly compute?: ScoreImplementation | undefined
}

const noRejections: ReadonlyMap<number, string> = new Map()

/** Compiles a model. Throws as `loadScore` does. */
export function compileModel(model: ModelIR, { strings, compute }: ModelContext): CompiledModel {
  const { scorer, inputs, slots } = loadScore(model, strings, compute)
  const derive = compileInputs(inputs, strings)
  const scratch = new Scratch()
  const hasOwnInputs = inputs.length > model.inputs.length
  let rejected: Map<number, string> | undefined
  const reject = (row: number, why: string): void => {
    rejected ??= new Map()
    if (!rejected.has(row)) rejected.set(row, why)
  }
  return {
    score(leaf, length) {
      const columns = derive(leaf, length)
      const scores = scratch.values(length)
      rejected = undefined
      scorer.score({ columns: slots ? slots.map(slot => columns[slot]) : columns, length, reject }, scores)
      const vector = hasOwnInputs ? columns.slice(0, model.inputs.length) : columns
      return { vector, score: scoreColumn(scores, rejected, scratch, length), rejected: rejected ?? noRejections }
    },
    explain: (vector, row) => scorer.explain?.(slots ? slots.map(slot => vector[slot]) : vector, row) ?? [],
    close: () => scorer.close?.(),
  }
}

/** NULL where a score is not finite, or rejected. */
function scoreColumn(
  values: Float64Array,
  rejected: ReadonlyMap<number, string> | undefined,
  scratch: Scratch,
  length: number,
): ColumnData {
  let isFinite = rejected === undefined
  for (let i = 0; isFinite && i < length; i++) isFinite = Number.isFinite(values[i])
  if (isFinite) return { values }
  const nulls = nullIfOutside(undefined, values, Number.MAX_VALUE, scratch, length)!
  for (const row of rejected?.keys() ?? []) nulls[row] = 1
  return { values, nulls }
}
