/** An Avro schema as parsed types. References by name are resolved, so a recursive schema is a cyclic graph. */

/** A parsed type. */
export type AvroType = AvroPrimitive | AvroFixed | AvroEnum | AvroArray | AvroMap | AvroUnion | AvroRecord

/** Types without parts. */
export const primitiveTypes = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const

/** `decimal(16, 2)` or `timestamp-millis`; absent without a logical type that the specification knows. */
interface Logical {
  readonly logical?: string
}

/** A named type: names are compared without their namespace, aliases with it. */
interface Named {
  /** With its namespace. */
  readonly fullName: string
  /** Full names under which a writer may know the type. */
  readonly aliases: readonly string[]
}

export interface AvroPrimitive extends Logical {
  readonly kind: (typeof primitiveTypes)[number]
}

export interface AvroFixed extends Named, Logical {
  readonly kind: 'fixed'
  /** Bytes. */
  readonly size: number
}

export interface AvroEnum extends Named {
  readonly kind: 'enum'
  readonly symbols: readonly string[]
  /** The symbols, to look one up: a schema may have a million. */
  readonly symbolSet: ReadonlySet<string>
  /** Symbol that a reader takes for one that it does not know. */
  readonly default?: string
}

export interface AvroArray {
  readonly kind: 'array'
  readonly items: AvroType
}

export interface AvroMap {
  readonly kind: 'map'
  readonly values: AvroType
}

export interface AvroUnion {
  readonly kind: 'union'
  readonly branches: readonly AvroType[]
}

export interface AvroRecord extends Named {
  readonly kind: 'record'
  readonly fields: readonly AvroField[]
}

export interface AvroField {
  readonly name: string
  readonly aliases: readonly string[]
  readonly type: AvroType
  readonly hasDefault: boolean
  /** The default as JSON, which may be null; absent without one. */
  readonly default?: unknown
}

/** Name without its namespace. */
export const shortName = (fullName: string): string => fullName.slice(fullName.lastIndexOf('.') + 1)

/** A type for people: `record Payment`, `array of int`, `union of null, string`. */
export function avroTypeText(type: AvroType): string {
  switch (type.kind) {
    case 'record':
    case 'enum':
      return `${type.kind} ${type.fullName}`
    case 'fixed':
      return `fixed ${type.fullName} of ${type.size} bytes${type.logical === undefined ? '' : ` as ${type.logical}`}`
    case 'array':
      return `array of ${avroTypeText(type.items)}`
    case 'map':
      return `map of ${avroTypeText(type.values)}`
    case 'union':
      return `union of ${type.branches.map(avroTypeText).join(', ')}`
    default:
      return type.logical === undefined ? type.kind : `${type.kind} as ${type.logical}`
  }
}
