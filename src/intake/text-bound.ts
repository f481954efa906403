/** Bounds of texts: how many bytes of UTF-8 a text of a column may have. A text that is longer rejects its record, and nothing else. */
import { limits } from '../base/limits.ts'
import type { TextBounds } from '../columns/strings-room.ts'
import type { ColumnIR, SourceIR } from '../define/ir/ir.ts'
import { Fault } from './refusal.ts'

/** UTF-8 of one UTF-16 unit has at most so many bytes. */
const BYTES_A_UNIT = 3

/** A source, or a request, whose fields are its columns. */
type Bounded = Pick<SourceIR, 'key'> & Partial<Pick<SourceIR, 'id' | 'identity'>>

/** As the column says; otherwise `KEY_BYTES_MAX` for keys, ids, identity fields and entities, and `TEXT_BYTES_MAX` for any other text. */
export function textBytesMax({ key, id, identity }: Bounded, { name, entity, maxBytes }: ColumnIR): number {
  if (maxBytes !== undefined) return maxBytes
  const isKey = name === key || name === id || entity !== undefined || identity?.includes(name) === true
  return isKey ? limits.KEY_BYTES_MAX : limits.TEXT_BYTES_MAX
}

/** Of a record that has a new text, where there is no room for one more. */
export const noRoomFault = ({ texts, bytes }: TextBounds): Fault =>
  new Fault(
    `it has a new text, and keys and string features have as many as a run keeps: ${texts} (RUN_STRINGS_MAX), or ${bytes} bytes (RUN_STRINGS_BYTES_MAX)`,
    'limit',
  )

/** The column with the bound that its texts have; a column of another type as it is. */
export const boundedText = (of: Bounded, column: ColumnIR): ColumnIR =>
  column.type === 'string' ? { ...column, maxBytes: textBytesMax(of, column) } : column

/** Has a well-formed text more than so many bytes? A look at its length for nearly all of them: only a text near the bound is measured. */
export function hasMoreBytes(text: string, max: number): boolean {
  if (text.length * BYTES_A_UNIT <= max) return false
  return text.length > max || Buffer.byteLength(text) > max
}
