/** Positions that the readers of Spillway store: objects as JSON. Other readers may store any text. */
import { show, SpillwayError } from '../../base/index.ts'

/** True for the object of a position; its fields may be anything. */
export type IsPosition = (value: Readonly<Partial<Record<string, unknown>>>) => boolean

/** The position in a text; undefined for a text that is none. */
export function storedPositionIn<T>(text: string, isPosition: IsPosition): T | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  return typeof value === 'object' && value !== null && isPosition(value as Partial<Record<string, unknown>>) ? (value as T) : undefined
}

/**
 * The position that a reader of `place` has stored; `place` is a file or table, for the message.
 *
 * @throws `SPILL_DATA` for a text that is no position.
 */
export function parsePosition<T>(place: string, text: string, isPosition: IsPosition): T {
  const position = storedPositionIn<T>(text, isPosition)
  if (position !== undefined) return position
  const problem = `the data folder stores ${show(text)}, which is no position in it; restore the folder from a backup`
  throw new SpillwayError('SPILL_DATA', problem, { place })
}
