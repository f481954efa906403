/**
 * The score `trees`, and the file format of boosted trees: the JSON that `fitTrees` returns and `trees` takes.
 *
 * The file is untrusted: it is validated in full before use.
 */
import { limits, show, type StrictOmit } from '../../base/index.ts'
import { scoredInput } from './inputs.ts'
import { mistake } from '../mistake/mistake.ts'
import { ScoreValue, type Score } from './score.ts'
import { createHash } from 'node:crypto'
import { canonicalJson } from '../ir/fingerprint.ts'
import type { ScoreIR, TreeIR } from '../ir/ir.ts'

/**
 * Scores with boosted trees from `fitTrees`, usually from a file: `import file from './trees.json' with { type: 'json' }`.
 *
 * The score is the sum of the trees' leaves after the link function (1 / (1 + e^−z) for `logistic`). Inputs are numbers and
 * bools; each split has a direction for NULL.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a file that is damaged or no file of trees, and for an input that the model does
 * not have.
 * @example
 * const stump = { input: [0, -1, -1], value: [5, -2, 1], right: [2, 0, 0], nullsLeft: [1, 0, 0] }
 * const score = trees({ format: 'spillway-trees', version: 1, link: 'logistic', base: 0, inputs: { amount: 0 }, trees: [stump] })
 */
export function trees<const Names extends string>(file: TreesFile<Names>): Score<Names> {
  const fault = findTreesFault(file)
  if (fault !== undefined) mistake(`trees: the file cannot be used: ${fault}`)
  const ir = treesIR(file)
  const build: ScoreValue['build'] = (subject, inputs) => {
    for (const name of ir.inputs)
      if (scoredInput(`${subject}: trees`, 'were fitted on', name, inputs).node.type.type === 'string')
        mistake(`${subject}: trees: '${name}' is a string; fit on a condition instead, such as p.kind.eq('web')`)
    return ir
  }
  return new ScoreValue(build) as unknown as Score<Names>
}

/** Value of `format` in every file. */
export const TREES_FORMAT = 'spillway-trees'
/** Version of the format that this Spillway reads and writes. */
export const TREES_VERSION = 1

/** Boosted trees as a file. Texts are of type `string`, as in an imported JSON file. */
export interface TreesFile<Names extends string = string> {
  readonly format: string
  readonly version: number
  /** Link function: `logistic` or `identity`. */
  readonly link: string
  /** Sum before the first tree. */
  readonly base: number
  /** Inputs by name, each with its number in the trees, from 0. */
  readonly inputs: Readonly<Record<Names, number>>
  readonly trees: readonly TreeIR[]
  /** SHA-256 of everything else as canonical JSON, hex. A file that was written by hand may have none. */
  readonly checksum?: string
}

/** Score of boosted trees in the IR. */
export type TreesScoreIR = Extract<ScoreIR, { kind: 'trees' }>

/** SHA-256 of a file without its checksum, as canonical JSON, hex. */
export function checksumOf({ checksum: _checksum, ...all }: StrictOmit<TreesFile, 'checksum'> & { readonly checksum?: string }): string {
  return createHash('sha256').update(canonicalJson(all)).digest('hex')
}

/** IR of a file's score. The file must be valid. */
export function treesIR({ link, base, inputs, trees }: TreesFile): TreesScoreIR {
  const names = Object.entries(inputs).toSorted(([, a], [, b]) => a - b)
  return {
    kind: 'trees',
    link: link as TreesScoreIR['link'],
    base,
    inputs: names.map(([name]) => name),
    trees: trees.map(({ input, value, right, nullsLeft }) => ({
      input: [...input],
      value: [...value],
      right: [...right],
      nullsLeft: [...nullsLeft],
    })),
  }
}

/** Describes the first fault of a file; `undefined` for a valid file. */
export function findTreesFault(file: unknown): string | undefined {
  if (!isRecord(file) || file['format'] !== TREES_FORMAT)
    return `it is no file of trees: format is ${show(isRecord(file) ? file['format'] : file)}, not '${TREES_FORMAT}'`
  const { version, link, base, inputs, trees, checksum } = file
  if (version !== TREES_VERSION) return `version is ${show(version)}; this version of Spillway reads ${TREES_VERSION}`
  if (link !== 'logistic' && link !== 'identity') return `link is ${show(link)}, neither 'logistic' nor 'identity'`
  if (!Number.isFinite(base)) return `base is ${show(base)}, not a finite number`
  if (!isRecord(inputs)) return `inputs is ${show(inputs)}, not the number of each input by its name`
  const count = Object.keys(inputs).length
  const numbers = new Set(Object.values(inputs))
  for (const [name, number] of Object.entries(inputs))
    if (!isBelow(number, count) || numbers.size < count)
      return `inputs are numbered from 0 to ${count - 1}, each once; '${name}' is ${show(number)}`
  if (!Array.isArray(trees)) return `trees is ${show(trees)}, not a list`
  if (trees.length > limits.TREES_MAX) return `there are ${trees.length} trees, more than ${limits.TREES_MAX} (TREES_MAX)`
  for (const [i, tree] of trees.entries()) {
    const fault = faultOfTree(tree, count)
    if (fault !== undefined) return `tree ${i}: ${fault}`
  }
  return checksum === undefined || checksum === checksumOf(file as unknown as TreesFile)
    ? undefined
    : 'its checksum is not that of its content: something in it was changed'
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isBelow = (value: unknown, end: number): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < end

const parts = ['input', 'value', 'right', 'nullsLeft'] as const

function faultOfTree(tree: unknown, inputs: number): string | undefined {
  if (!isRecord(tree)) return `it is ${show(tree)}, not a tree`
  for (const part of parts) if (!Array.isArray(tree[part])) return `${part} is ${show(tree[part])}, not a list`
  const nodes = tree as unknown as TreeIR
  const { length } = nodes.input
  if (length === 0) return 'it has no nodes'
  if (length > 2 * limits.TREE_LEAVES_MAX - 1) return `it has ${length} nodes: more than ${limits.TREE_LEAVES_MAX} leaves (TREE_LEAVES_MAX)`
  for (const part of parts) if (nodes[part].length !== length) return `${part} is of ${nodes[part].length} nodes, input of ${length}`
  return faultOfNodes(nodes, inputs)
}

/** In preorder each subtree is a range of nodes whose end is known. So each node is reached once, and no path is a circle. */
function faultOfNodes({ input, value, right, nullsLeft }: TreeIR, inputs: number): string | undefined {
  const subtrees = [{ from: 0, end: input.length }]
  for (let subtree = subtrees.pop(); subtree; subtree = subtrees.pop()) {
    const { from, end } = subtree
    const isLeaf = input[from] === -1
    if (!isLeaf && !isBelow(input[from], inputs)) return `node ${from}: input is ${show(input[from])}, and there are ${inputs} inputs`
    if (!Number.isFinite(value[from])) return `node ${from}: value is ${show(value[from])}, not a finite number`
    if (nullsLeft[from] !== 0 && (isLeaf || nullsLeft[from] !== 1)) return `node ${from}: nullsLeft is ${show(nullsLeft[from])}`
    if (isLeaf) {
      if (right[from] !== 0 || from + 1 !== end) return `node ${from} is a leaf, and has nodes below it`
      continue
    }
    const middle = right[from]
    if (!Number.isInteger(middle) || middle <= from + 1 || middle >= end)
      return `node ${from}: right is ${show(middle)}, not between ${from + 2} and ${end - 1}`
    subtrees.push({ from: middle, end }, { from: from + 1, end: middle })
  }
  return undefined
}
