import { assert, SpillwayError, limits } from '../base/index.ts'
import type { ColumnData, Strings } from '../columns/index.ts'
import type { GroupIR, SourceIR } from '../define/ir/index.ts'
import { NOT_AT_HOME, NumberSlots } from './number-slots.ts'
import { restoreError, type StateReader, type StateWriter } from './state.ts'
import { ensureCapacity } from './ensure-capacity.ts'

/** Numbers per batch of lookups. */
const LOOKUP_BATCH = 256

/**
 * Maps the keys of a group to slots 0, 1, 2 …: every structure keeps its state by slot.
 *
 * A single string key maps by its id through a table, a single number through another table, a combination through a map. A key with
 * a NULL in it has no slot: such an event is not in the group.
 */
export class KeySlots {
  #count = 0
  #byId = new Int32Array(0)
  readonly #byNumber = new NumberSlots()
  readonly #byText = new Map<string, number>()
  readonly #width: number
  readonly #strings: Strings | undefined
  readonly #texts: readonly boolean[]
  /** By slot: the parts of its key. */
  #parts = new Float64Array(0)

  /** `width`: columns per key. `strings`: given if the key is one string column. `texts`: for each column, is it of strings? */
  constructor(width = 1, strings?: Strings, texts: readonly boolean[] = [strings !== undefined]) {
    this.#width = width
    this.#strings = strings
    this.#texts = texts
  }

  /** The key slots of a group. */
  static of({ key }: GroupIR, { columns }: SourceIR, strings: Strings): KeySlots {
    const texts = key.map(keyPart => columns.find(({ name }) => name === keyPart)!.type === 'string')
    return new KeySlots(key.length, texts.length === 1 && texts[0] ? strings : undefined, texts)
  }

  get size(): number {
    return this.#count
  }

  /** Reserves room for about `count` number keys at once. */
  reserveNumbers(count: number): void {
    this.#byNumber.reserve(count)
  }

  /** The slot of each row's key, −1 for none. Unknown keys get a slot if `add`. Throws `SPILL_LIMIT` past `KEYS_MAX`. */
  slotsOf(columns: readonly ColumnData[], length: number, add: boolean): Int32Array {
    const slots = new Int32Array(length)
    assert(columns.length === this.#width, 'a key has a column for each of its parts')
    if (columns.length > 1) for (let i = 0; i < length; i++) slots[i] = this.#slotOfMany(columns, i, add)
    else if (columns[0].values instanceof Int32Array) this.#slotsOfIds(columns[0], columns[0].values, slots, add)
    else this.#slotsOfNumbers(columns, slots, add)
    return slots
  }

  /** One part of the keys of slots [from, to). */
  part(part: number, from: number, to: number): Float64Array {
    return Float64Array.from({ length: to - from }, (_, i) => this.#parts[(from + i) * this.#width + part])
  }

  save(slot: number, to: StateWriter): void {
    to.numbers(this.#parts, slot * this.#width, this.#width)
  }

  /** Gives the next slots to `count` keys that `save` wrote. Throws `SPILL_STATE` for an invalid key, or one that already has a slot. */
  load(count: number, from: StateReader): void {
    const parts = new Float64Array(count * this.#width)
    from.numbers(parts, 0, parts.length)
    if (from.translates) this.#texts.forEach((isText, part) => isText && from.translate(parts, this.#width, 0, count, part))
    const part = (p: number) => Float64Array.from({ length: count }, (_, key) => parts[key * this.#width + p])
    const [first, ...more] = Array.from({ length: this.#width }, (_, p) => part(p))
    if (this.#strings && !first.every(id => this.#strings!.has(id))) throw restoreError('a key is an unknown string')
    const columns = [this.#strings ? Int32Array.from(first) : first, ...more].map(values => ({ values }))
    const size = this.#count
    const slots = this.slotsOf(columns, count, true)
    if (slots.some((slot, key) => slot !== size + key)) throw restoreError('two slots have the same key')
  }

  #slotsOfIds(column: ColumnData, ids: Int32Array, slots: Int32Array, add: boolean): void {
    for (let i = 0; i < slots.length; i++) {
      const id = ids[i]
      if (column.nulls?.[i]) slots[i] = -1
      else {
        let entry = id < this.#byId.length ? this.#byId[id] : 0
        if (entry === 0 && add) {
          this.#byId = ensureCapacity(this.#byId, id + 1)
          entry = this.#byId[id] = this.#addSlot([column], i) + 1
        }
        slots[i] = entry - 1
      }
    }
  }

  #slotsOfNumbers(columns: readonly ColumnData[], slots: Int32Array, add: boolean): void {
    const { values, nulls } = columns[0]
    for (let from = 0; from < slots.length; from += LOOKUP_BATCH) {
      const to = Math.min(slots.length, from + LOOKUP_BATCH)
      this.#byNumber.probeHomes(values, from, to, slots)
      for (let i = from; i < to; i++) if (slots[i] === NOT_AT_HOME || nulls?.[i]) slots[i] = this.#slotOfNumber(columns, i, add)
    }
  }

  #slotOfNumber(columns: readonly ColumnData[], row: number, add: boolean): number {
    const { values, nulls } = columns[0]
    if (nulls?.[row]) return -1
    const slot = this.#byNumber.get(values[row])
    if (slot >= 0 || !add) return slot
    const added = this.#addSlot(columns, row)
    this.#byNumber.set(values[row], added)
    return added
  }

  #slotOfMany(columns: readonly ColumnData[], row: number, add: boolean): number {
    let text = ''
    for (const { values, nulls } of columns) {
      if (nulls?.[row]) return -1
      text += `${values[row]},`
    }
    const slot = this.#byText.get(text)
    if (slot !== undefined) return slot
    if (!add) return -1
    const added = this.#addSlot(columns, row)
    this.#byText.set(text, added)
    return added
  }

  #addSlot(columns: readonly ColumnData[], row: number): number {
    if (this.#count >= limits.KEYS_MAX)
      throw new SpillwayError('SPILL_LIMIT', `more than ${limits.KEYS_MAX} keys in one feature group (KEYS_MAX)`)
    const slot = this.#count++
    this.#parts = ensureCapacity(this.#parts, this.#count * this.#width)
    for (let part = 0; part < this.#width; part++) this.#parts[slot * this.#width + part] = columns[part].values[row]
    return slot
  }
}
