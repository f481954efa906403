/**
 * Stretches of rows set aside in one file, each found again by its place: what is too much for memory while the partitions wait for their turn. It is derived from the
 * log, so nothing of it is flushed, and after a crash nobody looks at it.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { SpillwayError } from '../base/errors.ts'
import { makePrivateFolder, PRIVATE_FILE } from '../log/sqlite/folder-permissions.ts'
import type { Stretch } from './parted.ts'

/** Where the stretches of one partition stand: each its first byte, and how many. */
export type Places = readonly (readonly [at: number, length: number])[]

export class Spill {
  readonly #path: string
  readonly #file: number
  readonly #places = new Map<number, [number, number][]>()
  #end = 0

  /** Writes over what is there. Throws `SPILL_STORE` where that cannot be. */
  constructor(path: string) {
    this.#path = path
    this.#file = this.#guarded(() => {
      makePrivateFolder(dirname(path))
      return openSync(path, 'w', PRIVATE_FILE)
    })
  }

  get places(): ReadonlyMap<number, Places> {
    return this.#places
  }

  add({ partition, bytes }: Stretch): void {
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

/** The stretches at these places, one at a time. Throws `SPILL_STORE` where the file has become another. */
export function* readPlaces(path: string, places: Places): Generator<Uint8Array> {
  const file = openSync(path, 'r')
  try {
    for (const [at, length] of places) {
      const bytes = new Uint8Array(length)
      if (readSync(file, bytes, 0, length, at) < length)
        throw new SpillwayError('SPILL_STORE', 'ends before what was written to it', { place: path })
      yield bytes
    }
  } finally {
    closeSync(file)
  }
}
