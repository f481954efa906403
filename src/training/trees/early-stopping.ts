/** Early stopping: selects the number of trees with the least loss on validation rows. */
import type { TreeIR } from '../../define/ir/index.ts'
import { addTree, treeOf } from '../../model/index.ts'
import type { TrainingTable } from '../table/table.ts'
import type { BoostingLoss } from './loss.ts'

/** Tracks the validation loss. */
export class EarlyStopping {
  /** Validation loss after each tree. */
  readonly losses: number[] = []
  /** Number of trees with the least loss; the first of equal ones. */
  best = 0
  readonly #loss: BoostingLoss
  readonly #rows: TrainingTable
  readonly #patience: number
  readonly #z: Float64Array
  #least: number

  constructor(loss: BoostingLoss, base: number, rows: TrainingTable, patience: number) {
    this.#loss = loss
    this.#rows = rows
    this.#patience = patience
    this.#z = new Float64Array(rows.length).fill(base)
    this.#least = loss.mean(rows, this.#z)
  }

  /** Adds a tree; true if boosting should stop. */
  isOver(tree: TreeIR): boolean {
    addTree(treeOf(tree), this.#rows.columns, this.#z, this.#rows.length)
    const loss = this.#loss.mean(this.#rows, this.#z)
    this.losses.push(loss)
    if (loss < this.#least) {
      this.#least = loss
      this.best = this.losses.length
    }
    return this.losses.length - this.best >= this.#patience
  }
}
