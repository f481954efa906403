/**
 * Checks at start that the WAL still holds every committed transaction.
 *
 * SQLite reads a WAL up to the last whole transaction, because a power loss may cut it there, and cannot know that there was more. The WAL
 * index (`-shm`) holds the number of committed frames, and is raised only once the frames are on disk. A WAL with fewer frames was damaged
 * or cut since: also where a checkpoint has moved all of it into the database, because the frames that are left are older versions of its
 * pages. After a power loss the index may be old or missing, and then claims nothing. Both files are read once, before SQLite opens
 * them: up to `WAL_PAGES_MAX` pages. Formats: sqlite.org/walformat.html.
 */
import { readFileSync } from 'node:fs'
import { SpillwayError } from '../../base/index.ts'

const INDEX_VERSION = 3_007_000
const INDEX_HEADER_BYTES = 48
const WAL_HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24

interface Claim {
  readonly frames: number
  /** Frames that were already moved into the database. */
  readonly moved: number
  /** Identify the generation of the WAL. */
  readonly salts: Buffer
}

/**
 * @throws `SPILL_DATA` if acknowledged commits are no longer in the WAL of this database.
 */
export function checkWalIntact(path: string): void {
  const claim = claimOf(readIfPresent(`${path}-shm`))
  if (!claim) return
  const wal = readIfPresent(`${path}-wal`)
  if (isNewer(wal, claim)) return
  const whole = wholeFrames(wal, claim.salts)
  if (whole >= claim.frames) return
  if (claim.moved >= claim.frames) {
    // The database has every frame. The frames that are left are older versions of its pages, and SQLite would read them in place of the newer.
    if (whole === 0) return
    throw new SpillwayError(
      'SPILL_DATA',
      `is damaged: of ${claim.frames} pages that were committed to it, ${whole} can be read, and they are older than those in the database, ` +
        `which has them all; delete ${path}-wal and ${path}-shm to go on with everything that was acknowledged`,
      { place: `${path}-wal` },
    )
  }
  throw new SpillwayError(
    'SPILL_DATA',
    `is damaged or missing: of ${claim.frames} pages that were committed to it, ${whole} can be read, so that acknowledged events would be gone; ` +
      `restore the folder from a backup, or delete ${path}-shm to go on without them`,
    { place: `${path}-wal` },
  )
}

function readIfPresent(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch {
    return Buffer.alloc(0)
  }
}

/** The index header is stored twice, with a checksum; a damaged header claims nothing. */
function claimOf(index: Buffer): Claim | undefined {
  if (index.length < 2 * INDEX_HEADER_BYTES + 4) return undefined
  const header = index.subarray(0, INDEX_HEADER_BYTES)
  if (!header.equals(index.subarray(INDEX_HEADER_BYTES, 2 * INDEX_HEADER_BYTES))) return undefined
  if (header.readUInt32LE(0) !== INDEX_VERSION) return undefined
  const [first, second] = checksum(header.subarray(0, 40), [0, 0], false)
  if (header.readUInt32LE(40) !== first || header.readUInt32LE(44) !== second) return undefined
  return { frames: header.readUInt32LE(16), moved: index.readUInt32LE(2 * INDEX_HEADER_BYTES), salts: header.subarray(32, 40) }
}

/**
 * True if the WAL's generation is newer than the claim. A generation begins once the previous one is in the database; the first salt counts
 * them.
 */
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

/** Number of intact frames from the start; each frame's checksum continues from the previous one. */
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

/** SQLite's WAL checksum, over pairs of 32-bit words. */
function checksum(bytes: Buffer, [from, to]: Sums, bigEndian: boolean): Sums {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let [first, second] = [from | 0, to | 0]
  for (let at = 0; at < bytes.length; at += 8) {
    first = (first + view.getInt32(at, !bigEndian) + second) | 0
    second = (second + view.getInt32(at + 4, !bigEndian) + first) | 0
  }
  return [first >>> 0, second >>> 0]
}
