/**
 * Reads messages of a Protobuf file as plain records. Source: protobuf.dev, "Encoding".
 *
 * The last value of a field counts; parts of a message that come several times are merged. A field of an unexpected wire type is passed,
 * like one that the message does not have. A field that is not set has its default, unless a reader can tell: then the record lacks it. A
 * value that an open enum does not name is its number, of a closed one it counts as not set.
 */
import { type ProtoField, type ProtoFieldType, type ProtoFile, type ProtoMessage, protoTypeText } from '../../../schema/index.ts'
import { type BinaryCursor, setOwn } from '../binary-cursor.ts'
import { MalformedValue } from '../../records/malformed-value.ts'
import { int32, readTag, scalarReaders, skipField, statedDefault, wireTypes } from './scalar-types.ts'
import { wellKnownConversion, wellKnownMessages } from './well-known.ts'

type Fields = Record<string, unknown>

/** Value of a closed enum that it does not name. */
const UNNAMED = Symbol('unnamed')

/** Reads one value of a type. */
export interface ProtoTypeReader {
  readonly wire: number
  readonly read: (cursor: BinaryCursor) => unknown
  /** Value of a plain field that is not set. */
  readonly zero: unknown
  /** The message of a message type. */
  readonly message?: MessageReader
}

interface FieldReader {
  readonly field: ProtoField
  readonly place: string
  readonly type: ProtoTypeReader
  /** Names of the other fields of its `oneof`. */
  readonly rivals: readonly string[]
  /** Makes the value of a record without the field; `undefined` if the record lacks it too. */
  readonly absent: (() => unknown) | undefined
}

/** Compiles each message of a file once; messages may contain each other. */
export class ProtobufReaders {
  readonly #readers = new Map<ProtoMessage, MessageReader>()
  readonly #hasClosedEnums: boolean

  constructor({ isProto2 }: Pick<ProtoFile, 'isProto2'>) {
    this.#hasClosedEnums = isProto2
  }

  of(message: ProtoMessage): MessageReader {
    const reader = this.#readers.get(message) ?? new MessageReader(message, this)
    this.#readers.set(message, reader)
    return reader
  }

  typeReader(type: ProtoFieldType, place: string): ProtoTypeReader {
    switch (type.kind) {
      case 'scalar':
        return scalarReaders[type.name]
      case 'enum': {
        const symbols = new Map(type.values.numbers.map((number, i) => [number, type.values.symbols[i]] as const).reverse())
        const symbolOf = (number: number): unknown => symbols.get(number) ?? (this.#hasClosedEnums ? UNNAMED : number)
        return { wire: wireTypes.varint, read: cursor => symbolOf(int32(cursor.unsigned())), zero: symbolOf(0) }
      }
      case 'message':
        return messageType(this.of(type.message))
      case 'imported': {
        const message = wellKnownMessages.get(type.name)
        if (!message) throw new MalformedValue(`'${place}' is ${protoTypeText(type)} of another file, which is not supported`)
        return messageType(this.of(message))
      }
      default:
        return mapType(scalarReaders[type.key], this.typeReader(type.value, place))
    }
  }
}

const messageType = (message: MessageReader): ProtoTypeReader => ({
  wire: wireTypes.bytes,
  message,
  read: cursor => message.finish(message.mergeSized({}, cursor), cursor),
  zero: undefined,
})

/** An entry of a map: a message of a key and a value. */
function mapType(key: ProtoTypeReader, value: ProtoTypeReader): ProtoTypeReader {
  const read = (cursor: BinaryCursor): unknown => {
    let entry: [unknown, unknown] = [key.zero, undefined]
    readSized(cursor, () => {
      while (cursor.remaining > 0) {
        const { number, wire } = readTag(cursor)
        if (number === 1 && wire === key.wire) entry = [key.read(cursor), entry[1]]
        else if (number === 2 && wire === value.wire) entry = [entry[0], value.read(cursor)]
        else skipField(cursor, number, wire)
      }
    })
    if (entry[1] !== undefined) return entry
    return [entry[0], value.message ? value.message.finish({}, cursor) : value.zero]
  }
  return { wire: wireTypes.bytes, read, zero: undefined }
}

/** Reads a part behind its length. */
function readSized(cursor: BinaryCursor, read: () => void): void {
  const length = cursor.size(cursor.unsigned())
  const start = cursor.advance(length)
  const { end } = cursor
  cursor.at = start
  cursor.end = start + length
  cursor.descend()
  read()
  cursor.ascend()
  cursor.end = end
}

class MessageReader {
  readonly #message: ProtoMessage
  readonly #readers: ProtobufReaders
  readonly #convert: ReturnType<typeof wellKnownConversion>
  #fields: ReadonlyMap<number, FieldReader> | undefined

  constructor(message: ProtoMessage, readers: ProtobufReaders) {
    this.#message = message
    this.#readers = readers
    this.#convert = wellKnownConversion(message.fullName)
  }

  /** Compiled at the first use, when all messages are known. */
  #compiled(): ReadonlyMap<number, FieldReader> {
    return (this.#fields ??= new Map(this.#message.fields.map(field => [field.number, this.#fieldReader(field)])))
  }

  #fieldReader(field: ProtoField): FieldReader {
    const { name, oneof, type } = field
    const place = `${this.#message.name}.${name}`
    const rivals = this.#message.fields.filter(other => oneof !== undefined && other.oneof === oneof && other !== field)
    const reader = this.#readers.typeReader(type, place)
    return { field, place, type: reader, rivals: rivals.map(other => other.name), absent: absentValue(field, reader) }
  }

  /** Merges the message behind its length into `fields`. */
  mergeSized(fields: Fields, cursor: BinaryCursor): Fields {
    readSized(cursor, () => this.merge(fields, cursor))
    return fields
  }

  /** Merges the rest of the bytes into `fields`. */
  merge(fields: Fields, cursor: BinaryCursor): Fields {
    const readers = this.#compiled()
    while (cursor.remaining > 0) {
      const { number, wire } = readTag(cursor)
      const reader = readers.get(number)
      cursor.field = reader?.place ?? this.#message.name
      if (!reader || !mergeField(reader, fields, cursor, wire)) skipField(cursor, number, wire)
    }
    return fields
  }

  /** The value of a message whose bytes are all merged. */
  finish(fields: Fields, cursor: BinaryCursor): unknown {
    const readers = this.#compiled()
    cursor.spend(readers.size + 1)
    for (const { field, type, absent } of readers.values()) {
      const { name, label } = field
      if (!Object.hasOwn(fields, name)) {
        if (label === 'required') cursor.fail(`message '${this.#message.name}' lacks its required field '${name}'`)
        if (absent) setOwn(fields, name, absent())
      } else if (type.message && label !== 'repeated') setOwn(fields, name, type.message.finish(fields[name] as Fields, cursor))
    }
    return this.#convert ? this.#convert(fields, cursor) : fields
  }
}

/** Makes the value of a field that is not set: each record has a list or map of its own. */
function absentValue(field: ProtoField, type: ProtoTypeReader): FieldReader['absent'] {
  if (field.type.kind === 'map') return () => ({})
  if (field.label === 'repeated') return () => []
  const value = statedValue(field, type)
  return value === undefined ? undefined : () => value
}

/** Value of a single field that is not set: its default, or zero; `undefined` if a reader can tell that it is not set. */
export function statedValue({ type, hasPresence, default: fallback }: ProtoField, { zero }: ProtoTypeReader): unknown {
  if (fallback === undefined) return hasPresence ? undefined : zero
  return type.kind === 'scalar' ? statedDefault(type.name, fallback) : fallback
}

/** Merges the value of a field. Returns false if the wire type is not that of the field, before anything is read. */
function mergeField({ field, type, rivals }: FieldReader, fields: Fields, cursor: BinaryCursor, wire: number): boolean {
  const { name, label } = field
  const isPacked = label === 'repeated' && wire === wireTypes.bytes && type.wire !== wireTypes.bytes
  if (wire !== type.wire && !isPacked) return false
  const own = Object.hasOwn(fields, name) ? fields[name] : undefined
  if (field.type.kind === 'map') {
    const map = (own ?? {}) as Fields
    const [key, value] = type.read(cursor) as [unknown, unknown]
    if (value !== UNNAMED) setOwn(map, String(key), value)
    setOwn(fields, name, map)
  } else if (label === 'repeated') {
    const list = (own ?? []) as unknown[]
    const add = (): void => {
      const value = type.read(cursor)
      if (value !== UNNAMED) list.push(value)
    }
    if (isPacked) readPacked(cursor, add)
    else add()
    setOwn(fields, name, list)
  } else {
    const value = type.message ? type.message.mergeSized((own ?? {}) as Fields, cursor) : type.read(cursor)
    if (value === UNNAMED) return true
    for (const rival of rivals) delete fields[rival]
    setOwn(fields, name, value)
  }
  return true
}

/** Reads the values of a packed list. */
export const readPacked = (cursor: BinaryCursor, read: () => void): void =>
  readSized(cursor, () => {
    while (cursor.remaining > 0) read()
  })
