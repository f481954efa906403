/**
 * Scores `logistic` and `linear` models. Terms are added to the intercept in order, one pass per term, so a score has the same bits
 * wherever it is computed this way; only `exp` may differ between engines, in its last bit.
 */
import { assert } from '../base/assert.ts'
import type { ColumnData } from '../columns/block.ts'
import type { Strings } from '../columns/strings.ts'
import type { InputIR, ScoreIR } from '../define/ir/ir.ts'
import { Scratch } from '../expression/scratch.ts'
import { finiteScores, logisticInPlace } from './link-function.ts'
import { compileTerm, type AddTerm } from './term.ts'
import type { VectorColumn } from './vector.ts'

/** The IR of a weighted score. */
export type WeightedScoreIR = Extract<ScoreIR, { kind: 'logistic' | 'linear' }>

/** The contribution of a term to z; null if its input is NULL without a replacement. */
export interface Contribution {
  readonly input: string
  readonly adds: number | null
}

/** A compiled weighted score. */
export interface WeightedScore {
  readonly score: (vector: readonly VectorColumn[], length: number) => ColumnData
  readonly explain: (vector: readonly VectorColumn[], row: number) => readonly Contribution[]
}

/** Compiles the terms of a weighted score. */
export function compileWeightedScore(
  { kind, intercept, terms }: WeightedScoreIR,
  inputs: readonly InputIR[],
  strings: Strings,
): WeightedScore {
  const compiled = terms.map(term => {
    const slot = inputs.findIndex(({ name }) => name === term.input)
    assert(slot >= 0, `'${term.input}', which has a weight, is an input`)
    return { input: term.input, slot, add: compileTerm(term, inputs[slot].expr.type, strings) }
  })
  const scratch = new Scratch()
  return {
    score(vector, length) {
      const z = scratch.values(length).fill(intercept + 0, 0, length)
      for (const { slot, add } of compiled) add(vector[slot], z, length)
      if (kind === 'logistic') logisticInPlace(z, length)
      return finiteScores(z, scratch, length)
    },
    explain: (vector, row) => compiled.map(({ input, slot, add }) => ({ input, adds: contributionOf(add, vector[slot], row) })),
  }
}

function contributionOf(add: AddTerm, { values, nulls }: VectorColumn, row: number): number | null {
  const z = new Float64Array(1)
  add({ values: values.subarray(row, row + 1), nulls: nulls?.subarray(row, row + 1) }, z, 1)
  return Number.isNaN(z[0]) ? null : z[0]
}
