/** Counts of a tile: whole numbers that add up. */
import type { TileAggregate, TileSql, TileValue } from './tile.ts'
import { numberAt } from './tile.ts'

interface Counts {
  /** The number of counts. */
  readonly width: number
  /** Indices of the counts that an event adds to. */
  readonly of: (value: unknown) => readonly number[]
  readonly finalize: (counts: readonly number[]) => TileValue
  readonly cells: (sql: TileSql) => readonly string[]
}

/** A tile aggregate whose partial is a list of counts, all 0 over nothing. */
export const countTiles = ({ width, of, finalize, cells }: Counts): TileAggregate<readonly number[]> => ({
  lift({ value }) {
    const counts = new Array<number>(width).fill(0)
    for (const index of of(value)) counts[index]++
    return counts
  },
  merge: (left, right) => left.map((count, i) => count + right[i]),
  finalize: counts => finalize(counts ?? new Array<number>(width).fill(0)),
  encode: counts => counts,
  decode: read => Array.from({ length: width }, (_, i) => numberAt(read, i)),
  cells,
})
