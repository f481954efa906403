/**
 * SQLite's WAL as bytes: a header of 32 bytes, then frames of 24 bytes and a page each. A frame belongs to the header's generation if it
 * has its two salts; one whose fifth to eighth byte are not zero ends a transaction. (The format: sqlite.org/fileformat2.html, "The
 * Write-Ahead Log".)
 */
const HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24

export interface Wal {
  readonly bytes: Buffer
  readonly frameBytes: number
  /** Identifies the generation. */
  readonly salts: string
  /** End of the last complete transaction of this generation; the end of the header if there is none. */
  readonly end: number
}

/** `undefined` for a file without a header. */
export function readWal(bytes: Buffer): Wal | undefined {
  if (bytes.length < HEADER_BYTES) return undefined
  const frameBytes = bytes.readUInt32BE(8) + FRAME_HEADER_BYTES
  const salts = bytes.subarray(16, 24).toString('hex')
  let end = HEADER_BYTES
  for (let at = HEADER_BYTES; at + frameBytes <= bytes.length; at += frameBytes) {
    if (bytes.subarray(at + 8, at + 16).toString('hex') !== salts) break
    if (bytes.readUInt32BE(at + 4) !== 0) end = at + frameBytes
  }
  return { bytes, frameBytes, salts, end }
}
