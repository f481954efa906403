/** Columns of groups that were computed, up to so many bytes: those used longest ago are let go, and computed again where they are asked for once more. */
import type { FeatureColumn } from '../../../aggregate/aggregate.ts'
import { limits } from '../../../base/limits.ts'
import { bytesOf, featureShared } from './feature-columns.ts'

export type GroupColumns = readonly FeatureColumn[]

export class ColumnCache {
  readonly #bytesMax: number
  /** In the order of use. */
  readonly #columns = new Map<string, GroupColumns>()
  #bytes = 0

  readonly #isShared: boolean

  /** `isShared`: so that other threads can be given them. */
  constructor(bytesMax: number = limits.AUDIT_COLUMN_BYTES, isShared = false) {
    this.#bytesMax = bytesMax
    this.#isShared = isShared
  }

  of(id: string, compute: () => GroupColumns): GroupColumns {
    const known = this.#columns.get(id)
    const columns = known ?? (this.#isShared ? compute().map(featureShared) : compute())
    this.#columns.delete(id)
    this.#columns.set(id, columns)
    if (!known) this.#take(sizeOf(columns))
    return columns
  }

  /** The newest is kept, whatever its size. */
  #take(bytes: number): void {
    this.#bytes += bytes
    for (const [id, columns] of this.#columns) {
      if (this.#bytes <= this.#bytesMax || this.#columns.size === 1) return
      this.#columns.delete(id)
      this.#bytes -= sizeOf(columns)
    }
  }
}

const sizeOf = (columns: GroupColumns): number => columns.reduce((sum, column) => sum + bytesOf(column), 0)
