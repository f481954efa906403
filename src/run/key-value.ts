/** Keys as people and addresses write them. */
import { SpillwayError } from '../base/errors.ts'
import type { ColumnIR } from '../define/ir.ts'
import { fieldReader } from '../intake/field.ts'

/**
 * A key column's physical value from text, exactly. Bounds are the door's: an event in the log may be from before they were. Throws `SPILL_INPUT` for a text
 * that is none of the column's type.
 */
export function keyValue({ name, type, scale, zone }: ColumnIR, text: string, idOf: (text: string) => number): number {
  const column: ColumnIR = { name, type, nullable: false, ...(scale !== undefined && { scale }), ...(zone !== undefined && { zone }) }
  const value = fieldReader(column, { text: true, zoneless: false })(text)
  if (typeof value === 'object') throw new SpillwayError('SPILL_INPUT', `no key: ${value.detail}`)
  return typeof value === 'string' ? idOf(value) : value
}
