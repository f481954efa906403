/** Bytes in stretches, each with its length and checksum before it: what results of batch runs are made of, so that each stretch can be read alone and is believed only if it is whole. */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { ByteReader } from '../log/bytes.ts'

/** Of a stretch's bytes, and their checksum. */
const HEAD_BYTES = 8

export class FrameWriter {
  readonly #hash = createHash('sha256')
  #bytes = 0

  /** The stretch in a buffer of its own. */
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

  /** Of all that was framed. */
  sum(): { readonly hash: string; readonly bytes: number } {
    return { hash: this.#hash.digest('hex'), bytes: this.#bytes }
  }
}

/** The stretches that stand one behind the other, one at a time. Throws `SPILL_DATA` where one is not as it was written; `what` names them. */
export function* framesIn(bytes: Uint8Array, what: string): Generator<ByteReader> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at < bytes.length;) {
    const length = at + HEAD_BYTES <= bytes.length ? view.getUint32(at, true) : Infinity
    // A copy that begins where arrays of numbers may; of a Buffer `slice` is none.
    const body = new Uint8Array(bytes.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length))
    const reader = new ByteReader(body, what)
    if (body.length !== length || crc32(body) !== view.getUint32(at + 4, true)) reader.damaged('is not as it was written')
    yield reader
    at += HEAD_BYTES + length
  }
}
