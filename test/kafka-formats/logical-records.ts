/** One logical record in each format of a topic: a small encoder of Avro and Protobuf, for the types that the formats share. */
import type { KafkaFormat } from '../../src/define/config/kafka-place-ir.ts'
import { varint, zigzagVarint } from '../kafka/varint.ts'
import { avroBytes } from './avro-bytes.ts'
import { framedValue } from './test-registry.ts'

type FieldType = 'string' | 'long' | 'double' | 'boolean'
type FieldValue = string | number | boolean | null

/** Types of the fields of a schema, by name. */
export type LogicalSchema = Readonly<Record<string, FieldType>>
export type LogicalRecord = Readonly<Record<string, FieldValue>>

const protobufTypes = { string: 'string', long: 'int64', double: 'double', boolean: 'bool' } as const

/** The schema as a registry stores it. Each field may be null. */
export function registeredSchemas(schema: LogicalSchema) {
  const fields = Object.entries(schema)
  const avro = { type: 'record', name: 'Row', fields: fields.map(([name, type]) => ({ name, type: ['null', type] })) }
  const lines = fields.map(([name, type], i) => `optional ${protobufTypes[type]} ${name} = ${i + 1};`)
  return {
    avro: { schema: JSON.stringify(avro) },
    protobuf: { schemaType: 'PROTOBUF', schema: `syntax = "proto3"; message Row { ${lines.join(' ')} }` },
    'json-schema': { schemaType: 'JSON', schema: '{"type":"object"}' },
  }
}

/** The record in a format, behind the id of its schema if the format has ids. */
export function encodedRecord(format: KafkaFormat, id: number, schema: LogicalSchema, record: LogicalRecord): Buffer {
  const json = Buffer.from(JSON.stringify(record))
  if (format === 'json') return json
  if (format === 'json-schema') return framedValue(id, json)
  const fields = Object.entries(schema).map(([name, type]) => ({ type, value: record[name] ?? null }))
  const bytes = format === 'avro' ? fields.map(avroField) : [Buffer.of(0), ...fields.map(protobufField)]
  return framedValue(id, Buffer.concat(bytes))
}

interface TypedField {
  readonly type: FieldType
  readonly value: FieldValue
}

/** A branch of the union of null and the type. */
function avroField({ type, value }: TypedField): Buffer {
  if (value === null) return Buffer.of(0)
  return Buffer.concat([Buffer.of(2), avroPart(type, value)])
}

function avroPart(type: FieldType, value: FieldValue): Buffer {
  if (type === 'double') return doubleBytes(value)
  if (type === 'string') return avroBytes(value as string)
  return type === 'long' ? zigzagVarint(value as number) : Buffer.of(Number(value))
}

/** A field that is null is left out. */
function protobufField({ type, value }: TypedField, index: number): Buffer {
  if (value === null) return Buffer.alloc(0)
  const [wireType, bytes] = protobufPart(type, value)
  return Buffer.concat([varint(BigInt(((index + 1) << 3) | wireType)), bytes])
}

function protobufPart(type: FieldType, value: FieldValue): readonly [wireType: number, bytes: Buffer] {
  if (type === 'double') return [1, doubleBytes(value)]
  if (type !== 'string') return [0, varint(BigInt.asUintN(64, BigInt(Number(value))))]
  const text = Buffer.from(value as string)
  return [2, Buffer.concat([varint(BigInt(text.length)), text])]
}

function doubleBytes(value: FieldValue): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value as number)
  return bytes
}
