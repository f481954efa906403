/** Parses keys as people and URLs write them. */
import { SpillwayError, limits } from '../../base/index.ts'
import type { ColumnIR } from '../../define/ir/index.ts'
import { fieldReader } from '../../intake/index.ts'

/**
 * A parser for a key column: text to physical value, exactly. It allows any length, since a logged event may precede the bounds of its
 * source. The parser throws `SPILL_KEY` for a text of another type.
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
    if (typeof value === 'object') throw new SpillwayError('SPILL_KEY', `no key: ${value.detail}`)
    return typeof value === 'string' ? idOf(value) : value
  }
}
