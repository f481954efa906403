/** Mistakes in a definition: one error each, with the user's file and line, the fix, and what was probably meant. */
import { SpillwayError, type ErrorCode } from '../base/errors.ts'
import { durationMs, type Duration } from '../base/time.ts'
import { callerPlace } from './caller.ts'

export function mistake(message: string, place = callerPlace(), code: ErrorCode = 'SPILL_DEFINITION'): never {
  throw new SpillwayError(code, message, { place })
}

export function unsupported(message: string, place = callerPlace()): never {
  return mistake(message, place, 'SPILL_UNSUPPORTED')
}

/** Milliseconds of a duration that a definition states; `what` names it in the message. */
export function durationOf(what: string, text: unknown, options?: { zero?: boolean }): number {
  try {
    return durationMs(text as Duration, options)
  } catch {
    return mistake(`${what}: ${show(text)} is no duration; write '30s', '10m', '1h' or '7d'`)
  }
}

/** Runs a function of the user's. What it throws by itself (a word that does not exist, say) is a mistake at its own line. */
export function userCall<T>(what: string, call: () => T): T {
  try {
    return call()
  } catch (error) {
    if (error instanceof SpillwayError) throw error
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    throw new SpillwayError('SPILL_DEFINITION', `${what}: ${message}`, { place: callerPlace(stack), cause: error })
  }
}

/** A value as a message shows it: short, whatever it is. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Date) return String(value)
  const { name } = value as { name?: unknown }
  if (Object.getPrototypeOf(value) !== Object.prototype && !Array.isArray(value))
    return typeof name === 'string' ? `'${name}'` : 'an object'
  return shortJson(value)
}

function shortJson(value: object): string {
  try {
    const text = JSON.stringify(value)
    return text.length <= 60 ? text : `${text.slice(0, 60)}…`
  } catch {
    return 'an object'
  }
}

/** `; did you mean 'x'?`, or what there is to choose from. */
export function didYouMean(asked: unknown, names: readonly string[]): string {
  const name = typeof asked === 'string' ? asked : show(asked)
  const nearest = names
    .map(candidate => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance, candidate }) => distance <= Math.max(1, Math.floor(Math.max(name.length, candidate.length) / 3)))
    .sort((a, b) => a.distance - b.distance)
  if (nearest.length > 0) return `; did you mean '${nearest[0].candidate}'?`
  return names.length > 0 && names.length <= 20 ? `; there is ${names.join(', ')}` : ''
}

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
function editDistance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const substitution = rows[i - 1][j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      row.push(Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, substitution, swapped ? rows[i - 2][j - 2] + 1 : Infinity))
    }
    rows.push(row)
  }
  return rows[from.length][to.length]
}
