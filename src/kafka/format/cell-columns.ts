/** Columns of a source as cells: which field of a schema each is read from, and the cells of values that are the same for many records. */
import type { ColumnIR, SourceIR } from '../../define/ir/index.ts'
import { fieldReader, requiredReason, storedDefault, TEXT_SHIFT, textBytesMax } from '../../intake/index.ts'

/** A column that a schema has a field for. */
export interface CellColumn {
  /** With the limit of its texts. */
  readonly column: ColumnIR
  readonly index: number
  /**
   * Cell of a record whose field is missing or null; `undefined` if the general path must see it: it rejects the record, or fills a text.
   */
  readonly missing: number | undefined
}

/** Columns by the name of the field that they are read from, and the cells of columns without one. */
export interface CellColumns {
  readonly byField: ReadonlyMap<string, CellColumn>
  readonly constants: readonly { readonly index: number; readonly cell: number }[]
}

/** The columns of records with these fields; `undefined` if such records take the general path. */
export function cellColumnsOf(source: SourceIR, fieldNames: readonly string[]): CellColumns | undefined {
  if (source.mapVersion !== undefined) return undefined
  const byField = new Map<string, CellColumn>()
  const constants: { index: number; cell: number }[] = []
  for (const [index, plain] of source.columns.entries()) {
    const column = plain.type === 'string' ? { ...plain, maxBytes: textBytesMax(source, plain) } : plain
    const missing = missingCell(source, column)
    const [name, ...others] = [column.name, ...(column.aliases ?? [])].filter(known => fieldNames.includes(known))
    // Of a field under two names, the general path knows which counts.
    if (others.length > 0 || (name !== undefined && byField.has(name))) return undefined
    if (name !== undefined) byField.set(name, { column, index, missing })
    else if (missing === undefined) return undefined
    else constants.push({ index, cell: missing })
  }
  return { byField, constants }
}

function missingCell(source: SourceIR, column: ColumnIR): number | undefined {
  const value = storedDefault(column) ?? (requiredReason(source, column) === undefined ? NaN : undefined)
  return typeof value === 'number' ? value : undefined
}

/** Texts that many records have: symbols of enums, defaults. Their bytes follow those of each batch. */
export class SymbolBytes {
  readonly #parts: Buffer[] = []
  #length = 0
  #bytes = Buffer.alloc(0)
  readonly #cells = new Map<string, number>()

  get bytes(): Buffer {
    if (this.#bytes.length < this.#length) this.#bytes = Buffer.concat(this.#parts, this.#length)
    return this.#bytes
  }

  /** The cell of a text, counted from the first of these texts. */
  cellOf(text: string): number {
    const known = this.#cells.get(text)
    if (known !== undefined) return known
    const bytes = Buffer.from(text)
    const cell = this.#length * TEXT_SHIFT + bytes.length
    this.#parts.push(bytes)
    this.#length += bytes.length
    this.#cells.set(text, cell)
    return cell
  }
}

/** Cells of a batch, and where in its bytes the texts of `SymbolBytes` begin. */
export interface CellTarget {
  readonly cells: Float64Array
  readonly symbolsAt: number
}

/** Writes a value that many records have into a cell. */
export type WriteCell = (target: CellTarget, cell: number) => void

/** The writer of a value; `undefined` if the column does not take it. */
export function constantCell(value: unknown, column: ColumnIR, symbols: SymbolBytes): WriteCell | undefined {
  const physical = fieldReader(column, { text: false, zoneless: false })(value)
  if (typeof physical === 'number')
    return ({ cells }, cell) => {
      cells[cell] = physical
    }
  if (typeof physical !== 'string') return undefined
  const place = symbols.cellOf(physical)
  return ({ cells, symbolsAt }, cell) => {
    cells[cell] = symbolsAt * TEXT_SHIFT + place
  }
}
