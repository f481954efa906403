/**
 * The score of boosted trees for one vector, by the definitions of `TreeIR` and `ScoreIR`: each tree is cut into the trees below its root,
 * recursively. A string is first replaced by its number.
 */
import type { ScoreIR, TreeIR, Value } from '../../src/define/ir/ir.ts'
import { finite } from './arithmetic.ts'

type TreesIR = Extract<ScoreIR, { kind: 'trees' }>

export function treesScore({ link, base, inputs, trees, levels }: TreesIR, vector: Readonly<Record<string, unknown>>): number | null {
  const row = inputs.map(name => {
    const value = vector[name] as Value
    const numbers = levels?.[name]
    if (!numbers || value === null) return value
    return Object.hasOwn(numbers.levels, String(value)) ? numbers.levels[String(value)] : numbers.otherwise
  })
  const z = trees.reduce((sum, tree) => sum + gives(tree, row), base)
  return finite(link === 'identity' ? z : 1 / (1 + Math.exp(-z)))
}

function gives({ input, value, right, nullsLeft }: TreeIR, row: readonly Value[]): number {
  if (input.length === 1) return value[0]
  const x = row[input[0]]
  const isLeft = x === null ? nullsLeft[0] === 1 : Number(x) <= value[0]
  const [from, end] = isLeft ? [1, right[0]] : [right[0], input.length]
  return gives(
    {
      input: input.slice(from, end),
      value: value.slice(from, end),
      right: right.slice(from, end).map(node => (node === 0 ? 0 : node - from)),
      nullsLeft: nullsLeft.slice(from, end),
    },
    row,
  )
}
