/** A least-recently-used cache of group columns, bounded by bytes. */
import type { FeatureColumn } from '../../../aggregate/index.ts'
import { limits } from '../../../base/index.ts'
import { featureColumnBytes, toSharedColumn } from './feature-columns.ts'

export type GroupColumns = readonly FeatureColumn[]

export class ColumnCache {
  readonly #bytesMax: number
  /** In order of use. */
  readonly #columns = new Map<string, GroupColumns>()
  #bytes = 0

  readonly #isShared: boolean

  /** `isShared`: in shared memory, for other threads. */
  constructor(bytesMax: number = limits.AUDIT_COLUMN_BYTES, isShared = false) {
    this.#bytesMax = bytesMax
    this.#isShared = isShared
  }

  getOrCompute(id: string, compute: () => GroupColumns): GroupColumns {
    const cached = this.#columns.get(id)
    const columns = cached ?? (this.#isShared ? compute().map(toSharedColumn) : compute())
    this.#columns.delete(id)
    this.#columns.set(id, columns)
    if (!cached) this.#add(sizeOf(columns))
    return columns
  }

  /** Evicts old columns; the newest stays, whatever its size. */
  #add(bytes: number): void {
    this.#bytes += bytes
    for (const [id, columns] of this.#columns) {
      if (this.#bytes <= this.#bytesMax || this.#columns.size === 1) return
      this.#columns.delete(id)
      this.#bytes -= sizeOf(columns)
    }
  }
}

const sizeOf = (columns: GroupColumns): number => columns.reduce((sum, column) => sum + featureColumnBytes(column), 0)
