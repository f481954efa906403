/** Random pairs of Avro schemas with every logical type: those of the compatibility checks, with some fields more. */
import { random } from '../../src/base/random.ts'
import { randomAvroPair } from '../external/avro/random-pair.ts'

export interface AvroCase {
  readonly writer: object
  readonly reader: object
}

type Field = Readonly<Record<string, unknown>>

const FIELDS = 4

/** Types by their name; a name is used once in a schema. */
const logicalTypes: readonly ((name: string) => object)[] = [
  () => ({ type: 'int', logicalType: 'date' }),
  () => ({ type: 'int', logicalType: 'time-millis' }),
  () => ({ type: 'long', logicalType: 'time-micros' }),
  () => ({ type: 'long', logicalType: 'timestamp-millis' }),
  () => ({ type: 'long', logicalType: 'timestamp-micros' }),
  () => ({ type: 'long', logicalType: 'local-timestamp-millis' }),
  () => ({ type: 'long', logicalType: 'local-timestamp-micros' }),
  () => ({ type: 'string', logicalType: 'uuid' }),
  () => ({ type: 'bytes', logicalType: 'decimal', precision: 15, scale: 2 }),
  () => ({ type: 'bytes', logicalType: 'decimal', precision: 30, scale: 9 }),
  name => ({ type: 'fixed', name, size: 16, logicalType: 'decimal', precision: 36, scale: 0 }),
]

/** The peer leaves a default of bytes as the text of the schema. */
function withoutBytesDefault(field: Field): Field {
  const { type, default: fallback, ...rest } = field
  const isBytes = type === 'bytes' && fallback !== undefined
  return isBytes ? { ...rest, type: ['null', 'bytes'], default: null } : field
}

export function randomAvroCase(seed: number): AvroCase {
  const { writer, reader } = randomAvroPair(seed)
  const draw = random(seed + 0.5)
  const below = (count: number): number => Math.floor(draw() * count)
  const added = Array.from({ length: FIELDS }, (_, i): Field => {
    const type = logicalTypes[below(logicalTypes.length)](`L${i}`)
    return { name: `l${i}`, type: [type, ['null', type], { type: 'array', items: type }][below(3)] }
  })
  const withAdded = (schema: unknown, fields: readonly Field[]): object => {
    const { fields: own, ...record } = schema as { readonly fields: readonly Field[] }
    return { ...record, fields: [...own.map(withoutBytesDefault), ...fields] }
  }
  // Every record has a key and a time, as a source needs.
  added.push({ name: 'k', type: 'string' }, { name: 'at', type: logicalTypes[3]('') })
  return { writer: withAdded(writer, added), reader: withAdded(reader, added.filter(() => draw() < 0.8).toReversed()) }
}
