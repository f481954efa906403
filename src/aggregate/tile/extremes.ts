/** The least or the greatest value of a tile. */
import type { TypeIR, Value } from '../../define/ir/ir.ts'
import { compareValues, delivered, none, physicalAt, type TileAggregate } from './tile.ts'

/** A tile aggregate of the least value (`sign` 1) or the greatest (−1). */
export const extremeTiles = (sign: 1 | -1, input: TypeIR | undefined): TileAggregate<Value> => ({
  lift: ({ value }) => value,
  merge: (left, right) => (sign * compareValues(left, right) <= 0 ? left : right),
  finalize: value => (value === undefined ? none : { value: delivered(value, input) }),
  encode: value => [value],
  decode: cells => (cells[0] === null ? undefined : physicalAt(cells, 0)),
  cells: sql => [sign === 1 ? sql.min(sql.input) : sql.max(sql.input)],
})
