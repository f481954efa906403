import { limits } from '../../src/base/limits.ts'
import type { RowMap } from '../../src/intake/mapping.ts'

/** A source's map, and how many outcomes its records must have: one for each row, and one for a record that gives none. */
export class SpyMap {
  outcomes = 0
  readonly #map: RowMap

  constructor(map: RowMap) {
    this.#map = map
  }

  readonly call: RowMap = record => {
    this.outcomes++
    const rows = this.#map(record)
    if (Array.isArray(rows) && rows.length > 1 && rows.length <= limits.MAP_ROWS_MAX) this.outcomes += rows.length - 1
    return rows
  }
}
