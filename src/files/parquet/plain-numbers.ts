/**
 * Decodes plain numeric columns, which need no conversion but a check for integers and bounds; most columns are such. Values go from a
 * vector's memory into cells without a call or an object each.
 *
 * A cell equals the value of `fieldReader`, or its row is left to the general path.
 */
import type { DuckDBDataChunk } from '@duckdb/node-api'
import { limits } from '../../base/index.ts'
import type { ColumnIR } from '../../define/ir/index.ts'
import { duckdbBindings } from './duckdb-bindings.ts'
import { bytesByKind, vectorDoubles, isRowValid, type PhysicalColumn } from './duckdb-vectors.ts'

type Kind = Extract<PhysicalColumn['kind'], 'double' | 'int64' | 'micros' | 'date'>

/** One column in the cells of a chunk. */
export interface CellTarget {
  readonly values: Float64Array
  readonly isRead: Uint8Array
  /** Number of columns, and the index of this one. */
  readonly width: number
  readonly index: number
}

interface Traits {
  /** True if its numbers are wall-clock times without a zone. */
  readonly zoneless: boolean
  /** True if a row without a value is left to the general path. */
  readonly isRequired: boolean
}

export class PlainNumberDecoder {
  readonly #kind: Kind
  readonly #at: number
  readonly #isRequired: boolean
  readonly #isWhole: boolean
  readonly #min: number
  readonly #max: number

  private constructor(kind: Kind, at: number, isRequired: boolean, isWhole: boolean, min: number, max: number) {
    this.#kind = kind
    this.#at = at
    this.#isRequired = isRequired
    this.#isWhole = isWhole
    this.#min = min
    this.#max = max
  }

  /** Decoder of column `at` of a chunk; `undefined` if its values need a conversion. */
  static of({ kind }: PhysicalColumn, at: number, ir: ColumnIR, { zoneless, isRequired }: Traits): PlainNumberDecoder | undefined {
    const greatest = greatestOf(kind, ir, zoneless)
    if (greatest === undefined) return undefined
    const { type, min = -Infinity, max = Infinity } = ir
    const isWhole = kind === 'double' && type !== 'double'
    return new PlainNumberDecoder(kind as Kind, at, isRequired, isWhole, Math.max(min, -greatest), Math.min(max, greatest))
  }

  read(chunk: DuckDBDataChunk, { values, isRead, width, index }: CellTarget): void {
    const rows = isRead.length
    const [min, max, isWhole, isRequired] = [this.#min, this.#max, this.#isWhole, this.#isRequired]
    const vector = duckdbBindings.data_chunk_get_vector(chunk.chunk, this.#at)
    const validity = duckdbBindings.vector_get_validity(vector, Math.ceil(rows / 64) * 8) as Uint8Array | null
    const numbers = vectorDoubles(this.#kind, duckdbBindings.vector_get_data(vector, rows * bytesByKind[this.#kind]), rows)
    for (let row = 0, at = index; row < rows; row++, at += width) {
      const value = numbers[row]
      if (validity && !isRowValid(validity, row)) {
        if (isRequired) isRead[row] = 0
        else values[at] = NaN
      } else if (value >= min && value <= max && (!isWhole || Number.isSafeInteger(value))) values[at] = value + 0
      else isRead[row] = 0
    }
  }
}

/** Greatest number of a plain column; `undefined` if the column is not plain. */
function greatestOf(kind: PhysicalColumn['kind'], { type, zone }: ColumnIR, zoneless: boolean): number | undefined {
  const isNumber = kind === 'double' || kind === 'int64'
  if (type === 'int' && isNumber) return Number.MAX_SAFE_INTEGER
  if (type === 'double' && isNumber) return Number.MAX_VALUE
  const isMoved = zoneless && zone !== undefined && zone !== 'UTC'
  if (type === 'timestamp' && (isNumber || kind === 'micros' || kind === 'date') && !isMoved) return limits.TIME_MS_MAX
  return undefined
}
