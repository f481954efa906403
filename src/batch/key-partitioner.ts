/**
 * Assigns keys to partitions of a batch run, by a hash of the key alone. A partition has all events of its keys and is computed
 * independently.
 *
 * Invariant: the hash is part of the result format and must never change.
 */
import { definitionOf, type Hash64, limits } from '../base/index.ts'
import type { Block, ColumnData, Strings } from '../columns/index.ts'
import type { GroupIR, SourceIR } from '../define/ir/index.ts'

/** Partition of a row with a NULL in its key; such a row is in no group. */
export const NO_PARTITION = 0xffff

/** Number of partitions for a number of events: a power of two that bounds the events of each. */
export function partitionCount(events: number): number {
  let partitions = 1
  while (partitions < limits.BATCH_PARTITIONS_MAX && events > partitions * limits.BATCH_PARTITION_EVENTS) partitions *= 2
  return partitions
}

/** Computes partitions of rows; texts have their ids in `strings`. */
export class KeyPartitioner {
  readonly #key: readonly { readonly name: string; readonly isText: boolean }[]
  readonly #partitions: number
  readonly #strings: Strings

  constructor({ key }: GroupIR, { columns }: SourceIR, partitions: number, strings: Strings) {
    this.#key = key.map(name => ({ name, isText: definitionOf(columns, name).type === 'string' }))
    this.#partitions = partitions
    this.#strings = strings
  }

  /** Partition of each row, or `NO_PARTITION`. */
  partitionsOf({ length, columns }: Block): Uint16Array {
    const hashes = new Int32Array(length)
    for (const { name, isText } of this.#key) {
      if (isText) this.#addTexts(hashes, columns[name].values)
      else addNumbers(hashes, columns[name].values)
    }
    const mask = this.#partitions - 1
    const partitions = Uint16Array.from(hashes, hash => finalMix(hash) & mask)
    for (const { name } of this.#key) excludeNulls(partitions, columns[name])
    return partitions
  }

  /** Each distinct text is hashed once. */
  #addTexts(hashes: Int32Array, ids: ColumnData['values']): void {
    const strings = this.#strings
    const hashOfId = new Int32Array(strings.size)
    const isHashed = new Uint8Array(strings.size)
    const hash: Hash64 = { high: 0, low: 0 }
    for (let row = 0; row < hashes.length; row++) {
      const id = ids[row]
      // The cell of a NULL may hold any number.
      if (id >= hashOfId.length) continue
      if (!isHashed[id]) {
        hash.high = hash.low = 0
        strings.addTo(hash, id)
        hashOfId[id] = hash.high
        isHashed[id] = 1
      }
      hashes[row] = mix(hashes[row], hashOfId[id])
    }
  }
}

function addNumbers(hashes: Int32Array, values: ColumnData['values']): void {
  const number = new Float64Array(1)
  const halves = new Int32Array(number.buffer)
  for (let row = 0; row < hashes.length; row++) {
    number[0] = values[row]
    hashes[row] = mix(mix(hashes[row], halves[0]), halves[1])
  }
}

function excludeNulls(partitions: Uint16Array, { nulls }: ColumnData): void {
  if (nulls) for (let row = 0; row < partitions.length; row++) if (nulls[row] === 1) partitions[row] = NO_PARTITION
}

function mix(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e3779b1)
  return product ^ (product >>> 15)
}

function finalMix(hash: number): number {
  const mixedOnce = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  const mixedTwice = Math.imul(mixedOnce ^ (mixedOnce >>> 13), 0xc2b2ae35)
  return mixedTwice ^ (mixedTwice >>> 16)
}
