/**
 * Scores `logistic` and `linear` models. Terms are added to the intercept in order, one pass per term, so a score has the same bits
 * wherever it is computed this way; only `exp` may differ between engines, in its last bit.
 */
import { assert } from '../base/index.ts'
import type { ScoreIR } from '../define/ir/index.ts'
import type { ModelRuntime, RuntimeColumn } from '../define/model/index.ts'
import { logisticInPlace } from './link-function.ts'
import { compileTerm, type AddTerm } from './term.ts'

/** The IR of a weighted score. */
export type WeightedScoreIR = Extract<ScoreIR, { kind: 'logistic' | 'linear' }>

/** Runs weighted scores. */
export const weightedRuntime: ModelRuntime<WeightedScoreIR> = {
  name: 'weighted',
  version: '1',
  load({ definition: { kind, intercept, terms }, inputs, strings }) {
    const compiled = terms.map(term => {
      const slot = inputs.findIndex(({ name }) => name === term.input)
      assert(slot >= 0, `'${term.input}', which has a weight, is an input`)
      return { input: term.input, slot, add: compileTerm(term, inputs[slot].type, strings) }
    })
    return {
      score({ columns, length }, z) {
        z.fill(intercept + 0, 0, length)
        for (const { slot, add } of compiled) add(columns[slot], z, length)
        if (kind === 'logistic') logisticInPlace(z, length)
      },
      explain: (columns, row) => compiled.map(({ input, slot, add }) => ({ input, adds: contributionOf(add, columns[slot], row) })),
    }
  },
}

function contributionOf(add: AddTerm, { values, nulls }: RuntimeColumn, row: number): number | null {
  const z = new Float64Array(1)
  add({ values: values.subarray(row, row + 1), nulls: nulls?.subarray(row, row + 1) }, z, 1)
  return Number.isNaN(z[0]) ? null : z[0]
}
