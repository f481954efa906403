/** Decodes Protobuf values of one file: the place of the message in the file, then its bytes. */
import { parseProtobuf, type ProtoMessage } from '../../../schema/index.ts'
import { BinaryCursor } from '../binary-cursor.ts'
import { MalformedValue } from '../../records/malformed-value.ts'
import type { CellSource, CompiledSchema, DecodeCells } from '../value-format.ts'
import { readMessagePlace } from '../wire-format.ts'
import { protobufCells } from './protobuf-cells.ts'
import { ProtobufReaders } from './read-message.ts'

/**
 * The decoder of values that were written with the file `text`; with a source, also into its cells.
 *
 * @throws `SPILL_FORMAT` or `SPILL_LIMIT` for a file that cannot be read.
 */
export function protobufSchema(text: string, cellSource?: CellSource): CompiledSchema {
  const file = parseProtobuf(text)
  const top = [...file.messages.values()]
  const readers = new ProtobufReaders(file)
  const messageOf = (bytes: Buffer, start: number, end: number) => {
    const place = readMessagePlace(bytes, start, end)
    return { message: messageAt(top, place.indexes), start: place.start }
  }
  return {
    decode(bytes, start, end) {
      const value = messageOf(bytes, start, end)
      const reader = readers.of(value.message)
      const cursor = new BinaryCursor(bytes, value.start, end)
      return reader.finish(reader.merge({}, cursor), cursor)
    },
    ...(cellSource && { decodeCells: cellsOfMessages(messageOf, readers, cellSource) }),
  }
}

function cellsOfMessages(
  messageOf: (bytes: Buffer, start: number, end: number) => { readonly message: ProtoMessage; readonly start: number },
  readers: ProtobufReaders,
  { source, symbols }: CellSource,
): DecodeCells {
  const compiled = new Map<ProtoMessage, DecodeCells | undefined>()
  return (cursor, start, end, target, at) => {
    const value = messageOf(cursor.bytes, start, end)
    if (!compiled.has(value.message)) compiled.set(value.message, protobufCells(value.message, readers, source, symbols))
    return compiled.get(value.message)?.(cursor, value.start, end, target, at) ?? false
  }
}

function messageAt(top: readonly ProtoMessage[], indexes: readonly number[]): ProtoMessage {
  let messages = top
  let message: ProtoMessage | undefined
  for (const index of indexes) {
    message = messages[index]
    if (!message) throw new MalformedValue(`the schema has no message at the indexes ${indexes.join(', ')}`)
    messages = message.nested
  }
  return message!
}
