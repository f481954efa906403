/** The value of an Avro default: JSON, in which each character of bytes stands for a byte. */
import { limits } from '../../../base/index.ts'
import { type AvroType, isAvroDefault } from '../../../schema/index.ts'
import { BinaryCursor, setOwn } from '../binary-cursor.ts'
import { MalformedValue } from '../../records/malformed-value.ts'
import { conversionOf } from './logical-value.ts'

/**
 * The value of a default, as a reader of the type gives it. Frozen, since all records that lack the field share it.
 *
 * @throws MalformedValue for a default that never ends, or is too large: a record in it may consist of defaults too.
 */
export const avroDefaultValue = (type: AvroType, json: unknown): unknown => new DefaultValue().of(type, json, 0)

class DefaultValue {
  #parts = 0

  of(type: AvroType, json: unknown, depth: number): unknown {
    if (depth > limits.JSON_DEPTH_MAX || ++this.#parts > limits.SCHEMA_PARTS_MAX)
      throw new MalformedValue(
        `a default nests more than ${limits.JSON_DEPTH_MAX} deep (JSON_DEPTH_MAX), or has more than ${limits.SCHEMA_PARTS_MAX} parts (SCHEMA_PARTS_MAX)`,
      )
    switch (type.kind) {
      case 'record': {
        const record: Record<string, unknown> = {}
        for (const field of type.fields) {
          const isOwn = Object.hasOwn(json as object, field.name)
          const own = isOwn ? (json as Readonly<Record<string, unknown>>)[field.name] : field.default
          setOwn(record, field.name, this.of(field.type, own, depth + 1))
        }
        return Object.freeze(record)
      }
      case 'array':
        return Object.freeze((json as readonly unknown[]).map(item => this.of(type.items, item, depth + 1)))
      case 'map': {
        const map: Record<string, unknown> = {}
        for (const [key, value] of Object.entries(json as object)) setOwn(map, key, this.of(type.values, value, depth + 1))
        return Object.freeze(map)
      }
      case 'union':
        return this.of(
          type.branches.find(branch => isAvroDefault(branch, json))!,
          json,
          depth,
        )
      case 'bytes':
      case 'fixed':
        return converted(type, Buffer.from(json as string, 'latin1'))
      case 'float':
        return Math.fround(json as number)
      default:
        return converted(type, json)
    }
  }
}

function converted(type: AvroType, value: unknown): unknown {
  const convert = conversionOf(type)
  return convert ? convert(value as never, new BinaryCursor(Buffer.alloc(0), 0, 0)) : value
}
