import { limits } from '../../src/base/limits.ts'
import type { RowMap } from '../../src/intake/column-mapping.ts'

export interface MapCounts {
  readonly outcomes: number
  readonly skips: number
  readonly calls: number
}

/** A source's map that counts the outcomes its records must have: one for each row, and one for a record without rows. */
export class SpyMap {
  outcomes = 0
  /** Records without rows among them. */
  skips = 0
  /** Records that it was called with. */
  calls = 0
  readonly #map: RowMap

  /** The counts so far. */
  get counts(): MapCounts {
    const { outcomes, skips, calls } = this
    return { outcomes, skips, calls }
  }

  since(before: MapCounts): MapCounts {
    return { outcomes: this.outcomes - before.outcomes, skips: this.skips - before.skips, calls: this.calls - before.calls }
  }

  constructor(map: RowMap) {
    this.#map = map
  }

  readonly call: RowMap = record => {
    this.outcomes++
    this.calls++
    const rows = this.#map(record)
    if (rows === null || rows === undefined || (Array.isArray(rows) && rows.length === 0)) this.skips++
    if (Array.isArray(rows) && rows.length > 1 && rows.length <= limits.MAP_ROWS_MAX) this.outcomes += rows.length - 1
    return rows
  }
}
