/**
 * Grows one tree best-first: the leaf with the greatest gain is split next, until the leaf limit or until no split gains (Shi 2007).
 *
 * A leaf is a range of an array of row numbers, in row order. Only the smaller child of a split is counted row by row; the larger child's
 * histogram is the parent's minus the smaller's. Memory: one histogram per leaf that may still be split.
 */
import type { TreeIR } from '../../define/ir/index.ts'
import { NULL_BIN, PER_WORD, type BinnedColumns } from './bins.ts'
import { subtractHistogram, histogramTotal, type Derivatives, type GradientHistogram, type HistogramPool } from './histogram.ts'
import { bestSplit, type TreeSplit, type SplitRules, type DerivativeSums } from './split.ts'

/** Limits of a tree. */
export interface GrowRules extends SplitRules {
  readonly leaves: number
  /** Most splits above a leaf. */
  readonly depth: number
  readonly learningRate: number
}

/** A node: rows [from, to) of the array of row numbers. */
export interface TreeNode {
  readonly from: number
  readonly to: number
  readonly depth: number
  sums: DerivativeSums
  /** Present while it may be split. */
  histogram?: GradientHistogram | undefined
  split?: TreeSplit | undefined
  children?: readonly [TreeNode, TreeNode]
}

/** Grows trees; reuses its arrays. */
export class TreeGrower {
  readonly #bins: BinnedColumns
  readonly #rules: GrowRules
  readonly #histograms: HistogramPool
  readonly #derivatives: Derivatives
  /** Derivatives of the rows of a leaf, in row order. */
  readonly #ordered: Derivatives
  readonly #moved: Int32Array

  constructor(bins: BinnedColumns, rules: GrowRules, histograms: HistogramPool, derivatives: Derivatives) {
    this.#bins = bins
    this.#rules = rules
    this.#histograms = histograms
    this.#derivatives = derivatives
    this.#ordered = { gradient: new Float64Array(bins.length), packed: new Float64Array(bins.length) }
    this.#moved = new Int32Array(bins.length)
  }

  /**
   * Grows a tree from `rows`, ascending, over `columns`, and reorders `rows` by leaf. `unit` is the unit of the packed Hessians. Returns
   * the root, a leaf if no split gains.
   */
  grow(rows: Int32Array, columns: readonly number[], unit: number): TreeNode {
    const words = [...new Set(columns.map(column => Math.floor(column / PER_WORD)))]
    const root: TreeNode = { from: 0, to: rows.length, depth: 0, sums: { gradient: 0, hessian: 0, rows: rows.length } }
    if (columns.length === 0 || !this.#mayBeSplit(root)) return root
    const open: TreeNode[] = []
    const evaluate = (leaf: TreeNode): void => {
      leaf.split = bestSplit(leaf.histogram!, columns, this.#bins.cuts, leaf.sums, this.#rules)
      if (leaf.split) open.push(leaf)
      else this.#release(leaf)
    }
    this.#count(root, rows, words, unit)
    root.sums = histogramTotal(root.histogram!, columns[0])
    evaluate(root)
    for (let leaves = 1; leaves < this.#rules.leaves && open.length > 0; leaves++) {
      const [leaf] = open.splice(indexOfBest(open), 1)
      const children = this.#split(leaf, rows)
      leaf.children = children
      // The last two leaves are not split and need no histogram.
      if (leaves + 1 === this.#rules.leaves) this.#release(leaf)
      else this.#countChildren(leaf, children, rows, words, unit)
      for (const child of children) if (child.histogram) evaluate(child)
    }
    for (const leaf of open) this.#release(leaf)
    return root
  }

  #mayBeSplit({ from, to, depth }: TreeNode): boolean {
    return to - from >= 2 * this.#rules.minRows && depth < this.#rules.depth
  }

  #release(leaf: TreeNode): void {
    this.#histograms.release(leaf.histogram)
    leaf.histogram = undefined
  }

  #count(leaf: TreeNode, rows: Int32Array, words: readonly number[], unit: number): void {
    const { from, to } = leaf
    const { gradient, packed } = this.#derivatives
    // A root of all rows has them in order.
    if (to - from === this.#bins.length) {
      leaf.histogram = this.#histograms.count(words, undefined, this.#derivatives, unit)
      return
    }
    const ordered = this.#ordered
    for (let i = from; i < to; i++) {
      const row = rows[i]
      ordered.gradient[i - from] = gradient[row]
      ordered.packed[i - from] = packed[row]
    }
    leaf.histogram = this.#histograms.count(words, rows.subarray(from, to), ordered, unit)
  }

  /** Histograms of the children that may be split; the larger child takes over the parent's. */
  #countChildren(
    parent: TreeNode,
    children: readonly [TreeNode, TreeNode],
    rows: Int32Array,
    words: readonly number[],
    unit: number,
  ): void {
    const [smaller, larger] = children.toSorted((a, b) => a.sums.rows - b.sums.rows)
    if (!this.#mayBeSplit(larger)) return this.#release(parent)
    this.#count(smaller, rows, words, unit)
    subtractHistogram(parent.histogram!, smaller.histogram!)
    larger.histogram = parent.histogram
    parent.histogram = undefined
    if (!this.#mayBeSplit(smaller)) this.#release(smaller)
  }

  /** Partitions the rows by the split, stable on both sides. */
  #split({ from, to, depth, sums, split }: TreeNode, rows: Int32Array): [TreeNode, TreeNode] {
    const { column, bin, nullsLeft, left } = split!
    const word = this.#bins.words[Math.floor(column / PER_WORD)]
    const shift = 8 * (column % PER_WORD)
    const isLeft = Uint8Array.from({ length: NULL_BIN + 1 }, (_, at) => Number(at === NULL_BIN ? nullsLeft : at <= bin))
    const moved = this.#moved
    let middle = from
    let right = 0
    // Branch-free: each row is written to both sides and counted on one. A branch would be mispredicted for half of all rows.
    for (let i = from; i < to; i++) {
      const row = rows[i]
      const goesLeft = isLeft[(word[row] >>> shift) & 255]
      rows[middle] = row
      moved[right] = row
      middle += goesLeft
      right += 1 - goesLeft
    }
    rows.set(moved.subarray(0, right), middle)
    const rest = { gradient: sums.gradient - left.gradient, hessian: sums.hessian - left.hessian, rows: sums.rows - left.rows }
    return [
      { from, to: middle, depth: depth + 1, sums: left },
      { from: middle, to, depth: depth + 1, sums: rest },
    ]
  }
}

/** Index of the leaf with the greatest gain; the first of equal ones. */
function indexOfBest(leaves: readonly TreeNode[]): number {
  let best = 0
  for (let i = 1; i < leaves.length; i++) if (leaves[i].split!.gain > leaves[best].split!.gain) best = i
  return best
}

/** Leaf value: the second-order minimum of the loss, times the learning rate. */
export const leafValue = ({ sums }: TreeNode, { ridge, learningRate }: GrowRules): number =>
  sums.hessian + ridge > 0 ? (-learningRate * sums.gradient) / (sums.hessian + ridge) + 0 : 0

/** Leaves below a node, left to right. */
export const treeLeaves = (node: TreeNode): TreeNode[] => (node.children ? node.children.flatMap(treeLeaves) : [node])

/** The tree in preorder. A cut behind all values has the greatest double as threshold. */
export function grownTreeIR(root: TreeNode, { cuts }: BinnedColumns, rules: GrowRules): TreeIR {
  const tree = { input: [] as number[], value: [] as number[], right: [] as number[], nullsLeft: [] as number[] }
  const add = (node: TreeNode): void => {
    const at = tree.input.length
    const { split, children } = node
    tree.input.push(children ? split!.column : -1)
    tree.value.push(children ? (cuts[split!.column][split!.bin] ?? Number.MAX_VALUE) : leafValue(node, rules))
    tree.right.push(0)
    tree.nullsLeft.push(Number(children !== undefined && split!.nullsLeft))
    if (!children) return
    add(children[0])
    tree.right[at] = tree.input.length
    add(children[1])
  }
  add(root)
  return tree
}
