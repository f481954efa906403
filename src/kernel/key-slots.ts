import { assert, SpillwayError, limits } from '../base/index.ts'
import { type ColumnData, ensureCapacity, mixHash, type Strings } from '../columns/index.ts'
import type { GroupIR, SourceIR } from '../define/ir/index.ts'
import { restoreError, type StateReader, type StateWriter } from './state.ts'

/** Numbers per batch of lookups. */
const LOOKUP_BATCH = 256
/** The number is not at its home place. */
export const NOT_AT_HOME = -2

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

/**
 * A hash table from numbers to slots, for keys that are numbers.
 *
 * An open-addressing table, at most half full. A number and its slot are adjacent, since they are read together. 32 to 64 bytes per
 * number.
 *
 * Inserting and finding three million numbers of 53 bits takes 0.9 s of processor time in batches, and 1.3 s one by one, when each
 * lookup waits for the one before. A `Map` takes three times that: it holds a number beyond 31 bits as a heap object.
 */
export class NumberSlots {
  /** Two doubles per place: a number, and its slot plus one; 0 where the place is free. */
  #table = new Float64Array(2 * 16)
  #count = 0

  /** The slot of a number, −1 if it has none. */
  get(number: number): number {
    return this.#table[this.#placeOf(number) + 1] - 1
  }

  /** Sets the slot of a number. */
  set(number: number, slot: number): void {
    let place = this.#placeOf(number)
    if (this.#table[place + 1] === 0) {
      if (4 * ++this.#count > this.#table.length) {
        this.#resize(2 * this.#table.length)
        place = this.#placeOf(number)
      }
      this.#table[place] = number
    }
    this.#table[place + 1] = slot + 1
  }

  /** Reserves room for `count` numbers at once, instead of moving all numbers at each doubling. */
  reserve(count: number): void {
    let length = this.#table.length
    while (4 * count > length) length *= 2
    if (length > this.#table.length) this.#resize(length)
  }

  /**
   * Writes the slots of numbers [from, to) that are at their home place, `NOT_AT_HOME` for the others. No lookup waits for the one
   * before, as probing does, so the memory reads of many numbers overlap.
   */
  probeHomes(numbers: ArrayLike<number>, from: number, to: number, slots: Int32Array): void {
    const table = this.#table
    for (let i = from; i < to; i++) {
      const home = homeOf(numbers[i], table.length)
      slots[i] = table[home] === numbers[i] && table[home + 1] > 0 ? table[home + 1] - 1 : NOT_AT_HOME
    }
  }

  #placeOf(number: number): number {
    const table = this.#table
    const mask = table.length - 1
    let place = homeOf(number, table.length)
    while (table[place + 1] !== 0 && table[place] !== number) place = (place + 2) & mask
    return place
  }

  #resize(length: number): void {
    const old = this.#table
    this.#table = new Float64Array(length)
    for (let from = 0; from < old.length; from += 2) {
      if (old[from + 1] === 0) continue
      const place = this.#placeOf(old[from])
      this.#table[place] = old[from]
      this.#table[place + 1] = old[from + 1]
    }
  }
}

/** The home place of a number. */
function homeOf(number: number, length: number): number {
  const hash = mixHash(0, number)
  return ((hash ^ (hash >>> 13)) << 1) & (length - 1)
}
