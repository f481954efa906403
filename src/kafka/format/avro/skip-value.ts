/** Passes the value of an Avro type that the reader does not have. Compiled once for a type, a record at its first value. */
import type { AvroType } from '../../../schema/index.ts'
import type { BinaryCursor } from '../binary-cursor.ts'

/** Passes a value. */
export type SkipValue = (cursor: BinaryCursor) => void

/** The functions that pass values, by type. */
export class AvroSkipper {
  readonly #compiled = new Map<AvroType, SkipValue>()

  of(type: AvroType): SkipValue {
    const known = this.#compiled.get(type)
    if (known) return known
    const skip = this.#compile(type)
    this.#compiled.set(type, skip)
    return skip
  }

  #compile(type: AvroType): SkipValue {
    switch (type.kind) {
      case 'null':
        return () => {}
      case 'boolean':
        return cursor => void cursor.advance(1)
      case 'int':
      case 'long':
      case 'enum':
        return cursor => void cursor.unsigned()
      case 'float':
        return cursor => void cursor.advance(4)
      case 'double':
        return cursor => void cursor.advance(8)
      case 'bytes':
      case 'string':
        return cursor => void cursor.advance(cursor.size(cursor.zigzag()))
      case 'fixed':
        return cursor => void cursor.advance(type.size)
      case 'array':
        return skipBlocks(this.of(type.items))
      case 'map': {
        const skipItem = this.of(type.values)
        return skipBlocks(cursor => {
          cursor.advance(cursor.size(cursor.zigzag()))
          skipItem(cursor)
        })
      }
      case 'union': {
        const branches = type.branches.map(branch => this.of(branch))
        return cursor => branches[branchIndex(cursor, branches.length)](cursor)
      }
      default: {
        let parts: readonly SkipValue[] | undefined
        return cursor => {
          parts ??= type.fields.map(field => this.of(field.type))
          cursor.spend(parts.length + 1)
          cursor.descend()
          for (const skip of parts) skip(cursor)
          cursor.ascend()
        }
      }
    }
  }
}

/** The branch of a union's value. */
export function branchIndex(cursor: BinaryCursor, branches: number): number {
  const index = cursor.zigzag()
  if (typeof index !== 'number' || index < 0 || index >= branches)
    cursor.fail(`the union has ${branches} branches, and this is branch ${index}`)
  return index
}

/** Reads the number of items of the next block; 0 ends the list. A block with a negative number states its size in bytes too. */
export function blockCount(cursor: BinaryCursor): number {
  const count = cursor.zigzag()
  if (typeof count !== 'number') cursor.fail(`a block of ${count} items`)
  if (count < 0) cursor.size(cursor.zigzag())
  const items = Math.abs(count)
  cursor.spend(items)
  return items
}

function skipBlocks(skipItem: SkipValue): SkipValue {
  return (cursor: BinaryCursor) => {
    cursor.descend()
    for (;;) {
      const count = cursor.zigzag()
      if (typeof count !== 'number') cursor.fail(`a block of ${count} items`)
      if (count === 0) break
      if (count < 0) {
        // The size in bytes is there to pass the block at once.
        cursor.advance(cursor.size(cursor.zigzag()))
        continue
      }
      cursor.spend(count)
      for (let i = 0; i < count; i++) skipItem(cursor)
    }
    cursor.ascend()
  }
}
