/**
 * Personal columns. The mark stands at the column where a person writes it, and beside the columns in the IR: versions of a schema that the
 * log keeps, fingerprints and values do not depend on it.
 */
import type { DeclaredColumn } from '../expression/kinds.ts'
import type { ColumnIR } from '../ir/ir.ts'

/** The column without its mark. */
export function withoutMark({ personal: _mark, ...column }: DeclaredColumn): ColumnIR {
  return Object.freeze(column)
}

/** The names of the marked columns, as a field of an IR; none without any. */
export function personalNames(columns: readonly DeclaredColumn[]): { readonly personal?: readonly string[] } {
  const names = columns.flatMap(({ name, personal }) => (personal ? [name] : []))
  return names.length > 0 ? { personal: Object.freeze(names) } : {}
}
