/** Mistakes in a definition: one error each, with the user's file and line and the fix. */
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
    return durationMs(String(text) as Duration, options)
  } catch {
    return mistake(`${what}: '${String(text)}' is no duration; write '30s', '10m', '1h' or '7d'`)
  }
}

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Names go into SQL, file columns and paths such as `card.n10m`: letters, digits and underscores, no digit first. */
export function checkName(what: string, name: unknown): string {
  if (typeof name !== 'string' || !identifier.test(name) || name === '__proto__')
    mistake(`${what} ${show(name)} is no name; use letters, digits and _, and start with a letter`)
  return name
}

/** Refuses what is no plain object and options that do not exist, with the nearest that does. */
export function checkOptions<Name extends string>(what: string, options: unknown, names: readonly Name[]): void {
  if (options === null || typeof options !== 'object' || Array.isArray(options))
    mistake(`${what} needs an object of options, got ${show(options)}`)
  for (const name of Object.keys(options)) {
    if (!(names as readonly string[]).includes(name)) mistake(`${what} has no option '${name}'${didYouMean(name, names)}`)
  }
}

/** `; did you mean 'x'?`, or what there is to choose from. */
export function didYouMean(name: string, names: readonly string[]): string {
  const nearest = names
    .map(candidate => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance, candidate }) => distance <= Math.max(1, Math.floor(Math.max(name.length, candidate.length) / 3)))
    .sort((a, b) => a.distance - b.distance)[0]
  if (nearest) return `; did you mean '${nearest.candidate}'?`
  return names.length > 0 && names.length <= 20 ? `; there is ${names.join(', ')}` : ''
}

export const show = (value: unknown): string =>
  typeof value === 'string' ? `'${value}'` : typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? String(value))

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
