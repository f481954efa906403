/**
 * A spill file: encoded rows by partition, for more than memory holds while partitions wait for their turn.
 *
 * It is derived from the log, so it is never fsynced, and a crash leaves nothing to recover.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { SpillwayError } from '../base/index.ts'
import { makePrivateFolder, PRIVATE_FILE } from '../log/index.ts'
import type { EncodedRows } from './encode-by-partition.ts'

/** First byte and length of each block of one partition. */
export type BlockPlaces = readonly (readonly [at: number, length: number])[]

/** Writes a spill file. */
export class SpillFile {
  readonly #path: string
  readonly #file: number
  readonly #places = new Map<number, [number, number][]>()
  #end = 0

  /**
   * Overwrites an existing file.
   * @throws `SPILL_STORE` if the file cannot be written.
   */
  constructor(path: string) {
    this.#path = path
    this.#file = this.#guarded(() => {
      makePrivateFolder(dirname(path))
      return openSync(path, 'w', PRIVATE_FILE)
    })
  }

  get places(): ReadonlyMap<number, BlockPlaces> {
    return this.#places
  }

  add({ partition, bytes }: EncodedRows): void {
    this.#guarded(() => {
      for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at)
    })
    const places = this.#places.get(partition) ?? []
    this.#places.set(partition, places)
    places.push([this.#end, bytes.length])
    this.#end += bytes.length
  }

  close(): void {
    closeSync(this.#file)
  }

  #guarded<T>(act: () => T): T {
    try {
      return act()
    } catch (error) {
      throw new SpillwayError('SPILL_STORE', `cannot be written: ${(error as Error).message}`, { place: this.#path, cause: error })
    }
  }
}

/**
 * Yields the blocks at these places.
 * @throws `SPILL_STORE` if the file has been truncated.
 */
export function* readBlocksAt(path: string, places: BlockPlaces): Generator<Uint8Array> {
  const file = openSync(path, 'r')
  try {
    for (const [at, length] of places) {
      const bytes = new Uint8Array(length)
      if (readSync(file, bytes, 0, length, at) < length)
        throw new SpillwayError('SPILL_STORE', 'is truncated: it ends before the rows that were written to it', { place: path })
      yield bytes
    }
  } finally {
    closeSync(file)
  }
}
