/** Limits on the length of texts, in bytes of UTF-8. A longer text rejects its record and nothing else. */
import { limits } from '../base/index.ts'
import type { TextLimits } from '../columns/index.ts'
import type { ColumnIR, SourceIR } from '../define/ir/index.ts'
import { Fault } from './rejection.ts'

/** Most bytes of UTF-8 for one UTF-16 unit. */
const BYTES_A_UNIT = 3

/** A source, or a request whose fields are its columns. */
type Bounded = Pick<SourceIR, 'key'> & Partial<Pick<SourceIR, 'id' | 'identity'>>

/** The column's own limit; by default `KEY_BYTES_MAX` for keys, ids, identity fields and entities, `TEXT_BYTES_MAX` for other texts. */
export function textBytesMax({ key, id, identity }: Bounded, { name, entity, maxBytes }: ColumnIR): number {
  if (maxBytes !== undefined) return maxBytes
  const isKey = name === key || name === id || entity !== undefined || identity?.includes(name) === true
  return isKey ? limits.KEY_BYTES_MAX : limits.TEXT_BYTES_MAX
}

/** Fault of a record with a new text when the string table is full. */
export const noRoomFault = ({ texts, bytes }: TextLimits): Fault =>
  new Fault(
    `it has a new text, and keys and string features have as many as a run keeps: ${texts} (RUN_STRINGS_MAX), or ${bytes} bytes (RUN_STRINGS_BYTES_MAX)`,
    'limit',
  )

/** The column with its text limit set; a column of another type unchanged. */
export const boundedText = (source: Bounded, column: ColumnIR): ColumnIR =>
  column.type === 'string' ? { ...column, maxBytes: textBytesMax(source, column) } : column

/** True if a well-formed text has more than `max` bytes. Only texts near the limit are measured; for the others the length decides. */
export function hasMoreBytes(text: string, max: number): boolean {
  if (text.length * BYTES_A_UNIT <= max) return false
  return text.length > max || Buffer.byteLength(text) > max
}
