/** Decodes Avro values of one writer's schema, bytes without a container file. */
import { type AvroType, avroTypeText, parseAvro } from '../../../schema/index.ts'
import { BinaryCursor } from '../binary-cursor.ts'
import { MalformedValue } from '../../records/malformed-value.ts'
import type { CellSource, CompiledSchema } from '../value-format.ts'
import { avroCells } from './avro-cells.ts'
import { avroValueReader } from './read-value.ts'

/**
 * The decoder of values that were written with the schema `text`, resolved to the reader's schema if there is one; without one, also into
 * the cells of a source.
 *
 * @throws `SPILL_FORMAT` or `SPILL_LIMIT` for a schema that cannot be read; `MalformedValue` for one that is no record.
 */
export function avroSchema(text: string, reader?: AvroType, cellSource?: CellSource): CompiledSchema {
  const writer = parseAvro(text)
  if (writer.kind !== 'record') throw new MalformedValue(`the schema is ${avroTypeText(writer)}, and a source needs a record`)
  const read = avroValueReader(writer, reader)
  return {
    decode(bytes, start, end) {
      const cursor = new BinaryCursor(bytes, start, end)
      const value = read(cursor)
      cursor.field = ''
      if (cursor.remaining > 0) cursor.fail(`${cursor.remaining} bytes are left behind the record`)
      return value
    },
    ...(cellSource && !reader && { decodeCells: avroCells(writer, cellSource.source, cellSource.symbols) }),
  }
}
