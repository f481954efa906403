import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { Column } from '../columns/block.ts'
import { widened } from './arena.ts'

/**
 * The keys of a group as slots 0, 1, 2 …: every structure keeps its state by slot.
 *
 * A single string key maps by its id through a table; other keys and combinations through a map. A key with a NULL in it
 * has no slot: such an event is not in the group.
 */
export class Keys {
  #count = 0
  #byId = new Int32Array(0)
  readonly #byNumber = new Map<number, number>()
  readonly #byText = new Map<string, number>()

  get size(): number {
    return this.#count
  }

  /** The slot of each row's key, −1 for none. Unknown keys get a slot if `add`. Throws `SPILL_LIMIT` past `KEYS_MAX`. */
  slotsOf(columns: readonly Column[], length: number, add: boolean): Int32Array {
    const slots = new Int32Array(length)
    if (columns.length > 1) for (let i = 0; i < length; i++) slots[i] = this.#slotOfMany(columns, i, add)
    else if (columns[0].values instanceof Int32Array) this.#slotsOfIds(columns[0], columns[0].values, slots, add)
    else for (let i = 0; i < length; i++) slots[i] = this.#slotOfNumber(columns[0], i, add)
    return slots
  }

  #slotsOfIds(column: Column, ids: Int32Array, slots: Int32Array, add: boolean): void {
    for (let i = 0; i < slots.length; i++) {
      const id = ids[i]
      if (column.nulls?.[i]) slots[i] = -1
      else {
        let known = id < this.#byId.length ? this.#byId[id] : 0
        if (known === 0 && add) {
          this.#byId = widened(this.#byId, id + 1)
          known = this.#byId[id] = this.#next() + 1
        }
        slots[i] = known - 1
      }
    }
  }

  #slotOfNumber({ values, nulls }: Column, row: number, add: boolean): number {
    if (nulls?.[row]) return -1
    return this.#lookUp(this.#byNumber, values[row], add)
  }

  #slotOfMany(columns: readonly Column[], row: number, add: boolean): number {
    let text = ''
    for (const { values, nulls } of columns) {
      if (nulls?.[row]) return -1
      text += `${values[row]},`
    }
    return this.#lookUp(this.#byText, text, add)
  }

  #lookUp<K>(slots: Map<K, number>, key: K, add: boolean): number {
    const known = slots.get(key)
    if (known !== undefined) return known
    if (!add) return -1
    const slot = this.#next()
    slots.set(key, slot)
    return slot
  }

  #next(): number {
    if (this.#count >= limits.KEYS_MAX)
      throw new SpillwayError('SPILL_LIMIT', `more than ${limits.KEYS_MAX} keys in one feature group (KEYS_MAX)`)
    return this.#count++
  }
}
