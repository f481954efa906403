/**
 * The port of a backup's target: objects by name, each of which is whole or absent. A folder and an S3 bucket implement it.
 *
 * All methods throw `SPILL_BACKUP` if the target cannot be read or written; the message names the target and the fix.
 */
import { SpillwayError } from '../../base/index.ts'

/** An object of a target. */
export interface TargetObject {
  /** Parts of letters, digits and `.-_`, joined by slashes. */
  readonly name: string
  readonly bytes: number
  /** Last write, UTC ms, by the clock of the target. */
  readonly modified: number
}

export interface BackupTarget {
  /** The target for people: a path, or `s3://bucket/prefix`. */
  readonly place: string
  /** Writes an object durably, in place of one with the same name. */
  put(name: string, bytes: Uint8Array): Promise<void>
  /** The bytes of an object; `undefined` if there is none. */
  get(name: string): Promise<Uint8Array | undefined>
  /** The object of a name; `undefined` if there is none. */
  find(name: string): Promise<TargetObject | undefined>
  /** Objects whose names begin with `prefix`, which ends with a slash, in any order. */
  list(prefix: string): AsyncIterable<TargetObject>
  /** Deletes an object; nothing happens if there is none. */
  remove(name: string): Promise<void>
  /** Releases connections. */
  close(): Promise<void>
}

/** The error of a target. `problem` says what failed and the fix. */
export const targetError = (place: string, problem: string, cause?: unknown): SpillwayError =>
  new SpillwayError('SPILL_BACKUP', problem, { place, ...(cause !== undefined && { cause }) })
