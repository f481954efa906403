import type { Block, Column } from '../columns/block.ts'
import type { Unit } from './build.ts'
import type { Lane } from './structure.ts'

/** What a unit's structure sees of a block: the events for which `where` is true and the input is not NULL. */
export function laneOf(unit: Unit, block: Block, slots: Int32Array, floor: Float64Array): Lane {
  const leaf = (node: { readonly name: string }): Column => block.columns[node.name]
  const where = unit.where?.(leaf, block.length)
  const skip = where ? notTrue(where, block.length) : undefined
  const input = unit.input?.(leaf, block.length)
  return {
    slots,
    time: block.time,
    arrival: block.arrival,
    position: block.position,
    floor,
    value: input ? doubles(input, block.length) : new Float64Array(block.length),
    skip: either(skip, input?.nulls, block.length),
  }
}

function notTrue({ values, nulls }: Column, length: number): Uint8Array {
  const skip = new Uint8Array(length)
  for (let i = 0; i < length; i++) if (values[i] !== 1 || nulls?.[i]) skip[i] = 1
  return skip
}

function either(left: Uint8Array | undefined, right: Uint8Array | undefined, length: number): Uint8Array | undefined {
  if (!left || !right) return left ?? right
  for (let i = 0; i < length; i++) if (right[i]) left[i] = 1
  return left
}

const doubles = ({ values }: Column, length: number): Float64Array =>
  values instanceof Float64Array ? values : Float64Array.from(values.subarray(0, length))
