/**
 * Columns that a registered schema states, in the words of a Parquet file: `TIMESTAMP WITH TIME ZONE`, `DECIMAL(9,2)`. Only types that the values
 * of records do not show by themselves are named; a nested field has the name of its path.
 */
import { SpillwayError } from '../../base/index.ts'
import type { FileColumn } from '../../files/index.ts'
import { type AvroType, parseAvro, parseProtobuf, type ProtoMessage } from '../../schema/index.ts'
import { RegistryClient, type RegistryOptions, RegistryUnavailable } from './registry-client.ts'

/** Depth of nested records that are searched for columns. */
const DEPTH_MAX = 4
const TIME = 'TIMESTAMP WITH TIME ZONE'

/**
 * The columns of the newest schema of a topic's values, by the subject `TOPIC-value`; none if the registry does not have that subject, or if the
 * schema is of neither Avro nor Protobuf.
 *
 * @throws `SPILL_SOURCE` for a registry that cannot be reached or rejects the credentials, and `SPILL_FORMAT` for a schema that cannot be read
 */
export async function registeredColumns(options: RegistryOptions, topic: string): Promise<readonly FileColumn[]> {
  const client = new RegistryClient(options)
  try {
    const schema = await client.version(`${topic}-value`, 'latest')
    if (schema?.type === 'AVRO') return avroColumns(parseAvro(schema.text), [])
    if (schema?.type !== 'PROTOBUF') return []
    const [message] = parseProtobuf(schema.text).messages.values()
    return message ? protoColumns(message, []) : []
  } catch (error) {
    if (!(error instanceof RegistryUnavailable)) throw error
    throw new SpillwayError('SPILL_SOURCE', `the schema registry cannot be reached: ${error.message}`, {
      cause: error,
      place: client.place,
    })
  }
}

function avroColumns(type: AvroType, path: readonly string[]): FileColumn[] {
  const branches = type.kind === 'union' ? type.branches : [type]
  const [value, ...others] = branches.filter(({ kind }) => kind !== 'null')
  if (value === undefined || others.length > 0 || path.length > DEPTH_MAX) return []
  if (value.kind === 'record') return value.fields.flatMap(field => avroColumns(field.type, [...path, field.name]))
  const stated = avroTypeName(value)
  const isNullable = branches.length > 1
  return stated === undefined && !isNullable
    ? []
    : [{ name: path.join('.'), ...(stated !== undefined && { type: stated }), ...(isNullable && { nullable: true as const }) }]
}

function avroTypeName(type: AvroType): string | undefined {
  const logical = 'logical' in type ? (type.logical ?? '') : ''
  if (logical.startsWith('timestamp-')) return TIME
  return logical.startsWith('decimal(') ? logical.toUpperCase().replaceAll(' ', '') : undefined
}

function protoColumns({ fields }: ProtoMessage, path: readonly string[]): FileColumn[] {
  if (path.length >= DEPTH_MAX) return []
  return fields.flatMap(({ name, label, type, hasPresence }) => {
    const fieldPath = [...path, name]
    if (label === 'repeated') return []
    if (type.kind === 'message') return protoColumns(type.message, fieldPath)
    const isTime = type.kind === 'imported' && type.name.replace(/^\./, '') === 'google.protobuf.Timestamp'
    if (!isTime && !hasPresence) return []
    return [
      { name: fieldPath.join('.'), ...(isTime && { type: TIME }), ...(hasPresence && label !== 'required' && { nullable: true as const }) },
    ]
  })
}
