/**
 * The chunks of a target: content-addressed and compressed. A chunk that is there is not written again, whichever backup wrote it.
 *
 * Safe beside a garbage collection without a lock, by times alone (`prune.ts`): a chunk that no present backup needs may be about to be
 * deleted, so it is written again once it is older than half of the grace period.
 */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { type Clock, limits, SpillwayError } from '../base/index.ts'
import { chunkObject, type Chunk, contentHash } from './manifest.ts'
import type { BackupTarget } from './target/backup-target.ts'

/** Level 1 takes half the processor time of the default, for some 5 % more bytes. */
const options = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** Chunks and bytes of a backup; `bytes` before compression, `stored` as the target has them. */
export interface WrittenChunks {
  readonly chunks: number
  readonly bytes: number
  readonly stored: number
}

export class ChunkStore {
  readonly #target: BackupTarget
  readonly #clock: Clock
  readonly #known: Set<string>
  readonly #isFull: boolean
  #written: WrittenChunks = { chunks: 0, bytes: 0, stored: 0 }

  /** `known`: hashes of chunks that a present backup needs. `isFull`: writes all other chunks, also those that the target has. */
  constructor(target: BackupTarget, clock: Clock, known: Iterable<string> = [], isFull = false) {
    this.#target = target
    this.#clock = clock
    this.#known = new Set(known)
    this.#isFull = isFull
  }

  /** The chunks that this backup has written. */
  get written(): WrittenChunks {
    return this.#written
  }

  has(hash: string): boolean {
    return this.#known.has(hash)
  }

  /** Writes a chunk, unless the target has it. */
  async write(hash: string, content: Uint8Array): Promise<void> {
    if (this.#known.has(hash)) return
    const object = chunkObject(hash)
    const present = this.#isFull ? undefined : await this.#target.find(object)
    if (!present || present.modified < this.#clock() - limits.BACKUP_GRACE_MS / 2) {
      // In this thread, which has a lower priority; the pool of threads is that of the run.
      const stored = zstdCompressSync(content, options)
      await this.#target.put(object, stored)
      const { chunks, bytes, stored: before } = this.#written
      this.#written = { chunks: chunks + 1, bytes: bytes + content.length, stored: before + stored.length }
    }
    this.#known.add(hash)
  }
}

/** Reads the content of a chunk. Throws `SPILL_DATA` for a chunk that is missing or damaged. */
export async function readChunk(target: BackupTarget, { hash, bytes }: Chunk): Promise<Uint8Array> {
  const object = chunkObject(hash)
  const damaged = (problem: string): SpillwayError => new SpillwayError('SPILL_DATA', `${problem}: ${object}`, { place: target.place })
  const stored = await target.get(object)
  if (!stored) throw damaged('lacks an object of the backup')
  let content: Uint8Array
  try {
    content = zstdDecompressSync(stored, { maxOutputLength: Math.max(1, bytes) })
  } catch {
    throw damaged('has a damaged object')
  }
  if (contentHash(content) !== hash) throw damaged('has a damaged object')
  return content
}
