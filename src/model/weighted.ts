/**
 * `logistic` and `linear` scores. Terms are added to the intercept in their order, one pass a term, so a score is the same to the bit
 * wherever it is computed like this; only `exp` may differ between engines, in its last bit.
 */
import { assert } from '../base/assert.ts'
import type { Column } from '../columns/block.ts'
import type { Strings } from '../columns/strings.ts'
import type { InputIR, ScoreIR } from '../define/ir/ir.ts'
import { Scratch } from '../expression/scratch.ts'
import { finiteScores, squash } from './link.ts'
import { termOf, type AddTerm } from './term.ts'
import type { VectorColumn } from './vector.ts'

export type WeightedIR = Extract<ScoreIR, { kind: 'logistic' | 'linear' }>

/** What a term adds to z; null where its input is NULL and nothing stands for it. */
export interface Contribution {
  readonly input: string
  readonly adds: number | null
}

export interface WeightedScore {
  readonly score: (vector: readonly VectorColumn[], length: number) => Column
  readonly explain: (vector: readonly VectorColumn[], row: number) => readonly Contribution[]
}

export function weightedScore({ kind, intercept, terms }: WeightedIR, inputs: readonly InputIR[], strings: Strings): WeightedScore {
  const compiled = terms.map(term => {
    const slot = inputs.findIndex(({ name }) => name === term.input)
    assert(slot >= 0, `'${term.input}', which has a weight, is an input`)
    return { input: term.input, slot, add: termOf(term, inputs[slot].expr.type, strings) }
  })
  const scratch = new Scratch()
  return {
    score(vector, length) {
      const z = scratch.values(length).fill(intercept + 0, 0, length)
      for (const { slot, add } of compiled) add(vector[slot], z, length)
      if (kind === 'logistic') squash(z, length)
      return finiteScores(z, scratch, length)
    },
    explain: (vector, row) => compiled.map(({ input, slot, add }) => ({ input, adds: alone(add, vector[slot], row) })),
  }
}

function alone(add: AddTerm, { values, nulls }: VectorColumn, row: number): number | null {
  const z = new Float64Array(1)
  add({ values: values.subarray(row, row + 1), nulls: nulls?.subarray(row, row + 1) }, z, 1)
  return Number.isNaN(z[0]) ? null : z[0]
}
