import { nullValue } from '../aggregate/index.ts'
import type { Block, ColumnData } from '../columns/index.ts'
import type { KernelUnit } from './build.ts'
import type { StructureInput } from './structure.ts'

/**
 * Builds the input of a unit's structure from a block: the events whose `where` is true, whose input is not NULL, and which are no
 * tombstones. A unit that takes NULLs sees every event whose `where` is true, with `nullValue` for a NULL input and for tombstones.
 */
export function structureInput(unit: KernelUnit, block: Block, slots: Int32Array, watermark: Float64Array): StructureInput {
  const { length } = block
  const leaf = (node: { readonly name: string }): ColumnData => block.columns[node.name]
  const where = unit.where?.(leaf, length)
  const input = unit.input?.(leaf, length)
  const filter = where ? notTrue(where, length) : undefined
  const tombstones = unit.tombstone === undefined ? undefined : isTrue(block.columns[unit.tombstone], length)
  const empty = union(tombstones, input?.nulls, length)
  const value = input ? doubles(input, length) : new Float64Array(length)
  return {
    slots,
    time: block.time,
    arrival: block.arrival,
    sourcePosition: block.sourcePosition,
    watermark,
    value: unit.nulls && empty ? withNulls(value, empty, length) : value,
    skip: unit.nulls ? filter : union(filter, empty, length),
  }
}

function notTrue({ values, nulls }: ColumnData, length: number): Uint8Array {
  const skip = new Uint8Array(length)
  for (let i = 0; i < length; i++) if (values[i] !== 1 || nulls?.[i]) skip[i] = 1
  return skip
}

function isTrue({ values, nulls }: ColumnData, length: number): Uint8Array {
  const marks = new Uint8Array(length)
  for (let i = 0; i < length; i++) if (values[i] === 1 && !nulls?.[i]) marks[i] = 1
  return marks
}

/** Union of two masks. Overwrites `left` if both are given. */
function union(left: Uint8Array | undefined, right: Uint8Array | undefined, length: number): Uint8Array | undefined {
  if (!left || !right) return left ?? right
  for (let i = 0; i < length; i++) if (right[i]) left[i] = 1
  return left
}

function withNulls(value: Float64Array, empty: Uint8Array, length: number): Float64Array {
  const copy = value.slice(0, length)
  for (let i = 0; i < length; i++) if (empty[i]) copy[i] = nullValue
  return copy
}

const doubles = ({ values }: ColumnData, length: number): Float64Array =>
  values instanceof Float64Array ? values : Float64Array.from(values.subarray(0, length))
