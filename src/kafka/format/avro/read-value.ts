/**
 * Reads values of a writer's Avro schema as values of a reader's (specification 1.12, Schema Resolution). A pair of types is compiled once
 * into a function, and a pair of records at its first value, so that compilation goes no deeper than values do.
 *
 * Parts that the reader cannot take are an error only for a value that has them, as the specification demands: a union may have a branch
 * that no record uses. Values are plain: records and maps are objects, see `conversionOf` for the others.
 */
import type { AvroField, AvroType } from '../../../schema/index.ts'
import { avroTypeText, isPromoted } from '../../../schema/index.ts'
import { type BinaryCursor, setOwn } from '../binary-cursor.ts'
import { avroDefaultValue } from './default-value.ts'
import { conversionOf } from './logical-value.ts'
import { branchFor, isSameName } from './match-types.ts'
import { AvroSkipper, blockCount, branchIndex, type SkipValue } from './skip-value.ts'

/** Reads a value at the cursor. */
export type ReadValue = (cursor: BinaryCursor) => unknown

type AvroRecord = Extract<AvroType, { readonly kind: 'record' }>
type AvroEnum = Extract<AvroType, { readonly kind: 'enum' }>

/** The function that reads what `writer` wrote as `reader` has it; without a reader, as it was written. */
export const avroValueReader = (writer: AvroType, reader: AvroType = writer): ReadValue => new Resolution().of(writer, reader)

class Resolution {
  readonly #compiled = new Map<AvroType, Map<AvroType, ReadValue>>()
  readonly #skipper = new AvroSkipper()

  of(writer: AvroType, reader: AvroType): ReadValue {
    const readers = this.#compiled.get(writer) ?? new Map<AvroType, ReadValue>()
    const known = readers.get(reader)
    if (known) return known
    const read = this.#compile(writer, reader)
    this.#compiled.set(writer, readers.set(reader, read))
    return read
  }

  #compile(writer: AvroType, reader: AvroType): ReadValue {
    if (writer.kind === 'union') {
      const branches = writer.branches.map(branch => this.of(branch, reader))
      return cursor => branches[branchIndex(cursor, branches.length)](cursor)
    }
    if (reader.kind === 'union') {
      const branch = branchFor(writer, reader.branches)
      return branch ? this.of(writer, branch) : unreadable(writer, reader)
    }
    if (writer.kind === 'array' && reader.kind === 'array') return readList(this.of(writer.items, reader.items))
    if (writer.kind === 'map' && reader.kind === 'map') return readMap(this.of(writer.values, reader.values))
    if (writer.kind === 'record' && reader.kind === 'record' && isSameName(writer, reader)) return this.#record(writer, reader)
    if (writer.kind === 'enum' && reader.kind === 'enum' && isSameName(writer, reader)) return readEnum(writer, reader)
    if (writer.kind === 'fixed' && reader.kind === 'fixed' && isSameName(writer, reader) && writer.size === reader.size)
      return converted(writer, reader, cursor => cursor.view(writer.size))
    const isNamed = 'fullName' in writer || 'fullName' in reader
    if (!isNamed && (writer.kind === reader.kind || isPromoted(writer, reader)))
      return converted(writer, reader, physicalReader(writer, reader))
    return unreadable(writer, reader)
  }

  #record(writer: AvroRecord, reader: AvroRecord): ReadValue {
    let read: ReadValue | undefined
    return cursor => (read ??= this.#fields(writer, reader))(cursor)
  }

  #fields(writer: AvroRecord, reader: AvroRecord): ReadValue {
    const sources = new Map(reader.fields.flatMap(field => pairedWith(writer, field)))
    const steps = writer.fields.map((field): RecordStep => {
      const place = `${writer.fullName}.${field.name}`
      const target = sources.get(field.name)
      return target
        ? { place, name: target.name, read: this.of(field.type, target.type) }
        : { place, name: undefined, read: this.#skipper.of(field.type) }
    })
    const targets = new Set(sources.values())
    const missing = reader.fields.filter(field => !targets.has(field))
    const required = missing.find(field => !field.hasDefault)
    const defaults = missing
      .filter(field => field.hasDefault)
      .map(field => [field.name, avroDefaultValue(field.type, field.default)] as const)
    const parts = steps.length + defaults.length + 1
    return cursor => {
      if (required) cursor.fail(`the writer's record '${writer.fullName}' has no field '${required.name}', and the reader's has no default`)
      cursor.spend(parts)
      cursor.descend()
      const record: Record<string, unknown> = {}
      for (const { place, name, read } of steps) {
        cursor.field = place
        const value = read(cursor)
        if (name !== undefined) setOwn(record, name, value)
      }
      for (const [name, value] of defaults) setOwn(record, name, value)
      cursor.ascend()
      return record
    }
  }
}

interface RecordStep {
  readonly place: string
  /** Name of the reader's field; `undefined` for one that the reader does not have. */
  readonly name: string | undefined
  readonly read: ReadValue | SkipValue
}

/** The reader's field behind the name of the writer's field that it is read from. */
function pairedWith(writer: AvroRecord, field: AvroField): (readonly [string, AvroField])[] {
  const name = [field.name, ...field.aliases].find(candidate => writer.fields.some(written => written.name === candidate))
  return name === undefined ? [] : [[name, field]]
}

const unreadable =
  (writer: AvroType, reader: AvroType): ReadValue =>
  cursor =>
    cursor.fail(`the value is ${avroTypeText(writer)}, which cannot be read as ${avroTypeText(reader)}`)

/** Logical types without which a number means something else. */
const isScaled = (logical: string | undefined): boolean => logical !== undefined && /^(decimal|timestamp|local-timestamp)\b/.test(logical)

/** A physical value with the conversion of the reader's logical type. */
function converted(writer: AvroType, reader: AvroType, read: ReadValue): ReadValue {
  const [before, now] = [writer, reader].map(type => ('logical' in type ? type.logical : undefined))
  if (before !== now && (isScaled(before) || isScaled(now))) return unreadable(writer, reader)
  const convert = conversionOf(reader)
  return convert ? cursor => convert(read(cursor) as never, cursor) : read
}

/** The value of a type without parts, promoted to the reader's type. */
function physicalReader(writer: AvroType, reader: AvroType): ReadValue {
  switch (writer.kind) {
    case 'null':
      return () => null
    case 'boolean':
      return cursor => {
        const byte = cursor.byte()
        return byte > 1 ? cursor.fail(`byte ${byte} is no boolean`) : byte === 1
      }
    case 'int':
      return toNumber(reader, cursor => {
        const value = cursor.zigzag()
        if (value !== Number(value) >> 0) cursor.fail(`${value} is no int of 32 bits`)
        return value
      })
    case 'long':
      return toNumber(reader, cursor => cursor.zigzag())
    case 'float':
      return cursor => cursor.float()
    case 'double':
      return cursor => cursor.double()
    default:
      return reader.kind === 'string'
        ? cursor => cursor.text(cursor.size(cursor.zigzag()))
        : cursor => cursor.view(cursor.size(cursor.zigzag()))
  }
}

function toNumber(reader: AvroType, read: (cursor: BinaryCursor) => number | bigint): ReadValue {
  if (reader.kind === 'float') return cursor => Math.fround(Number(read(cursor)))
  return reader.kind === 'double' ? cursor => Number(read(cursor)) : read
}

function readEnum(writer: AvroEnum, reader: AvroEnum): ReadValue {
  const symbols = writer.symbols.map(symbol => (reader.symbolSet.has(symbol) ? symbol : reader.default))
  return (cursor: BinaryCursor) => {
    const index = cursor.zigzag()
    if (typeof index !== 'number' || index < 0 || index >= symbols.length)
      cursor.fail(`enum '${writer.fullName}' has ${symbols.length} symbols, and this is symbol ${index}`)
    return symbols[index] ?? cursor.fail(`enum '${reader.fullName}' has no symbol '${writer.symbols[index]}' and no default`)
  }
}

function readList(readItem: ReadValue): ReadValue {
  return cursor => {
    cursor.descend()
    const items: unknown[] = []
    for (let count = blockCount(cursor); count > 0; count = blockCount(cursor)) for (let i = 0; i < count; i++) items.push(readItem(cursor))
    cursor.ascend()
    return items
  }
}

function readMap(readItem: ReadValue): ReadValue {
  return cursor => {
    cursor.descend()
    const map: Record<string, unknown> = {}
    for (let count = blockCount(cursor); count > 0; count = blockCount(cursor))
      for (let i = 0; i < count; i++) {
        const key = cursor.text(cursor.size(cursor.zigzag()))
        setOwn(map, key, readItem(cursor))
      }
    cursor.ascend()
    return map
  }
}
