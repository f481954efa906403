/**
 * Converts vectors to objects, nested by the names of the inputs: `{ amount, card: { n10m } }`. For the user's own score function and
 * for people; all other code uses columns.
 */
import { assert } from '../base/index.ts'
import type { ColumnData, Strings } from '../columns/index.ts'
import type { TypeIR, Value } from '../define/ir/index.ts'
import { isListColumn } from './vector.ts'

/** A vector as nested objects. */
export interface VectorRow {
  readonly [name: string]: Value | readonly Value[] | VectorRow
}

/** Builds the vector of one row, a new object at each call. */
export type VectorRowReader = (vector: readonly ColumnData[], row: number) => VectorRow

type Branch = Map<string, Branch | number>

/** Compiles the inputs' names and types to a builder of vectors. */
export function vectorRowReader(
  inputs: readonly { readonly name: string; readonly expr: Pick<TypeIR, 'type'> }[],
  strings: Pick<Strings, 'textOf'>,
): VectorRowReader {
  const root: Branch = new Map()
  inputs.forEach(({ name }, slot) => plant(root, name.split('.'), slot))
  const decoders = inputs.map(({ expr: { type } }) =>
    type === 'string' ? (id: number) => strings.textOf(id) : type === 'bool' ? (bit: number) => bit === 1 : (value: number) => value,
  )
  const build = (branch: Branch, vector: readonly ColumnData[], row: number): VectorRow => {
    const built: Record<string, VectorRow[string]> = {}
    for (const [name, at] of branch) built[name] = typeof at === 'number' ? valueAt(vector[at], row, decoders[at]) : build(at, vector, row)
    return built
  }
  return (vector, row) => build(root, vector, row)
}

function plant(root: Branch, path: readonly string[], slot: number): void {
  let branch = root
  path.forEach((name, depth) => {
    assert(name !== '__proto__' && (depth < path.length - 1 || !branch.has(name)), `input '${path.join('.')}' has a name of its own`)
    if (depth === path.length - 1) branch.set(name, slot)
    else {
      const inner = branch.get(name) ?? new Map<string, Branch | number>()
      assert(typeof inner !== 'number', `input '${path.join('.')}' is not inside another input`)
      branch.set(name, inner)
      branch = inner
    }
  })
}

function valueAt(column: ColumnData, row: number, decode: (value: number) => Value): Value | readonly Value[] {
  if (column.nulls?.[row]) return null
  if (!isListColumn(column)) return decode(column.values[row])
  const start = row * column.width
  return Array.from(column.values.subarray(start, start + column.counts[row]), decode)
}
