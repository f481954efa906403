/**
 * What a store of feature values has: a manifest beside its files, replaced whole. What it does not name is not there, whatever stands in the folder.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeWhole } from '../../base/write-whole.ts'
import { SpillwayError } from '../../base/errors.ts'
import { packageVersion } from '../../base/package-version.ts'
import { canonicalJson } from '../../define/ir/fingerprint.ts'
import { fileError, systemError } from '../../files/file-error.ts'
import type { Unit } from './calendar.ts'

export interface StoredFile {
  /** Of the definitions that its values are of. */
  readonly code: string
  /** Of the events that they are made from, and the moments that they are of. */
  readonly input: string
  readonly bytes: number
  readonly sha256: string
}

export interface StoredPartition {
  rows: number
  /** Of its files: the same for the same history and definitions. */
  hash: string
  readonly files: Record<string, StoredFile>
}

export type StoredGroup = Record<string, StoredPartition>

export interface StoreManifest {
  readonly format: 1
  /** The version that wrote last. */
  readonly spillway: string
  readonly partition: Unit
  /** By group, by partition. */
  readonly groups: Record<string, StoredGroup>
}

const MANIFEST = 'manifest.json'

/** The manifest of a folder; an empty one where there is none. Throws `SPILL_INPUT` for a folder of something else, `SPILL_DATA` for a manifest that cannot be read. */
export function readManifest(folder: string, partition: Unit | undefined): StoreManifest {
  const path = join(folder, MANIFEST)
  if (!existsSync(path)) return { format: 1, spillway: packageVersion(), partition: partition ?? 'day', groups: {} }
  const found = parsed(path)
  if (found.format !== 1 || typeof found.groups !== 'object')
    throw fileError(path, 'is no manifest of a backfill that this Spillway reads; name another folder with --out')
  if (partition !== undefined && found.partition !== partition)
    throw fileError(folder, `is partitioned by ${found.partition}; name another folder with --out to have it by ${partition}`)
  return found
}

function parsed(path: string): StoreManifest {
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

/** Throws `SPILL_INPUT` where the folder cannot be written. */
export function writeManifest(folder: string, manifest: StoreManifest): void {
  const path = join(folder, MANIFEST)
  try {
    mkdirSync(folder, { recursive: true })
    writeWhole(path, `${canonicalJson({ ...manifest, spillway: packageVersion() })}\n`, { flush: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw fileError(folder, 'is a file; name a folder', error)
    throw systemError(path, error)
  }
}

/** Of files by their names. */
export const hashOfFiles = (files: Readonly<Record<string, StoredFile>>): string =>
  hashOf(Object.fromEntries(Object.entries(files).map(([name, { sha256 }]) => [name, sha256])))

/** Of all partitions of some groups. */
export const hashOfStore = ({ groups }: StoreManifest): string =>
  hashOf(
    Object.fromEntries(
      Object.entries(groups).map(([group, partitions]) => [
        group,
        Object.fromEntries(Object.entries(partitions).map(([name, { hash }]) => [name, hash])),
      ]),
    ),
  )

/** 32 hex digits of SHA-256 over JSON with sorted keys. */
export const hashOf = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 32)
