/**
 * Removes fields of a JSON object by name, in its bytes: every other field stays as it was written, digit by digit.
 *
 * One pass over the bytes (about 1 ns each) finds the fields. An object that has one of the names is parsed as well: bytes that are no JSON
 * stay as they are, also where the fault is within a removed field.
 */
import { isUtf8 } from 'node:buffer'
import { closingQuote } from '../../intake/index.ts'

const [QUOTE, COLON, COMMA, OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = Buffer.from('":,{}[]')

/** Offsets of a field of the object itself: its quoted name, its colon, and the comma or brace behind its value. */
interface FieldRange {
  readonly start: number
  readonly colon: number
  readonly end: number
}

/** The object without its fields of these names; the same bytes if it has none of them, or is no JSON. */
export function withoutFields(object: Buffer, names: ReadonlySet<string>): Buffer {
  const fields = fieldsOf(object)
  const quotedName = ({ start, colon }: FieldRange): string => object.toString('utf8', start, colon).trimEnd()
  // A name with an escape may be any name.
  const mayBeNamed = (text: string): boolean => text.includes('\\') || names.has(text.slice(1, -1))
  if (!fields.some(field => mayBeNamed(quotedName(field))) || !isJson(object)) return object
  const others = fields.filter(field => !names.has(JSON.parse(quotedName(field)) as string))
  if (others.length === fields.length) return object
  const parts = others.flatMap(({ start, end }, i) => [...(i > 0 ? [Buffer.of(COMMA)] : []), object.subarray(start, end)])
  return Buffer.concat([Buffer.of(OPEN_OBJECT), ...parts, Buffer.of(CLOSE_OBJECT)])
}

/** The fields of an object. For invalid JSON the result is meaningless but harmless. */
function fieldsOf(object: Buffer): FieldRange[] {
  const fields: FieldRange[] = []
  let depth = 0
  let quoteAt = 0
  let name: Pick<FieldRange, 'start' | 'colon'> | undefined
  const endField = (end: number): void => {
    if (name) fields.push({ ...name, end })
    name = undefined
  }
  for (let i = 0; i < object.length; i++) {
    const byte = object[i]
    if (byte === QUOTE) {
      quoteAt = i
      i = closingQuote(object, i + 1, object.length)
    } else if (byte === COLON && depth === 1) name = { start: quoteAt, colon: i }
    else if (byte === COMMA && depth === 1) endField(i)
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++
    else if ((byte === CLOSE_OBJECT || byte === CLOSE_LIST) && --depth === 0) endField(i)
  }
  return fields
}

function isJson(bytes: Buffer): boolean {
  if (!isUtf8(bytes)) return false
  try {
    JSON.parse(bytes.toString('utf8'))
    return true
  } catch {
    return false
  }
}
