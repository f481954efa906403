import { isCode, rankWeights, RANK_BITS, rankOf, registerOf, type Registers } from '../aggregate/index.ts'
import { growArray } from '../columns/index.ts'
import { limits } from '../base/index.ts'
import { restoreError, type StateReader, type StateWriter } from './state.ts'

const REGISTERS = limits.SKETCH_REGISTERS
const FIRST_CAPACITY = 512
/** Registers per block: a window keeps the earliest tile of each block. */
const BLOCK = 64
const BLOCKS = REGISTERS / BLOCK

/**
 * Estimates the number of distinct values in every suffix by time of a key's values (HyperLogLog): `countDistinct` beyond its limit.
 *
 * Each register has a chain of entries (tile, rank), newest first: a value of that rank fell into the register in that tile. An entry
 * that is no newer and ranks no higher than another decides no window and is dropped, so ranks rise along a chain. A chain has at
 * most 41 entries: on average 3 per register for a hundred thousand random values, 5 for a million. A window's rank in a register is
 * that of its oldest entry there.
 *
 * Each window has its registers as of the start of its last read, and new values are added to them. A moving tail visits only blocks
 * of registers that an entry leaves. Bytes: 13 per entry, 16 KiB, and 37 KiB per window.
 */
export class Sketch {
  /** By register: its newest entry; 0 is none. */
  readonly #newest = new Int32Array(REGISTERS)
  #tiles = new Float64Array(FIRST_CAPACITY)
  #ranks = new Uint8Array(FIRST_CAPACITY)
  /** The next entry of the chain; also links free entries. */
  #older = new Int32Array(FIRST_CAPACITY)
  #used = 1
  #free = 0
  #entries = 0
  /** By window: its start at its last read; NaN before. */
  readonly #starts: Float64Array
  /** By window and register: rank and tile of the oldest entry inside, or 0 and +∞. */
  readonly #topRanks: Uint8Array
  readonly #topTiles: Float64Array
  /** By window and block: a lower bound of the tiles of its registers. */
  readonly #earliest: Float64Array
  /** By window: Σ 2^−rank over the registers that are not empty, which is exact in a double, and the number of empty registers. */
  readonly rankSum: Float64Array
  readonly empty: Int32Array

  constructor(windows: number) {
    this.#starts = new Float64Array(windows).fill(NaN)
    this.#topRanks = new Uint8Array(windows * REGISTERS)
    this.#topTiles = new Float64Array(windows * REGISTERS).fill(Infinity)
    this.#earliest = new Float64Array(windows * BLOCKS).fill(Infinity)
    this.rankSum = new Float64Array(windows)
    this.empty = new Int32Array(windows).fill(REGISTERS)
  }

  get bytes(): number {
    const shared = this.#newest.byteLength + this.#topRanks.byteLength + this.#topTiles.byteLength + this.#earliest.byteLength
    return shared + this.#tiles.byteLength + this.#ranks.byteLength + this.#older.byteLength
  }

  get entries(): number {
    return this.#entries
  }

  /** Allocated entries. */
  get capacity(): number {
    return this.#tiles.length
  }

  /** Adds a value of a tile. Later window starts are at `reach` or after it. */
  add(tile: number, code: number, reach: number): void {
    const register = registerOf(code)
    const rank = rankOf(code)
    let newer = 0
    let entry = this.#newest[register]
    for (; entry > 0 && this.#tiles[entry] >= tile; entry = this.#older[entry]) {
      if (this.#ranks[entry] >= rank) return
      if (this.#tiles[entry] === tile) break
      newer = entry
    }
    while (entry > 0 && (this.#ranks[entry] <= rank || this.#tiles[entry] < reach)) entry = this.#release(entry)
    const added = this.#allocate(tile, rank, entry)
    if (newer > 0) this.#older[newer] = added
    else this.#newest[register] = added
    for (let w = 0; w < this.#starts.length; w++)
      if (tile >= this.#starts[w] && rank >= this.#topRanks[w * REGISTERS + register]) this.#setRegister(w, register, rank, tile)
  }

  /** Moves a window's start, and updates its `rankSum` and `empty`. Starts do not decrease. */
  advance(w: number, start: number): void {
    const previous = this.#starts[w]
    if (previous === start) return
    this.#starts[w] = start
    const isFirst = Number.isNaN(previous)
    for (let block = w * BLOCKS; block < (w + 1) * BLOCKS; block++)
      if (isFirst || this.#earliest[block] < start) this.#refreshBlock(w, block, start, isFirst)
  }

  /** Adds a window's registers to `registers`. */
  addTo(registers: Registers, w: number): void {
    for (let register = 0, at = w * REGISTERS; register < REGISTERS; register++, at++) registers.raise(register, this.#topRanks[at])
  }

  /** Writes the entries, register by register. */
  save(to: StateWriter): void {
    to.count(this.#entries)
    for (let register = 0; register < REGISTERS; register++)
      for (let entry = this.#newest[register]; entry > 0; entry = this.#older[entry]) {
        to.number(this.#tiles[entry])
        to.count((register << RANK_BITS) | this.#ranks[entry])
      }
  }

  /** Reads what `save` wrote into an empty sketch. */
  load(from: StateReader): void {
    const entries = from.count(Math.min(REGISTERS * limits.SKETCH_RANK_MAX, from.maxEntriesLeft(1)))
    for (let i = 0; i < entries; i++) {
      const tile = from.number()
      const code = from.count(2 ** 31 - 1)
      if (!isCode(code) || Number.isNaN(tile)) throw restoreError('a sketch has an invalid register')
      this.add(tile, code, -Infinity)
    }
  }

  /** Moves the registers of a block to a window's new start. */
  #refreshBlock(w: number, block: number, start: number, isFirst: boolean): void {
    let earliest = Infinity
    const first = (block - w * BLOCKS) * BLOCK
    for (let register = first; register < first + BLOCK; register++) {
      const at = w * REGISTERS + register
      if (isFirst || this.#topTiles[at] < start) this.#refreshRegister(w, register, start)
      if (this.#topTiles[at] < earliest) earliest = this.#topTiles[at]
    }
    this.#earliest[block] = earliest
  }

  /** Sets a window's register to its oldest entry at or after `start`. */
  #refreshRegister(w: number, register: number, start: number): void {
    let top = 0
    for (let entry = this.#newest[register]; entry > 0 && this.#tiles[entry] >= start; entry = this.#older[entry]) top = entry
    if (top > 0) this.#setRegister(w, register, this.#ranks[top], this.#tiles[top])
    else this.#setRegister(w, register, 0, Infinity)
  }

  #setRegister(w: number, register: number, rank: number, tile: number): void {
    const at = w * REGISTERS + register
    const before = this.#topRanks[at]
    const block = w * BLOCKS + Math.floor(register / BLOCK)
    if (tile < this.#earliest[block]) this.#earliest[block] = tile
    this.#topTiles[at] = tile
    if (rank === before) return
    this.#topRanks[at] = rank
    this.rankSum[w] = this.rankSum[w] + rankWeights[rank] - rankWeights[before]
    this.empty[w] = this.empty[w] + (rank === 0 ? 1 : 0) - (before === 0 ? 1 : 0)
  }

  #allocate(tile: number, rank: number, older: number): number {
    let entry = this.#free
    if (entry > 0) this.#free = this.#older[entry]
    else {
      entry = this.#used++
      if (entry === this.#tiles.length) this.#grow(2 * entry)
    }
    this.#tiles[entry] = tile
    this.#ranks[entry] = rank
    this.#older[entry] = older
    this.#entries++
    return entry
  }

  /** Frees an entry, and returns the next one of its chain. */
  #release(entry: number): number {
    const older = this.#older[entry]
    this.#older[entry] = this.#free
    this.#free = entry
    this.#entries--
    return older
  }

  #grow(capacity: number): void {
    this.#tiles = growArray(this.#tiles, capacity)
    this.#ranks = growArray(this.#ranks, capacity)
    this.#older = growArray(this.#older, capacity)
  }
}
