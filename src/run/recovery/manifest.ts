/** The manifest of a checkpoint: the state files beside the log, named by a value that is committed after everything they hold. */
import { crc32 } from 'node:zlib'
import type { Strings } from '../../columns/index.ts'
import type { PlacementIR } from '../../define/ir/index.ts'
import { ByteReader, type NamedValues, type SavedStates } from '../../log/index.ts'

/** A state file, and the checksum of its bytes. */
export interface StateFile {
  readonly name: string
  readonly crc: number
}

/** The files of the last complete checkpoint. */
export interface Manifest {
  /** Number of the checkpoint in this folder. */
  readonly round: number
  readonly strings: readonly StateFile[]
  /** Slices by group, in order, and the placement under which they were applied. */
  readonly groups: Readonly<Record<string, SavedGroup>>
  /** The latest time at which a key was read outside of decisions, UTC ms: later entries are stamped at least this. */
  readonly readAt?: number
}

/** The saved state of one group. */
export interface SavedGroup {
  readonly place: PlacementIR
  /** The source whose events were applied; earlier versions did not store it. */
  readonly source?: string
  readonly files: readonly StateFile[]
  /** The batch run whose result is the snapshot below the slices; absent if there is none. */
  readonly run?: number
  /** `LiveGroup.incomplete`, where it is not −Infinity. */
  readonly incomplete?: number
}

/** Name of the stored manifest. */
export const CHECKPOINT_MANIFEST = 'checkpoint'

/** The manifest of the last complete checkpoint. */
export function readCheckpointManifest(store: NamedValues): Manifest | undefined {
  const text = store.get(CHECKPOINT_MANIFEST)
  return text === undefined ? undefined : (JSON.parse(text) as Manifest)
}

/** The bytes of a state file; undefined if it is missing or damaged. */
export function stateBytes(store: SavedStates, { name, crc }: StateFile): Uint8Array | undefined {
  const bytes = store.readState(name)
  return bytes && crc32(bytes) === crc ? bytes : undefined
}

/**
 * Loads the last manifest and its strings into `strings`, which must be empty. Undefined if there is no manifest, or a string file is
 * damaged.
 */
export function restoreManifest(
  store: NamedValues & SavedStates,
  strings: Strings,
  onReport: (report: string) => void,
): Manifest | undefined {
  const manifest = readCheckpointManifest(store)
  if (!manifest) return undefined
  // File by file: all of them together are as large as the strings in memory.
  for (const file of manifest.strings) {
    const bytes = stateBytes(store, file)
    if (!bytes) {
      strings.clear()
      onReport(`saved state ${file.name} is missing or damaged; everything is made again from the log`)
      return undefined
    }
    const reader = new ByteReader(bytes, file.name)
    for (let count = reader.varint(); count > 0; count--) reader.textId(strings)
  }
  return manifest
}
