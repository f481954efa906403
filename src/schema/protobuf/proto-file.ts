/** Definitions of a Protobuf file, with the names of types resolved. */

/** Types of fields without parts. */
export const scalarTypes = [
  'double',
  'float',
  'int32',
  'int64',
  'uint32',
  'uint64',
  'sint32',
  'sint64',
  'fixed32',
  'fixed64',
  'sfixed32',
  'sfixed64',
  'bool',
  'string',
  'bytes',
] as const

/** Name of a type without parts. */
export type ScalarType = (typeof scalarTypes)[number]

export interface ProtoFile {
  /** `proto2`, whose enums are closed, or anything later. */
  readonly isProto2: boolean
  /** Top-level messages by name without the package, in the order of the file. */
  readonly messages: ReadonlyMap<string, ProtoMessage>
}

/** Type of a field: a scalar, a message or an enum of the file, or a type of another file, by its full name. */
export type FieldType =
  | { readonly kind: 'scalar'; readonly name: ScalarType }
  | { readonly kind: 'message'; readonly message: ProtoMessage }
  | { readonly kind: 'enum'; readonly values: ProtoEnum }
  | { readonly kind: 'imported'; readonly name: string }
  | { readonly kind: 'map'; readonly key: ScalarType; readonly value: FieldType }

export interface ProtoField {
  readonly name: string
  readonly number: number
  readonly label: 'singular' | 'repeated' | 'required'
  readonly type: FieldType
  /** Name of the `oneof` that has the field. */
  readonly oneof: string | undefined
  /** Can a reader tell a field that is not set from one with its default? Not for plain fields of proto3, and for no list or map. */
  readonly hasPresence: boolean
  /** Default of proto2, as it is written: a number, a quoted text, or a name. */
  readonly default?: string
}

/** Numbers from `first` to `last`, both included. */
export interface NumberRange {
  readonly first: number
  readonly last: number
}

export interface ProtoMessage {
  /** With its package and outer messages. */
  readonly fullName: string
  /** Without the package: `Payment.Item`. */
  readonly name: string
  readonly fields: readonly ProtoField[]
  /** Messages that are declared in it, in the order of the file. */
  readonly nested: readonly ProtoMessage[]
  readonly reservedNumbers: readonly NumberRange[]
  readonly reservedNames: readonly string[]
}

export interface ProtoEnum {
  readonly fullName: string
  readonly name: string
  readonly numbers: readonly number[]
  /** Names by index, as `numbers`. */
  readonly symbols: readonly string[]
}

/** A type for people: `int32`, `message Item`, `map of string to Item`. */
export function fieldTypeText(type: FieldType): string {
  switch (type.kind) {
    case 'scalar':
      return type.name
    case 'message':
      return `message ${type.message.name}`
    case 'enum':
      return `enum ${type.values.name}`
    case 'imported':
      return type.name
    default:
      return `map of ${type.key} to ${fieldTypeText(type.value)}`
  }
}
