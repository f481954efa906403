/** Validates writes to an online store, before anything is written. */
import { SpillwayError, show } from '../base/index.ts'
import type { OnlineRow, OnlineValue, OnlineWrite } from './online-store.ts'

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
