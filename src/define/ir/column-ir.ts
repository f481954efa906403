/** Types of values, and columns, in the IR. */

/** Types of values. */
export type ColumnType = 'int' | 'decimal' | 'timestamp' | 'duration' | 'bool' | 'string' | 'double'

/** Physical value of a column: number, string, boolean, or NULL. */
export type Value = number | string | boolean | null

/** A type, with the scale that makes a decimal's physical value readable. */
export interface TypeIR {
  readonly type: ColumnType
  readonly scale?: number
}

/** A column of a source, a table or a request. */
export interface ColumnIR extends TypeIR {
  readonly name: string
  readonly nullable: boolean
  /** Inclusive bounds, physical. A value outside them is rejected as `schema`. */
  readonly min?: number
  readonly max?: number
  /** Greatest length of a text, bytes of UTF-8; its default depends on the column's use. A longer text is rejected as `schema`. */
  readonly maxBytes?: number
  /** Allowed strings of an enum. */
  readonly values?: readonly string[]
  /** Entity that this column identifies. */
  readonly entity?: string
  /** IANA time zone of a timestamp without an offset. Default UTC. */
  readonly zone?: string
}
