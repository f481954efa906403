/**
 * Frames: blocks of bytes, each behind its length and CRC-32. The results of batch runs are made of them, so that each block is read alone
 * and a damaged block is detected.
 */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { ByteReader } from '../log/index.ts'

/** Length and checksum of a block. */
const HEAD_BYTES = 8

/** Frames blocks, and hashes all frames. */
export class FrameWriter {
  readonly #hash = createHash('sha256')
  #bytes = 0

  /** One frame, in a buffer of its own. */
  frame(body: Uint8Array): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(HEAD_BYTES + body.length)
    const head = new DataView(bytes.buffer)
    head.setUint32(0, body.length, true)
    head.setUint32(4, crc32(body), true)
    bytes.set(body, HEAD_BYTES)
    this.#hash.update(bytes)
    this.#bytes += bytes.length
    return bytes
  }

  /** SHA-256 (hex) and size of all frames. */
  digest(): { readonly hash: string; readonly bytes: number } {
    return { hash: this.#hash.digest('hex'), bytes: this.#bytes }
  }
}

/**
 * Yields the blocks of adjacent frames. `subject` names the bytes in errors.
 * @throws `SPILL_DATA` for a damaged frame.
 */
export function* readFrames(bytes: Uint8Array, subject: string): Generator<ByteReader> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at < bytes.length;) {
    const length = at + HEAD_BYTES <= bytes.length ? view.getUint32(at, true) : Infinity
    // Copied to an aligned buffer, since arrays of numbers need alignment. `slice` of a Buffer does not copy.
    const body = new Uint8Array(bytes.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length))
    const reader = new ByteReader(body, subject)
    if (body.length !== length || crc32(body) !== view.getUint32(at + 4, true)) reader.failDamaged('is not as it was written')
    yield reader
    at += HEAD_BYTES + length
  }
}
