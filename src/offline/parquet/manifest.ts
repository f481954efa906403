/** The manifest of a Parquet folder: a JSON file beside its data, replaced atomically. Only files that it names belong to the store. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeAtomically, packageVersion } from '../../base/node/index.ts'
import { SpillwayError } from '../../base/index.ts'
import { canonicalJson, shortHash } from '../../define/ir/index.ts'
import { displayPath, fileError, formatError, systemError } from '../../files/index.ts'
import type { PartitionUnit } from '../calendar.ts'

/** One file of the table: a column of a partition. */
export interface StoredFile {
  /** Fingerprint of the definitions of its values. */
  readonly code: string
  /** Digest of its events and row times. */
  readonly input: string
  readonly bytes: number
  readonly sha256: string
}

/** The files of one partition. */
export interface ManifestPartition {
  rows: number
  /** Hash over its files: the same for the same history and definitions. */
  hash: string
  readonly files: Record<string, StoredFile>
}

/** The manifest file. */
export interface StoreManifest {
  readonly format: 1
  /** Spillway version of the last write. */
  readonly spillway: string
  readonly partition: PartitionUnit
  /** Partitions by group, then by name. */
  readonly groups: Record<string, Record<string, ManifestPartition>>
}

const MANIFEST = 'manifest.json'

/**
 * Reads the manifest of a folder, or returns an empty manifest.
 * @throws `SPILL_FORMAT` for a folder of something else, `SPILL_DATA` for an unreadable manifest.
 */
export function readManifest(folder: string, partition: PartitionUnit | undefined): StoreManifest {
  const path = join(folder, MANIFEST)
  if (!existsSync(path)) return { format: 1, spillway: packageVersion(), partition: partition ?? 'day', groups: {} }
  const manifest = parseManifest(path)
  if (manifest.format !== 1 || typeof manifest.groups !== 'object')
    throw formatError(path, 'is no manifest of a backfill that this Spillway reads; name another folder with --out')
  if (partition !== undefined && manifest.partition !== partition)
    throw new SpillwayError(
      'SPILL_INPUT',
      `is partitioned by ${manifest.partition}; name another folder with --out to have it by ${partition}`,
      {
        place: displayPath(folder),
      },
    )
  return manifest
}

function parseManifest(path: string): StoreManifest {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as StoreManifest
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw systemError(path, error)
    throw new SpillwayError('SPILL_DATA', 'is damaged: delete it, and the next backfill makes the store again', {
      place: path,
      cause: error,
    })
  }
}

/**
 * Writes the manifest.
 * @throws `SPILL_FILE` if the folder cannot be written.
 */
export function writeManifest(folder: string, manifest: StoreManifest): void {
  const path = join(folder, MANIFEST)
  try {
    mkdirSync(folder, { recursive: true })
    writeAtomically(path, `${canonicalJson({ ...manifest, spillway: packageVersion() })}\n`, { flush: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw fileError(folder, 'is a file; name a folder', error)
    throw systemError(path, error)
  }
}

/** Hash over files by name. */
export const filesHash = (files: Readonly<Record<string, StoredFile>>): string =>
  shortHash(Object.fromEntries(Object.entries(files).map(([name, { sha256 }]) => [name, sha256])))

/** Hash over all partitions of all groups. */
export const storeHash = ({ groups }: StoreManifest): string =>
  shortHash(
    Object.fromEntries(
      Object.entries(groups).map(([group, partitions]) => [
        group,
        Object.fromEntries(Object.entries(partitions).map(([name, { hash }]) => [name, hash])),
      ]),
    ),
  )
