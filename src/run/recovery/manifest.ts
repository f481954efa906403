/** What a round of saving state has kept: files beside the log, named by a value that is committed behind everything they hold. */
import { crc32 } from 'node:zlib'
import type { Strings } from '../../columns/strings.ts'
import type { PlacementIR } from '../../define/ir/ir.ts'
import { ByteReader } from '../../log/bytes.ts'
import type { StoredLog } from '../../log/store.ts'

/** A kept file, and what its bytes must sum to. */
export interface StateFile {
  readonly name: string
  readonly crc: number
}

export interface Manifest {
  /** Counts the rounds of a folder. */
  readonly round: number
  readonly strings: readonly StateFile[]
  /** By group: its slices, one behind the other, and the placement by which they were applied. */
  readonly groups: Readonly<Record<string, SavedGroup>>
  /** No key was read above it outside of decisions, UTC ms: what is appended later is stamped at least this. */
  readonly readAt?: number
}

export interface SavedGroup {
  readonly place: PlacementIR
  readonly files: readonly StateFile[]
  /** The batch run onto whose result the slices are the head; absent where there is none. */
  readonly run?: number
  /** `LiveGroup.incomplete`, where it is not −Infinity. */
  readonly incomplete?: number
}

/** The name of the value that holds the manifest. */
export const MANIFEST = 'checkpoint'

/** The manifest of the last round that ended. */
export function manifestOf(store: StoredLog): Manifest | undefined {
  const text = store.get(MANIFEST)
  return text === undefined ? undefined : (JSON.parse(text) as Manifest)
}

/** The bytes of a file that a manifest names, if they are as they were written. */
export function stateBytes(store: StoredLog, { name, crc }: StateFile): Uint8Array | undefined {
  const bytes = store.readState(name)
  return bytes && crc32(bytes) === crc ? bytes : undefined
}

/** What the last round saved, its strings given back to `strings`, which are empty. Without it, or where strings are damaged, there is nothing. */
export function restoredManifest(store: StoredLog, strings: Strings, onReport: (report: string) => void): Manifest | undefined {
  const manifest = manifestOf(store)
  if (!manifest) return undefined
  // One file after the other: all of them together are as large as what they give.
  for (const file of manifest.strings) {
    const bytes = stateBytes(store, file)
    if (!bytes) {
      strings.clear()
      onReport(`saved state ${file.name} is missing or damaged; everything is made again from the log`)
      return undefined
    }
    const reader = new ByteReader(bytes, file.name)
    for (let count = reader.varint(); count > 0; count--) reader.textIn(strings)
  }
  return manifest
}
