/**
 * Compatibility of Protobuf files: does a reader's message read everything that a writer's message of the same name writes?
 *
 * Fields are matched by number, as on the wire. Values must arrive as they were sent: a type that keeps only some bits of a number is an
 * incompatibility, although a parser accepts it. Source of the wire types: protobuf.dev, encoding and updating a message type.
 */
import type { Incompatibility } from '../problems/incompatibility.ts'
import { PartBudget } from '../problems/schema-error.ts'
import { isReserved } from './parse-protobuf.ts'
import { type FieldType, fieldTypeText, type ProtoField, type ProtoFile, type ProtoMessage, type ScalarType } from './proto-file.ts'

/** Reasons why the reader's messages do not read what the writer's write. Throws `SPILL_LIMIT` for files that are too large. */
export function protobufIncompatibilities(reader: ProtoFile, writer: ProtoFile, budget = PartBudget.ofPairs()): Incompatibility[] {
  const comparison = new ProtobufComparison(reader.isProto2, budget)
  for (const [name, message] of writer.messages) {
    const own = reader.messages.get(name)
    if (own) comparison.compare(`/${name}`, own, message)
    else
      comparison.add({
        path: `/${name}`,
        rule: 'message-removed',
        reader: 'none',
        writer: `message ${name}`,
        problem: `message ${name} is missing`,
        fix: 'leave it in the file',
      })
  }
  return comparison.found
}

class ProtobufComparison {
  readonly found: Incompatibility[] = []
  /** Are unknown values of enums lost? */
  readonly #hasClosedEnums: boolean
  readonly #visited = new Map<ProtoMessage, Set<ProtoMessage>>()
  readonly #budget: PartBudget

  constructor(hasClosedEnums: boolean, budget: PartBudget) {
    this.#hasClosedEnums = hasClosedEnums
    this.#budget = budget
  }

  add(reason: Incompatibility): void {
    this.found.push(reason)
  }

  /** Messages may contain each other: each pair is compared once. */
  compare(path: string, reader: ProtoMessage, writer: ProtoMessage): void {
    const writers = this.#visited.get(reader) ?? new Set()
    if (writers.has(writer)) return
    this.#visited.set(reader, writers.add(writer))
    for (const field of reader.fields) {
      this.#budget.spend()
      const written = writer.fields.find(({ number }) => number === field.number)
      if (written) this.#field(`${path}/${field.name}`, field, written)
      else this.#addedField(`${path}/${field.name}`, field, writer)
    }
    this.#oneofs(path, reader, writer)
  }

  #addedField(path: string, field: ProtoField, writer: ProtoMessage): void {
    const moved = writer.fields.find(({ name }) => name === field.name)
    if (field.label === 'required')
      this.#fieldReason(path, field, undefined, 'added-without-default', 'is required, and is missing', 'make it optional')
    if (isReserved(writer, field))
      this.#fieldReason(
        path,
        field,
        undefined,
        'reserved-used',
        'has a name or number that is reserved',
        'give it a name and number of its own',
      )
    if (moved)
      this.#fieldReason(
        path,
        field,
        moved,
        'number-changed',
        `had the number ${moved.number}, under which its values were sent`,
        'leave its number',
      )
  }

  #field(path: string, field: ProtoField, written: ProtoField): void {
    if (field.label === 'required' && written.label !== 'required')
      this.#fieldReason(path, field, written, 'required-added', 'is required, and may be missing', 'leave it optional')
    if (
      field.label === 'singular' &&
      field.type.kind !== 'map' &&
      !field.hasPresence &&
      written.hasPresence &&
      written.label !== 'required'
    )
      this.#fieldReason(path, field, written, 'presence-changed', 'is read as 0 or empty where it is missing', 'leave it optional')
    const wasRepeated = written.label === 'repeated'
    if ((field.label === 'repeated') !== wasRepeated && field.type.kind !== 'map' && written.type.kind !== 'map') {
      if (isNumeric(field.type))
        this.#fieldReason(path, field, written, 'label-changed', labelProblem(wasRepeated), 'add a field with the new label')
      else if (wasRepeated)
        this.#fieldReason(path, field, written, 'label-changed', 'takes only the last of several values', 'add a field with the new label')
    }
    this.#types(path, field, written, field.type, written.type)
  }

  #types(path: string, field: ProtoField, written: ProtoField, reader: FieldType, writer: FieldType): void {
    if (reader.kind === 'message' && writer.kind === 'message') {
      if (shortName(reader.message.name) !== shortName(writer.message.name))
        this.#fieldReason(path, field, written, 'type-changed', 'has a different message as its type', 'add a field with the new type')
      else this.compare(path, reader.message, writer.message)
      return
    }
    if (reader.kind === 'map' && writer.kind === 'map') {
      this.#types(`${path}/key`, field, written, { kind: 'scalar', name: reader.key }, { kind: 'scalar', name: writer.key })
      return this.#types(`${path}/value`, field, written, reader.value, writer.value)
    }
    if (reader.kind === 'imported' || writer.kind === 'imported') {
      if (fieldTypeText(reader) !== fieldTypeText(writer) || !isWellKnown(reader))
        this.#fieldReason(
          path,
          field,
          written,
          'undecided',
          'has a type of another file, which is not compared',
          'leave the type as it was',
        )
      return
    }
    if (reader.kind === 'enum' && writer.kind === 'enum' && this.#hasClosedEnums) {
      const lost = writer.values.numbers.filter(number => !reader.values.numbers.includes(number))
      if (lost.length > 0)
        this.#fieldReason(
          path,
          field,
          written,
          'symbols-removed',
          `does not know the values ${lost.join(', ')} of its enum`,
          'leave them in the enum',
        )
    }
    const [now, before] = [wireType(reader), wireType(writer)]
    if (now === undefined || before === undefined || (now !== before && !reads[before].includes(now)))
      this.#fieldReason(path, field, written, 'type-changed', typeProblem(reader, writer), 'add a field with the new type and a new number')
  }

  #oneofs(path: string, reader: ProtoMessage, writer: ProtoMessage): void {
    for (const oneof of new Set(reader.fields.flatMap(field => field.oneof ?? []))) {
      const members = reader.fields.filter(field => field.oneof === oneof)
      const written = members.flatMap(({ number }) => writer.fields.find(field => field.number === number) ?? [])
      // Fields that were alone, or in different oneofs, could all be set.
      const groups = new Set(written.map(field => field.oneof ?? field))
      if (groups.size > 1)
        this.add({
          path: `${path}/${oneof}`,
          rule: 'oneof-joined',
          reader: `oneof of ${members.map(({ name }) => name).join(', ')}`,
          writer: written.map(fieldText).join(', '),
          problem: `oneof '${oneof}' keeps one of several values that could all be sent`,
          fix: 'leave the fields outside of the oneof',
        })
    }
    for (const field of writer.fields) {
      if (field.oneof === undefined || reader.fields.some(({ number }) => number === field.number)) continue
      if (reader.fields.some(({ oneof }) => oneof === field.oneof))
        this.#fieldReason(
          `${path}/${field.oneof}/${field.name}`,
          undefined,
          field,
          'oneof-field-removed',
          'is missing in its oneof, which then seems not to be set',
          'leave it in the oneof',
        )
    }
  }

  #fieldReason(
    path: string,
    field: ProtoField | undefined,
    written: ProtoField | undefined,
    rule: string,
    problem: string,
    fix: string,
  ): void {
    const name = (field ?? written)!.name
    this.add({
      path,
      rule,
      reader: field ? fieldText(field) : 'none',
      writer: written ? fieldText(written) : 'none',
      problem: `field '${name}' ${problem}`,
      fix,
    })
  }
}

function fieldText({ label, type, name, number, oneof, hasPresence }: ProtoField): string {
  const isOptional = hasPresence && oneof === undefined && type.kind !== 'message' && type.kind !== 'imported'
  const written = label === 'singular' ? (isOptional ? 'optional ' : '') : `${label} `
  return `${written}${fieldTypeText(type)} ${name} = ${number}${oneof === undefined ? '' : ` in oneof ${oneof}`}`
}

const labelProblem = (wasRepeated: boolean): string =>
  wasRepeated ? 'is one number, and was a packed list of them' : 'is a packed list of numbers, and was one number'

function typeProblem(reader: FieldType, writer: FieldType): string {
  const change = `is ${fieldTypeText(reader)}, and was ${fieldTypeText(writer)}`
  const [now, before] = [wireType(reader), wireType(writer)]
  if (now === undefined || before === undefined) return change
  if (now === 'string' && before === 'bytes') return `${change}, which may be no UTF-8`
  return families.some(family => family.includes(now) && family.includes(before))
    ? `${change}: greater numbers lose their high bits`
    : change
}

/** Types that read each other's bytes, with or without a loss. */
const families: readonly (readonly ScalarType[])[] = [
  ['bool', 'int32', 'int64', 'uint32', 'uint64'],
  ['sint32', 'sint64'],
]

/** By a writer's type: other types that read each of its values as it is. Negative int32 have ten bytes and become negative int64. */
const reads: Readonly<Record<ScalarType, readonly ScalarType[]>> = {
  bool: ['int32', 'int64', 'uint32', 'uint64'],
  int32: ['int64'],
  uint32: ['int64', 'uint64'],
  sint32: ['sint64'],
  string: ['bytes'],
  double: [],
  float: [],
  int64: [],
  uint64: [],
  sint64: [],
  fixed32: [],
  fixed64: [],
  sfixed32: [],
  sfixed64: [],
  bytes: [],
}

/** Type on the wire: that of an enum is int32; `undefined` for a message or a map. */
function wireType(type: FieldType): ScalarType | undefined {
  if (type.kind === 'enum') return 'int32'
  return type.kind === 'scalar' ? type.name : undefined
}

const isNumeric = (type: FieldType): boolean => {
  const wire = wireType(type)
  return wire !== undefined && wire !== 'string' && wire !== 'bytes'
}

/** Google's own types do not change. */
const isWellKnown = (type: FieldType): boolean => type.kind === 'imported' && type.name.startsWith('google.protobuf.')

const shortName = (name: string): string => name.slice(name.lastIndexOf('.') + 1)
