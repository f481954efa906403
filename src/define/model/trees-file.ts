/**
 * Boosted trees as a file: the JSON that `fitTrees` gives and that the score `trees` takes. It is looked at in full before anything is made of it, for it
 * may have come from anywhere.
 */
import { createHash } from 'node:crypto'
import { limits } from '../../base/limits.ts'
import { show } from '../../base/show.ts'
import { canonicalJson } from '../ir/fingerprint.ts'
import type { ScoreIR, TreeIR } from '../ir/ir.ts'

export const TREES_FORMAT = 'spillway-trees'
export const TREES_VERSION = 1

/** The types are those of an imported JSON file, whose texts are any text. */
export interface TreesFile<Names extends string = string> {
  readonly format: string
  readonly version: number
  /** `logistic` or `identity`, as in the IR. */
  readonly link: string
  readonly base: number
  /** Names of inputs, each with the number by which the trees know it. */
  readonly inputs: Readonly<Record<Names, number>>
  readonly trees: readonly TreeIR[]
  /** SHA-256 over all else, as canonical JSON. A file that was made by hand may have none. */
  readonly checksum?: string
}

export type TreesScoreIR = Extract<ScoreIR, { kind: 'trees' }>

export function checksumOf({ checksum: _checksum, ...all }: Omit<TreesFile, 'checksum'> & { readonly checksum?: string }): string {
  return createHash('sha256').update(canonicalJson(all)).digest('hex')
}

/** The score that a file means. It must have no fault. */
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

/** What is wrong with a file, and where in it; nothing if it can be used. */
export function faultOfTrees(file: unknown): string | undefined {
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
  const known = tree as unknown as TreeIR
  const { length } = known.input
  if (length === 0) return 'it has no nodes'
  if (length > 2 * limits.TREE_LEAVES_MAX - 1) return `it has ${length} nodes: more than ${limits.TREE_LEAVES_MAX} leaves (TREE_LEAVES_MAX)`
  for (const part of parts) if (known[part].length !== length) return `${part} is of ${known[part].length} nodes, input of ${length}`
  return faultOfNodes(known, inputs)
}

/** In preorder each subtree is a stretch of nodes, which ends where it must: so every node is reached once, and no way goes in a circle. */
function faultOfNodes({ input, value, right, nullsLeft }: TreeIR, inputs: number): string | undefined {
  const stretches = [{ from: 0, end: input.length }]
  for (let stretch = stretches.pop(); stretch; stretch = stretches.pop()) {
    const { from, end } = stretch
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
    stretches.push({ from: middle, end }, { from: from + 1, end: middle })
  }
  return undefined
}
