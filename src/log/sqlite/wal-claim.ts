/**
 * Whether the WAL still has what was committed to it.
 *
 * SQLite takes a WAL up to the last transaction that is whole, because that is what a power loss leaves, and cannot know that there was more. The index
 * beside it (`-shm`) says how many frames were committed, and is raised only once they are on the disk: a WAL with fewer was damaged or cut since.
 * After a power loss the index may be an old one or gone, and then nothing is claimed. Read once, before SQLite opens the file: up to
 * `WAL_PAGES_MAX` pages. (The formats: sqlite.org/walformat.html.)
 */
import { readFileSync } from 'node:fs'
import { SpillwayError } from '../../base/errors.ts'

const INDEX_VERSION = 3_007_000
const INDEX_HEADER_BYTES = 48
const WAL_HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24

interface Claim {
  readonly frames: number
  /** Of those, moved into the database. */
  readonly moved: number
  /** Names the generation of the WAL. */
  readonly salts: Buffer
}

/** Throws `SPILL_DATA` if commits that were acknowledged are no longer in the WAL of this database. */
export function checkWal(path: string): void {
  const claim = claimOf(bytesOf(`${path}-shm`))
  if (!claim || claim.frames <= claim.moved) return
  const wal = bytesOf(`${path}-wal`)
  if (isNewer(wal, claim)) return
  const whole = wholeFrames(wal, claim.salts)
  if (whole >= claim.frames) return
  throw new SpillwayError(
    'SPILL_DATA',
    `is damaged or missing: of ${claim.frames} pages that were committed to it, ${whole} can be read, so that acknowledged events would be gone; ` +
      `restore the folder from a backup, or delete ${path}-shm to go on without them`,
    { place: `${path}-wal` },
  )
}

function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch {
    return Buffer.alloc(0)
  }
}

/** Its header stands twice, with a checksum: where it is not whole, it claims nothing. */
function claimOf(index: Buffer): Claim | undefined {
  if (index.length < 2 * INDEX_HEADER_BYTES + 4) return undefined
  const header = index.subarray(0, INDEX_HEADER_BYTES)
  if (!header.equals(index.subarray(INDEX_HEADER_BYTES, 2 * INDEX_HEADER_BYTES))) return undefined
  if (header.readUInt32LE(0) !== INDEX_VERSION) return undefined
  const [first, second] = checksum(header.subarray(0, 40), [0, 0], false)
  if (header.readUInt32LE(40) !== first || header.readUInt32LE(44) !== second) return undefined
  return { frames: header.readUInt32LE(16), moved: index.readUInt32LE(2 * INDEX_HEADER_BYTES), salts: header.subarray(32, 40) }
}

/** A generation begins once all of the one before is in the database; the first salt counts them. */
function isNewer(wal: Buffer, { salts }: Claim): boolean {
  if (!isHeaderWhole(wal)) return false
  const ahead = (wal.readUInt32BE(16) - salts.readUInt32BE(0)) >>> 0
  return ahead > 0 && ahead < 2 ** 31
}

const isBigEndian = (wal: Buffer): boolean => (wal.readUInt32BE(0) & 1) === 1

function isHeaderWhole(wal: Buffer): boolean {
  if (wal.length < WAL_HEADER_BYTES) return false
  const [first, second] = checksum(wal.subarray(0, 24), [0, 0], isBigEndian(wal))
  return wal.readUInt32BE(24) === first && wal.readUInt32BE(28) === second
}

/** Frames from the first on that are as they were written: each one's checksum goes on from the one before. */
function wholeFrames(wal: Buffer, salts: Buffer): number {
  if (!isHeaderWhole(wal) || !wal.subarray(16, 24).equals(salts)) return 0
  const frameBytes = FRAME_HEADER_BYTES + wal.readUInt32BE(8)
  let sums: Sums = [wal.readUInt32BE(24), wal.readUInt32BE(28)]
  let frames = 0
  for (let at = WAL_HEADER_BYTES; at + frameBytes <= wal.length; at += frameBytes) {
    if (!wal.subarray(at + 8, at + 16).equals(salts)) break
    sums = checksum(wal.subarray(at, at + 8), sums, isBigEndian(wal))
    sums = checksum(wal.subarray(at + FRAME_HEADER_BYTES, at + frameBytes), sums, isBigEndian(wal))
    if (wal.readUInt32BE(at + 16) !== sums[0] || wal.readUInt32BE(at + 20) !== sums[1]) break
    frames++
  }
  return frames
}

type Sums = readonly [number, number]

/** SQLite's, over pairs of 32-bit words. */
function checksum(bytes: Buffer, [from, and]: Sums, bigEndian: boolean): Sums {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let [first, second] = [from | 0, and | 0]
  for (let at = 0; at < bytes.length; at += 8) {
    first = (first + view.getInt32(at, !bigEndian) + second) | 0
    second = (second + view.getInt32(at + 4, !bigEndian) + first) | 0
  }
  return [first >>> 0, second >>> 0]
}
