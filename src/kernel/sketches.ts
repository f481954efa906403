import { codeOfNumber, codeOfText } from '../aggregate/index.ts'
import { SpillwayError, limits } from '../base/index.ts'
import { ensureCapacity, type Strings } from '../columns/index.ts'
import { Sketch } from './sketch.ts'
import type { StateReader, StateWriter } from './state.ts'
import { tileStart, type Windows } from './window.ts'

/** Holds the sketches of the keys that have one. All sketches of a structure together have at most `ENTRIES_MAX` entries. */
export class Sketches {
  readonly #windows: Windows
  readonly #strings: Strings | undefined
  /** Hash codes of texts by their ids, since SHA-256 takes as long as a hundred lookups; 0 until computed, since ranks begin at 1. */
  #codes = new Int32Array(0)
  /** Scratch: the bytes of one text. */
  #text = new Uint8Array(256)
  readonly #bySlot = new Map<number, Sketch>()
  #room = 0

  /** `strings` is given if values are string ids. */
  constructor(windows: Windows, strings: Strings | undefined) {
    this.#windows = windows
    this.#strings = strings
  }

  /** Keys with a sketch. */
  get size(): number {
    return this.#bySlot.size
  }

  get bytes(): number {
    return [...this.#bySlot.values()].reduce((sum, { bytes }) => sum + bytes, this.#codes.byteLength)
  }

  get entries(): number {
    return [...this.#bySlot.values()].reduce((sum, { entries }) => sum + entries, 0)
  }

  of(slot: number): Sketch | undefined {
    return this.#bySlot.get(slot)
  }

  /** Gives a key an empty sketch. */
  begin(slot: number): Sketch {
    const sketch = new Sketch(this.#windows.length)
    this.#bySlot.set(slot, sketch)
    this.#account(sketch.capacity)
    return sketch
  }

  drop(slot: number): void {
    const sketch = this.#bySlot.get(slot)
    if (!sketch) return
    this.#account(-sketch.capacity)
    this.#bySlot.delete(slot)
  }

  /** Adds a value of a time. Later window starts are at `reach` or after it. */
  add(sketch: Sketch, time: number, value: number, reach: number): void {
    const before = sketch.capacity
    sketch.add(tileStart(time, this.#windows.tileWidth), this.codeOf(value), reach)
    if (sketch.capacity > before) this.#account(sketch.capacity - before)
  }

  codeOf(value: number): number {
    return this.#strings ? this.#codeOfId(this.#strings, value) : codeOfNumber(value)
  }

  #codeOfId(strings: Strings, id: number): number {
    if (id >= this.#codes.length) this.#codes = ensureCapacity(this.#codes, strings.size)
    if (this.#codes[id] > 0) return this.#codes[id]
    const length = strings.lengthOf(id)
    if (length > this.#text.length) this.#text = new Uint8Array(2 * length)
    strings.copy(id, this.#text, 0)
    return (this.#codes[id] = codeOfText(this.#text.subarray(0, length)))
  }

  save(slot: number, to: StateWriter): void {
    const sketch = this.#bySlot.get(slot)
    to.count(sketch ? 1 : 0)
    sketch?.save(to)
  }

  load(slot: number, from: StateReader): void {
    if (from.count(1) === 0) return
    const sketch = this.begin(slot)
    const before = sketch.capacity
    sketch.load(from)
    this.#account(sketch.capacity - before)
  }

  #account(entries: number): void {
    this.#room += entries
    if (this.#room > limits.ENTRIES_MAX)
      throw new SpillwayError(
        'SPILL_LIMIT',
        `more than ${limits.ENTRIES_MAX} entries in the sketches of one window structure (ENTRIES_MAX)`,
      )
  }
}
