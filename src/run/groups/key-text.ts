/** Keys as people and addresses write them. */
import { SpillwayError } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import type { ColumnIR } from '../../define/ir/ir.ts'
import { fieldReader } from '../../intake/field.ts'

/**
 * Reads a key column's physical value from text, exactly. Bounds are the door's: an event in the log may be from before they were. What it gives throws
 * `SPILL_INPUT` for a text that is none of the column's type.
 */
export function keyReader({ name, type, scale, zone }: ColumnIR, idOf: (text: string) => number): (text: string) => number {
  const column: ColumnIR = {
    name,
    type,
    nullable: false,
    maxBytes: limits.LINE_BYTES_MAX,
    ...(scale !== undefined && { scale }),
    ...(zone !== undefined && { zone }),
  }
  const read = fieldReader(column, { text: true, zoneless: false })
  return text => {
    const value = read(text)
    if (typeof value === 'object') throw new SpillwayError('SPILL_INPUT', `no key: ${value.detail}`)
    return typeof value === 'string' ? idOf(value) : value
  }
}
