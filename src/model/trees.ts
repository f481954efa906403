/**
 * Scores with boosted trees over columns (`TreeIR`). Trees are added to the base in order, one pass per tree, so a score has the same
 * bits wherever it is computed this way; only `exp` may differ between engines, in its last bit. Cost: a few comparisons per row and
 * tree.
 */
import { assert } from '../base/index.ts'
import type { ScoreIR, TreeIR } from '../define/ir/index.ts'
import type { ModelRuntime, RuntimeColumn } from '../define/model/index.ts'
import { Scratch } from '../expression/index.ts'
import { levelWeights, logisticInPlace } from './weighted.ts'
import { isListColumn } from './vector.ts'

/** The IR of a score by trees. */
export type TreesIR = Extract<ScoreIR, { kind: 'trees' }>

/** The nodes of a tree in arrays for a fast loop; `nulls` is the node to which a NULL goes. */
export interface Tree {
  readonly input: Int32Array
  readonly value: Float64Array
  readonly right: Int32Array
  readonly nulls: Int32Array
}

/** A tree of the IR in arrays. */
export const treeOf = ({ input, value, right, nullsLeft }: TreeIR): Tree => ({
  input: Int32Array.from(input),
  value: Float64Array.from(value),
  right: Int32Array.from(right),
  nulls: Int32Array.from(right, (node, i) => (nullsLeft[i] ? i + 1 : node)),
})

/** Adds a tree's result for each of the first `length` rows to `z`. `columns`: one per input, NaN for NULL. */
export function addTree({ input, value, right, nulls }: Tree, columns: readonly Float64Array[], z: Float64Array, length: number): void {
  for (let row = 0; row < length; row++) {
    let node = 0
    for (let of = input[0]; of >= 0; of = input[node]) {
      const x = columns[of][row]
      const threshold = value[node]
      node = x <= threshold ? node + 1 : x > threshold ? right[node] : nulls[node]
    }
    z[row] += value[node]
  }
}

/** Runs trees. */
export const treesRuntime: ModelRuntime<TreesIR> = {
  name: 'trees',
  version: '1',
  load({ definition: { link, base, inputs: names, trees: irs, levels }, inputs, strings }) {
    const trees = irs.map(treeOf)
    const slots = names.map(name => {
      const slot = inputs.findIndex(input => input.name === name)
      assert(slot >= 0, `'${name}', which trees read, is an input`)
      const texts = levels?.[name]
      assert(texts !== undefined || inputs[slot].type !== 'string', `'${name}', which trees read, is a number or has levels`)
      const codes = texts && { of: levelWeights(texts.levels, inputs[slot].type, strings), otherwise: texts.otherwise }
      return { slot, codes, scratch: new Scratch() }
    })
    return {
      score({ columns, length }, z) {
        const doubles = slots.map(({ slot, codes, scratch }) =>
          codes ? codesOf(columns[slot], codes, scratch, length) : doublesOf(columns[slot], scratch, length),
        )
        z.fill(base + 0, 0, length)
        for (const tree of trees) addTree(tree, doubles, z, length)
        if (link === 'logistic') logisticInPlace(z, length)
      },
    }
  },
}

function doublesOf(column: RuntimeColumn, scratch: Scratch, length: number): Float64Array {
  assert(!isListColumn(column), 'trees read single values')
  const { values, nulls } = column
  if (!nulls && values instanceof Float64Array) return values
  const doubles = scratch.values(length)
  for (let i = 0; i < length; i++) doubles[i] = nulls?.[i] ? NaN : values[i]
  return doubles
}

/** Numbers of the texts of a string column, by id. */
interface TextCodes {
  readonly of: ReadonlyMap<number, number>
  readonly otherwise: number
}

function codesOf({ values, nulls }: RuntimeColumn, { of, otherwise }: TextCodes, scratch: Scratch, length: number): Float64Array {
  const doubles = scratch.values(length)
  for (let i = 0; i < length; i++) doubles[i] = nulls?.[i] ? NaN : (of.get(values[i]) ?? otherwise)
  return doubles
}
