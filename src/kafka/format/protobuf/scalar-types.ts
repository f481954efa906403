/** Scalars of Protobuf on the wire, and the defaults of fields that are not set. */
import type { ProtoScalar } from '../../../schema/index.ts'
import type { BinaryCursor } from '../binary-cursor.ts'

/** Types of fields on the wire, the low three bits of a tag. */
export const wireTypes = { varint: 0, fixed64: 1, bytes: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const

export interface ScalarReader {
  readonly wire: number
  readonly read: (cursor: BinaryCursor) => unknown
  /** Value of a plain field that is not set. */
  readonly zero: unknown
}

/** The low 32 bits, signed. */
export const int32 = (value: number | bigint): number => (typeof value === 'number' ? value | 0 : Number(BigInt.asIntN(32, value)))

function sint32(cursor: BinaryCursor): number {
  const bits = int32(cursor.unsigned())
  return (bits >>> 1) ^ -(bits & 1)
}

const ofVarint = (read: ScalarReader['read'], zero: unknown = 0): ScalarReader => ({ wire: wireTypes.varint, read, zero })

/** Readers by type. Integers beyond 2^53 are bigints; bytes are Base64, as in Protobuf's JSON. */
export const scalarReaders: Readonly<Record<ProtoScalar, ScalarReader>> = {
  double: { wire: wireTypes.fixed64, read: cursor => cursor.double(), zero: 0 },
  float: { wire: wireTypes.fixed32, read: cursor => cursor.float(), zero: 0 },
  int32: ofVarint(cursor => int32(cursor.unsigned())),
  int64: ofVarint(cursor => cursor.signed()),
  uint32: ofVarint(cursor => int32(cursor.unsigned()) >>> 0),
  uint64: ofVarint(cursor => cursor.unsigned()),
  sint32: ofVarint(sint32),
  sint64: ofVarint(cursor => cursor.zigzag()),
  fixed32: { wire: wireTypes.fixed32, read: cursor => cursor.fixed32(), zero: 0 },
  fixed64: { wire: wireTypes.fixed64, read: cursor => cursor.fixed64(), zero: 0 },
  sfixed32: { wire: wireTypes.fixed32, read: cursor => cursor.fixed32() | 0, zero: 0 },
  sfixed64: { wire: wireTypes.fixed64, read: cursor => cursor.signedFixed64(), zero: 0 },
  bool: ofVarint(cursor => Number(cursor.unsigned()) !== 0, false),
  string: { wire: wireTypes.bytes, read: cursor => cursor.text(cursor.size(cursor.unsigned())), zero: '' },
  bytes: { wire: wireTypes.bytes, read: cursor => cursor.view(cursor.size(cursor.unsigned())).toString('base64'), zero: '' },
}

/** Passes the value of a field that the reader does not have. */
export function skipField(cursor: BinaryCursor, number: number, wire: number): void {
  switch (wire) {
    case wireTypes.varint:
      cursor.unsigned()
      return
    case wireTypes.fixed64:
      cursor.advance(8)
      return
    case wireTypes.bytes:
      cursor.advance(cursor.size(cursor.unsigned()))
      return
    case wireTypes.fixed32:
      cursor.advance(4)
      return
    case wireTypes.startGroup:
      return skipGroup(cursor, number)
    default:
      cursor.fail(`field ${number} has the wire type ${wire}, which cannot be there`)
  }
}

function skipGroup(cursor: BinaryCursor, group: number): void {
  cursor.descend()
  for (;;) {
    const { number, wire } = readTag(cursor)
    if (wire !== wireTypes.endGroup) skipField(cursor, number, wire)
    else if (number === group) break
    else cursor.fail(`group ${group} ends as group ${number}`)
  }
  cursor.ascend()
}

/** Reads the number and the wire type of the next field. */
export function readTag(cursor: BinaryCursor): { readonly number: number; readonly wire: number } {
  const tag = cursor.unsigned()
  if (typeof tag !== 'number' || tag >= 2 ** 32) cursor.fail(`${tag} is no tag of a field`)
  const number = tag >>> 3
  if (number === 0) cursor.fail('a field has the number 0')
  return { number, wire: tag & 7 }
}

/** The default that a file of proto2 states for a field. `text` is as written there. */
export function statedDefault(type: ProtoScalar, text: string): unknown {
  if (type === 'bool') return text === 'true'
  if (type === 'string') return unquoted(text).toString('utf8')
  if (type === 'bytes') return unquoted(text).toString('base64')
  if (type === 'double' || type === 'float') {
    const value = /^-?(?:inf|nan)$/.test(text) ? Number(text.replace('inf', 'Infinity')) : Number(text.replace(/f$/i, ''))
    return type === 'float' ? Math.fround(value) : value
  }
  const digits = text.replace('-', '')
  const magnitude = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits)
  const value = text.startsWith('-') ? -magnitude : magnitude
  return Number.isSafeInteger(Number(value)) ? Number(value) : value
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', a: '\u0007', b: '\b', f: '\f', v: '\v' }

/** The bytes of a quoted text, with the escapes of C. */
function unquoted(text: string): Buffer {
  const parts = text.slice(1, -1).matchAll(/\\(?:x([\da-fA-F]{1,2})|([0-7]{1,3})|([^]))|[^\\]+/gu)
  return Buffer.concat(
    Array.from(parts, ([plain, hex, octal, letter]) => {
      if (hex !== undefined) return Buffer.from([Number.parseInt(hex, 16)])
      if (octal !== undefined) return Buffer.from([Number.parseInt(octal, 8) & 0xff])
      return Buffer.from(letter === undefined ? plain : (escapes[letter] ?? letter))
    }),
  )
}
