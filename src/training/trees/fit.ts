/**
 * Gradient boosting (Friedman 2001) on binned columns: each tree is grown on the derivatives of the loss at the sum of the trees before it.
 *
 * The same rows, options and seed give the same file, byte for byte. Without row samples and weights the order of rows does not matter
 * either (up to TREE_BIN_ROWS rows). Costs per tree about rows · columns · (1 + depth / 2) histogram additions. Memory: one byte per value,
 * and histograms.
 */
import { SpillwayError, limits, random, type Random } from '../../base/index.ts'
import type { TreeIR } from '../../define/ir/index.ts'
import { checksumOf, TREES_FORMAT, TREES_VERSION, type TreesFile } from '../../define/model/index.ts'
import { addTree, treeOf } from '../../model/index.ts'
import { checkClasses, trainingTable, untrainable, type TrainingRows, type TrainingTable } from '../input/training-table.ts'
import { binColumns, BINS, type BinnedColumns } from './bins.ts'
import { packHessians, roundToGrid } from './grid.ts'
import { TreeGrower, treeLeaves, grownTreeIR, leafValue, type TreeNode } from './grow.ts'
import { BIN_BYTES, HistogramPool } from './histogram.ts'
import { lossOf, type BoostingLoss } from './loss.ts'
import { treesSettings, type TreesSettings, type TreesOptions } from './options.ts'

/** A fitted ensemble of trees. */
export interface TreesFit<Names extends string = string> {
  readonly kind: 'trees'
  /** The file that the score `trees` takes: plain JSON. */
  readonly file: TreesFile<Names>
  /** Total decrease of the loss by splits on each input. */
  readonly gains: Readonly<Record<Names, number>>
  /** Inputs with one value in all rows; no tree uses them. */
  readonly constant: readonly Names[]
  /** With `validation`: its mean loss after each round, dropped rounds included. */
  readonly losses?: readonly number[]
}

/**
 * Fits gradient-boosted trees on rows, in columns of one value per row.
 *
 * Source: Friedman 2001, Greedy function approximation: a gradient boosting machine.
 * @throws `SPILL_TRAINING` for rows that cannot be fitted and options out of bounds, `SPILL_LIMIT` for too many rows, columns or leaves.
 * @example
 *   fitTrees({ columns: { x: Float64Array.of(0, 1, 2, 3) }, labels: [0, 0, 1, 1] }, { minRows: 1 }).file
 */
export function fitTrees<Names extends string>(rows: TrainingRows<Names>, options: TreesOptions<Names> = {}): TreesFit<Names> {
  const settings = treesSettings(options)
  const table = trainingTable(rows)
  const loss = lossOf(settings.loss)
  if (settings.loss === 'logistic') checkClasses(table)
  const bins = binColumns(table.columns, table.length, settings.bins)
  checkMemory(bins, settings)
  const base = loss.base(table)
  const stopping = options.validation && earlyStopping(loss, base, validationOf(table, options.validation, settings), settings.patience)
  const { trees, gains } = boost({ table, bins, loss, base, settings, stopping })
  const file = {
    format: TREES_FORMAT,
    version: TREES_VERSION,
    link: loss.link,
    base,
    inputs: Object.fromEntries(table.names.map((name, i) => [name, i])) as Record<Names, number>,
    trees,
  }
  return {
    kind: 'trees',
    file: { ...file, checksum: checksumOf(file) },
    gains: Object.fromEntries(table.names.map((name, i) => [name, gains[i]])) as Record<Names, number>,
    constant: table.names.filter((_, i) => isConstant(bins, table, i)),
    ...(stopping && { losses: stopping.losses }),
  }
}

interface Boosting {
  readonly table: TrainingTable
  readonly bins: BinnedColumns
  readonly loss: BoostingLoss
  readonly base: number
  readonly settings: TreesSettings
  readonly stopping: EarlyStopping | undefined
}

function boost({ table, bins, loss, base, settings, stopping }: Boosting): { trees: TreeIR[]; gains: Float64Array } {
  const { length, columns } = table
  const gradient = new Float64Array(length)
  const hessian = new Float64Array(length)
  const grower = new TreeGrower(bins, settings, new HistogramPool(bins), { gradient, packed: hessian })
  const z = new Float64Array(length).fill(base)
  const gains = new Float64Array(columns.length)
  const next = random(settings.seed)
  const draws = settings.rowShare < 1 || settings.columnShare < 1
  const weightedRows = countedRows(table)
  const rows = new Int32Array(weightedRows.length)
  const trees: TreeIR[] = []
  for (let round = 0; round < settings.rounds; round++) {
    loss.derive(table, z, gradient, hessian)
    roundToGrid(gradient)
    const unit = packHessians(hessian)
    const drawn = drawRows(weightedRows, rows, settings.rowShare, next)
    const root = grower.grow(drawn, drawColumns(columns.length, settings.columnShare, next), unit)
    // A later draw may find a split; the same rows and columns would not.
    if (!root.children && !draws) break
    if (!root.children) continue
    const tree = grownTreeIR(root, bins, settings)
    trees.push(tree)
    addGains(root, gains)
    if (drawn.length === length) for (const leaf of treeLeaves(root)) addLeaf(z, drawn, leaf, leafValue(leaf, settings))
    else addTree(treeOf(tree), columns, z, length)
    if (stopping?.isOver(tree)) break
  }
  return { trees: trees.slice(0, stopping?.best ?? trees.length), gains }
}

function addLeaf(z: Float64Array, rows: Int32Array, { from, to }: TreeNode, value: number): void {
  for (let i = from; i < to; i++) z[rows[i]] += value
}

function addGains({ split, children }: TreeNode, gains: Float64Array): void {
  if (!children) return
  gains[split!.column] += split!.gain
  for (const child of children) addGains(child, gains)
}

/** Rows with a weight above 0, ascending. */
function countedRows({ length, weights }: TrainingTable): Int32Array {
  const rows = Int32Array.from({ length }, (_, row) => row)
  return weights ? rows.filter(row => weights[row] > 0) : rows
}

/** Draws each row with probability `share`, into the array given. */
function drawRows(from: Int32Array, into: Int32Array, share: number, next: Random): Int32Array {
  if (share === 1) {
    into.set(from)
    return into
  }
  let count = 0
  for (const row of from) if (next() < share) into[count++] = row
  return into.subarray(0, count)
}

/** Draws a share of the columns, at least one, ascending (a partial Fisher–Yates shuffle). */
function drawColumns(count: number, share: number, next: Random): number[] {
  const columns = Array.from({ length: count }, (_, i) => i)
  if (share === 1) return columns
  const drawnCount = Math.max(1, Math.round(share * count))
  for (let i = 0; i < drawnCount && i < count; i++) {
    const other = i + Math.floor(next() * (count - i))
    ;[columns[i], columns[other]] = [columns[other], columns[i]]
  }
  return columns.slice(0, drawnCount).toSorted((a, b) => a - b)
}

function validationOf<Names extends string>(
  table: TrainingTable<Names>,
  rows: TrainingRows<Names>,
  { loss }: TreesSettings,
): TrainingTable {
  for (const name of table.names) if (!(name in rows.columns)) untrainable(`fitTrees: validation has no column '${name}'`)
  const columns = Object.fromEntries(table.names.map(name => [name, rows.columns[name]]))
  const validation = trainingTable({ ...rows, columns: columns as Record<Names, Float64Array> })
  if (loss === 'logistic') checkClasses(validation)
  return validation
}

function checkMemory({ words }: BinnedColumns, { leaves }: TreesSettings): void {
  const bytes = words.length * 4 * BINS * BIN_BYTES * leaves
  if (bytes > limits.TREE_HISTOGRAM_BYTES_MAX)
    throw new SpillwayError(
      'SPILL_LIMIT',
      `${leaves} leaves of ${words.length * 4} columns need ${bytes} bytes of histograms, more than ${limits.TREE_HISTOGRAM_BYTES_MAX} (TREE_HISTOGRAM_BYTES_MAX); ask for fewer leaves`,
    )
}

/** True without two different values, NULL being a value. */
const isConstant = ({ cuts }: BinnedColumns, { columns }: TrainingTable, i: number): boolean =>
  cuts[i].length === 0 && (columns[i].every(Number.isNaN) || !columns[i].some(Number.isNaN))

/** Early stopping: tracks the loss on validation rows. */
interface EarlyStopping {
  /** Validation loss after each tree. */
  readonly losses: readonly number[]
  /** Number of trees with the least loss; the first of equal ones. */
  readonly best: number
  /** Adds a tree; true if boosting should stop. */
  isOver(tree: TreeIR): boolean
}

function earlyStopping(loss: BoostingLoss, base: number, rows: TrainingTable, patience: number): EarlyStopping {
  const losses: number[] = []
  const z = new Float64Array(rows.length).fill(base)
  let best = 0
  let least = loss.mean(rows, z)
  return {
    losses,
    get best() {
      return best
    },
    isOver(tree) {
      addTree(treeOf(tree), rows.columns, z, rows.length)
      const mean = loss.mean(rows, z)
      losses.push(mean)
      if (mean < least) {
        least = mean
        best = losses.length
      }
      return losses.length - best >= patience
    },
  }
}
