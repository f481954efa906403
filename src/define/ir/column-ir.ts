/** Types of values, and columns of them, in the IR. */

export type ColumnType = 'int' | 'decimal' | 'timestamp' | 'duration' | 'bool' | 'string' | 'double'

/** A physical value of a column: number, string, boolean, or NULL. */
export type Value = number | string | boolean | null

/** A type with the scale that makes its physical value readable; `scale` is there for decimals only. */
export interface TypeIR {
  readonly type: ColumnType
  readonly scale?: number
}

export interface ColumnIR extends TypeIR {
  readonly name: string
  readonly nullable: boolean
  /** Inclusive bounds, physical. A value outside is refused as `schema`. */
  readonly min?: number
  readonly max?: number
  /** Bytes of UTF-8 that a text has at most; a default by the column's use where it is absent. A longer text is refused as `schema`. */
  readonly maxBytes?: number
  /** The only strings allowed, when the column is an enum. */
  readonly values?: readonly string[]
  /** The entity that this column identifies. */
  readonly entity?: string
  /** Zone in which a timestamp without an offset is read; UTC unless given. */
  readonly zone?: string
}
