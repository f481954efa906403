/**
 * The port of an online store: the current values of keys, for serving. One call writes many rows, one call reads a whole feature vector.
 *
 * Contract. A row is kept only if its version is greater than that of the stored row, so writes may come late, twice and in any order, and
 * end in one state. Readers see the active generation of a feature group, and change to the next one in one step. A consumed position is
 * never ahead of its rows: all rows that were written with a visible position are visible. An expired row is neither written nor read.
 * `testOnlineStore` of `spillway/testing` checks a store against this contract, clause by clause.
 */
import { SpillwayError, show } from '../base/index.ts'

/** Scalar in an online store. Numbers are finite. */
export type OnlineScalar = string | number | boolean | null

/** Value of a feature, or a cell of a tile. `null` is NULL; a missing value is absent. */
export type OnlineValue = OnlineScalar | readonly OnlineScalar[]

/** One row: the values of one part of a key. */
export interface OnlineRow {
  /** Name of the feature group. */
  readonly group: string
  /** Generation of the group's rows, a whole number from 0: a definition, a batch run, or a snapshot with its later events. */
  readonly generation: number
  /** The group's key, as JSON. */
  readonly key: string
  /** Part of the key, such as the start of a tile; `''` if one row holds all values of the key. */
  readonly part: string
  /** A whole number that grows with each change of the row: number of its events, or the log position that it includes. */
  readonly version: number
  /** Time from which the row is gone, UTC ms; no limit by default. A greater version of the row does not expire earlier. */
  readonly expires?: number
  readonly values: Readonly<Record<string, OnlineValue>>
}

/** Rows to write, with the input positions that they include. */
export interface OnlineWrite {
  readonly rows: readonly OnlineRow[]
  /** Positions up to which inputs were consumed, by a name such as `tiles/3`: topic and partition. A position never goes back. */
  readonly consumed?: Readonly<Record<string, number>>
}

/** A key to read. */
export interface OnlineQuery {
  readonly group: string
  /** As in `OnlineRow`. */
  readonly key: string
}

/**
 * A store of current values, for many readers and writers.
 *
 * @example
 * await store.write({ rows: [{ group: 'spending', generation: 1, key: '"c1"', part: '', version: 7, values: { n10m: 3 } }] })
 * await store.activate('spending', 1)
 * const [[row]] = await store.read([{ group: 'spending', key: '"c1"' }])
 * row?.values.n10m // 3
 */
export interface OnlineStore {
  /**
   * Writes rows that are newer than the stored ones, then the consumed positions. Resolves when both can be read.
   *
   * Rows of a dropped generation are ignored. After a failure some rows may have been written: write them again.
   *
   * @throws (rejects with) `SPILL_INPUT` for an invalid row or position (`validateOnlineWrite`), and nothing is written; `SPILL_STORE` if
   * the store cannot be reached, is full, or was closed.
   */
  write(write: OnlineWrite): Promise<void>
  /**
   * Reads the rows of keys in one round trip: for each query the rows of the group's active generation, sorted by part; none for an unknown
   * key, and none before the group has an active generation. All queries of one group read the same generation.
   *
   * @throws (rejects with) `SPILL_STORE`, as `write` does.
   */
  read(queries: readonly OnlineQuery[]): Promise<OnlineRow[][]>
  /** The consumed position of this name; `undefined` if there is none. A writer that starts goes on from here. */
  consumed(name: string): Promise<number | undefined>
  /**
   * Makes a generation the one that readers see. Write all of its rows before.
   *
   * @throws (rejects with) `SPILL_PRECONDITION` for a dropped generation; `SPILL_STORE`, as `write` does.
   */
  activate(group: string, generation: number): Promise<void>
  /** The active generation of a group; `undefined` if there is none. */
  active(group: string): Promise<number | undefined>
  /**
   * Deletes the rows of all generations of a group before this one, for good.
   *
   * @throws (rejects with) `SPILL_PRECONDITION` if one of them is active; `SPILL_STORE`, as `write` does.
   */
  dropBefore(group: string, generation: number): Promise<void>
  /** Releases the store. Later calls reject with `SPILL_STORE`. */
  close(): Promise<void>
}

/**
 * Checks the rows and positions of a write, for stores of your own: call it first in `write`.
 *
 * @throws `SPILL_INPUT` for a generation, version or position that is no whole number from 0, a time that is no number, and a value that is
 * no text, finite number, boolean, NULL or list of these.
 */
export function validateOnlineWrite({ rows, consumed = {} }: OnlineWrite): void {
  for (const row of rows) validateRow(row)
  for (const [name, position] of Object.entries(consumed))
    if (!isWhole(position)) invalid(`the consumed position '${name}'`, 'is a whole number from 0', position)
}

function validateRow({ group, generation, key, version, expires, values }: OnlineRow): void {
  const subject = `row ${key} of group '${group}'`
  if (!isWhole(generation)) invalid(subject, 'has a generation that is a whole number from 0', generation)
  if (!isWhole(version)) invalid(subject, 'has a version that is a whole number from 0', version)
  if (expires !== undefined && !Number.isFinite(expires)) invalid(subject, 'expires at a time in ms', expires)
  for (const [name, value] of Object.entries(values))
    if (!isOnlineValue(value)) invalid(`${subject}: '${name}'`, 'is a text, a finite number, a boolean, null or a list of these', value)
}

const isWhole = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0

const isOnlineValue = (value: OnlineValue): boolean => (Array.isArray(value) ? value.every(isScalar) : isScalar(value))

const isScalar = (value: unknown): boolean =>
  value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)

function invalid(subject: string, rule: string, value: unknown): never {
  throw new SpillwayError('SPILL_INPUT', `online store: ${subject} ${rule}; got ${show(value)}`)
}
