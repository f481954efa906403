/**
 * Decompresses the records of a batch. Synchronous, for a thread of its own: a batch of 5 MB takes tens of milliseconds.
 *
 * A batch of a few kilobytes may decompress to gigabytes, so the output of each codec is bounded.
 */
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { limits } from '../../base/index.ts'

/** Codecs of a batch by the low three bits of its attributes. */
const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

/** Decompressors of two codecs that Node lacks. Each returns a new buffer. */
export interface ForeignCodecs {
  readonly snappy: (block: Buffer) => Buffer
  readonly lz4: (frame: Buffer) => Buffer
}

/**
 * The records of a batch, decompressed.
 *
 * @throws RangeError if they take more than `KAFKA_BATCH_BYTES_MAX`; any error for damaged data.
 */
export function decompress(attributes: number, data: Buffer, foreign: ForeignCodecs): Buffer {
  const bounded = { maxOutputLength: limits.KAFKA_BATCH_BYTES_MAX }
  switch (CODECS[attributes & 7]) {
    case 'none':
      return data
    case 'gzip':
      return gunzipSync(data, bounded)
    case 'zstd':
      return zstdDecompressSync(data, bounded)
    case 'lz4':
      checkSize(lz4Size(data))
      return foreign.lz4(data)
    case 'snappy':
      return data.subarray(0, XERIAL.length).equals(XERIAL) ? xerial(data, foreign) : snappy(data, foreign)
    default:
      throw new RangeError(`the compression ${attributes & 7} is unknown`)
  }
}

function checkSize(bytes: number): void {
  if (bytes > limits.KAFKA_BATCH_BYTES_MAX)
    throw new RangeError(`a batch of ${bytes} bytes is larger than ${limits.KAFKA_BATCH_BYTES_MAX} (KAFKA_BATCH_BYTES_MAX)`)
}

/** Java's producers write the blocks of snappy-java: this magic and two versions of four bytes, then blocks behind their lengths. */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const XERIAL_HEADER = 16

function snappy(block: Buffer, foreign: ForeignCodecs): Buffer {
  checkSize(snappySize(block))
  return foreign.snappy(block)
}

function xerial(data: Buffer, foreign: ForeignCodecs): Buffer {
  const blocks: Buffer[] = []
  for (let at = XERIAL_HEADER, bytes = 0; at < data.length;) {
    const length = data.readUInt32BE(at)
    at += 4
    if (at + length > data.length) throw new RangeError('a snappy block is cut off')
    const block = data.subarray(at, (at += length))
    checkSize((bytes += snappySize(block)))
    blocks.push(foreign.snappy(block))
  }
  return Buffer.concat(blocks)
}

/** The size of a decompressed block, a varint before it. Source: snappy's format description, section 1. */
function snappySize(block: Buffer): number {
  let size = 0
  for (let i = 0; i < 5; i++) {
    const byte = block[i]
    if (byte === undefined) throw new RangeError('a snappy block is cut off')
    size += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return size
  }
  throw new RangeError('a snappy block has no valid length')
}

const LZ4_MAGIC = 0x184d2204
const LZ4_UNCOMPRESSED = 0x80000000

/**
 * The greatest size of a decompressed frame: for each block its greatest size. A block of at most 4 MiB cannot grow more than 255-fold.
 * Source: the LZ4 frame format, version 1.6.2.
 */
function lz4Size(frame: Buffer): number {
  if (frame.length < 7 || frame.readUInt32LE(0) !== LZ4_MAGIC) throw new RangeError('an lz4 frame has no valid header')
  const flags = frame[4]
  const blockMax = 2 ** (8 + 2 * ((frame[5] >> 4) & 7))
  let at = 7 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0)
  let size = 0
  while (at + 4 <= frame.length) {
    const length = frame.readUInt32LE(at)
    if (length === 0) return size
    const isRaw = length >= LZ4_UNCOMPRESSED
    const bytes = isRaw ? length - LZ4_UNCOMPRESSED : length
    size += isRaw ? bytes : Math.min(blockMax, bytes * 255)
    at += 4 + bytes + (flags & 0x10 ? 4 : 0)
  }
  throw new RangeError('an lz4 frame is cut off')
}
